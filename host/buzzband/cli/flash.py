"""``buzzband flash``."""

import click

import buzzband_fw
from buzzband.bundle import band_files
from buzzband.cli.output import Output, json_option
from buzzband.services.devices_port import chosen_port
from buzzband.services.flash import PATIENCE_S, flash_document, flash_text
from buzzband.services.flash import flash as run_flash


@click.command()
@click.option("--port", help="Serial port of the board; without it, the only board with MicroPython there is.")
@click.option(
    "--patience",
    "patience_s",
    type=click.FloatRange(min=1.0),
    default=PATIENCE_S,
    show_default=True,
    metavar="SECONDS",
    help="How long the board may take for one thing. An emulated one needs 15 times as long as a real one.",
)
@json_option
def flash(port: str | None, patience_s: float, output: Output) -> None:
    """Install the app on a board that has MicroPython, and start it.

    Settings and sessions on the board stay as they are. A running band ends its session first.
    """
    path = chosen_port(port)
    files = band_files()
    with output.progress("Installing") as progress:
        done = run_flash(path, files, buzzband_fw.__version__, progress=progress, patience_s=patience_s)
    output.show(done, text=flash_text, document=flash_document)
