"""``buzzband devices``."""

import click

from buzzband.cli.band_options import PORT, patience_option
from buzzband.cli.output import Output, json_option
from buzzband.defaults import LINK_PATIENCE_S


@click.command()
@click.option(
    "--port",
    "named",
    type=PORT,
    metavar="PORT",
    multiple=True,
    help="A port to ask that the system does not list; may be repeated.",
)
@patience_option(LINK_PATIENCE_S, "How long each may take to answer.", at_least=0.1)
@json_option
def devices(named: tuple[str, ...], patience_s: float, output: Output) -> None:
    """List what is plugged in: bands, boards with MicroPython, Picos in BOOTSEL, and whatever else there is."""
    from buzzband.services.devices import devices as find_devices
    from buzzband.services.devices import devices_document, devices_text

    output.show(find_devices(named, patience_s), text=devices_text, document=devices_document)
