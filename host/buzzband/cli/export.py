"""``buzzband export``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from buzzband.cli.archive_option import existing_archive_option
from buzzband.cli.output import Output, json_option
from buzzband.defaults import EXPORTS

if TYPE_CHECKING:
    from buzzband.archive import Archive


@click.command()
@click.argument("sessions", nargs=-1, metavar="[SESSION]...")
@click.option("--all", "every", is_flag=True, help="All sessions of the archive.")
@click.option("--format", "kind", type=click.Choice(EXPORTS), required=True, help="What to write.")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="buzzband-export",
    show_default=True,
    help="Folder for the files.",
)
@click.option("--overwrite", is_flag=True, help="Replace files that are there; without it they are left alone.")
@existing_archive_option
@json_option
def export(
    sessions: tuple[str, ...], every: bool, kind: str, folder: Path, overwrite: bool, archive: "Archive", output: Output
) -> None:
    """Write sessions as files that other programs open: EDF+, a BIDS dataset, CSV, JSON.

    A SESSION is the beginning of its id, or a band's log, FILE.bbl. With csv the reps, sets and sessions are one table
    each, the samples and events a table for each session.
    """
    if bool(sessions) == every:
        raise click.UsageError("Give either a SESSION, or more, or --all.")
    from buzzband.services import export as service

    with output.progress("Exporting") as progress:
        done = service.export(archive, sessions, kind, folder, overwrite=overwrite, progress=progress)
    output.show(done, text=service.exported_text, document=service.exported_document)
