"""``buzzband update``."""

from typing import TYPE_CHECKING

import click

from buzzband.cli.archive_option import archive_option
from buzzband.cli.band_options import patience_option, port_option
from buzzband.cli.output import Output, json_option
from buzzband.defaults import UPDATE_PATIENCE_S

if TYPE_CHECKING:
    from buzzband.archive import Archive


@click.command()
@port_option("Serial port of the band; without it, the only board with MicroPython there is.")
@click.option("--rollback", is_flag=True, help="Go back to the app in the other slot.")
@patience_option(UPDATE_PATIENCE_S, "How long the band may take for one thing.")
@archive_option
@json_option
def update(port: str | None, rollback: bool, patience_s: float, archive: "Archive", output: Output) -> None:
    """Bring this version's app onto a running band, and let the band try it.

    Only what differs is sent. The app that runs stays beside it and starts again if the new one is not well. Sessions
    on the band have to be in the archive before.
    """
    from buzzband.bundle import app_files
    from buzzband.services.devices_port import chosen_port, linked
    from buzzband.services.update import roll_back, update_document, update_text
    from buzzband.services.update import update as run_update

    path = chosen_port(port)
    files = {} if rollback else app_files()
    with output.progress("Updating") as progress:
        if rollback:
            done = roll_back(path, archive, open_link=linked, patience_s=patience_s, progress=progress)
        else:
            done = run_update(path, files, archive, open_link=linked, patience_s=patience_s, progress=progress)
    output.show(done, text=update_text, document=update_document)
