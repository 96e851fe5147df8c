"""``buzzband doctor``."""

from typing import TYPE_CHECKING

import click

import buzzband_fw
from buzzband.cli.archive_option import archive_option
from buzzband.cli.band_options import backend_option, patience_option, port_option
from buzzband.cli.output import Output, json_option
from buzzband.defaults import LINK_PATIENCE_S

if TYPE_CHECKING:
    from buzzband.archive import Archive


@click.command()
@port_option("Serial port of the band; without it, the only board there is.")
@click.option("--quick", is_flag=True, help="Ask the app only: leave it running, and files and wiring alone.")
@click.option("--fix", is_flag=True, help="Mend what can be mended safely: settings that cannot be, safe mode.")
@patience_option(LINK_PATIENCE_S, "How long the band may take for one thing.")
@backend_option
@archive_option
@json_option
def doctor(
    port: str | None,
    quick: bool,
    fix: bool,
    patience_s: float,
    backend: str,
    archive: "Archive",
    output: Output,
) -> None:
    """Find what is wrong with a band, what that means, and what to do about it.

    It asks the app, then looks at files and wiring from MicroPython's prompt and restarts the band; not while a session
    goes on. Exit code 15 if anything is wrong.
    """
    from buzzband.bundle import band_files
    from buzzband.services.doctor import doctor as examine
    from buzzband.services.examination import Way
    from buzzband.services.findings import examined_document, examined_text
    from buzzband.transports.backends import BACKENDS

    way = Way(archive, band_files, buzzband_fw.__version__, patience_s, quick, BACKENDS[backend])
    with output.progress("Examining") as progress:
        found = examine(port, way, fix=fix, progress=progress)
    output.show(found, text=examined_text, document=examined_document)
    found.require_well()
