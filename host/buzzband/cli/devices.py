"""``buzzband devices``."""

import click

from buzzband.cli.output import Output, json_option
from buzzband.services.devices import PATIENCE_S, devices_document, devices_text
from buzzband.services.devices import devices as find_devices


@click.command()
@click.option("--port", "named", multiple=True, help="A port to ask that the system does not list; may be repeated.")
@click.option(
    "--patience",
    "patience_s",
    type=click.FloatRange(min=0.1),
    default=PATIENCE_S,
    show_default=True,
    metavar="SECONDS",
    help="How long each may take to answer. An emulated one needs 15 times as long as a real one.",
)
@json_option
def devices(named: tuple[str, ...], patience_s: float, output: Output) -> None:
    """List what is plugged in: bands, boards with MicroPython, Picos in BOOTSEL, and whatever else there is."""
    output.show(find_devices(named, patience_s), text=devices_text, document=devices_document)
