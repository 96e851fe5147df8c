"""``buzzband calibrate``."""

import click


@click.command()
def calibrate() -> None:
    """x."""
