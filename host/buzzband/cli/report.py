"""``buzzband report``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from buzzband.cli.archive_option import SESSION, existing_archive_option
from buzzband.cli.output import Output, json_option
from buzzband.cli.page_options import open_option, opened, out_option

if TYPE_CHECKING:
    from buzzband.archive import Archive


@click.command()
@click.argument("session", required=False, type=SESSION)
@out_option("session-ID.html")
@open_option
@existing_archive_option
@json_option
def report(session: str | None, out: Path | None, show: bool, archive: "Archive", output: Output) -> None:
    """Write the page of one SESSION of the archive: the latest, or the one whose id begins so.

    One HTML file that needs no network. It says first how many reps were good, which set was best and what to change.
    """
    from buzzband.services.report import report_document, report_text, write_report

    with output.progress("Reading") as progress:
        done = write_report(archive, session, out, progress)
    output.show(done, text=report_text, document=report_document)
    if show:
        opened(done.page)
