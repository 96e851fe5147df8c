"""``buzzband archive`` and its subcommands."""

from typing import TYPE_CHECKING

import click

from buzzband.cli.archive_option import archive_option, existing_archive_option
from buzzband.cli.output import Output, json_option

if TYPE_CHECKING:
    from buzzband.archive import Archive


@click.group()
def archive() -> None:
    """Look after the archive: where it is, whether it is whole, its index.

    Every one of these commands takes --archive and --json.
    """


@archive.command()
@existing_archive_option
@json_option
def check(archive: "Archive", output: Output) -> None:
    """Hash every file, read every record, and say what is wrong and how to mend it.

    Nothing is changed. Exit code 12 if something is as it must not be.
    """
    from buzzband.services import archive as service

    with output.progress("Checking") as progress:
        report = service.checked(archive, progress)
    output.show(report, text=service.report_text, document=service.report_document)
    service.require_whole(report)


@archive.command()
@existing_archive_option
@json_option
def rebuild(archive: "Archive", output: Output) -> None:
    """Make the index anew from the raw logs, which stay as they are."""
    from buzzband.services import archive as service

    with output.progress("Reading") as progress:
        done = service.rebuilt(archive, progress)
    output.show(done, text=service.rebuilt_text, document=service.rebuilt_document)


@archive.command()
@archive_option
@json_option
def path(archive: "Archive", output: Output) -> None:
    """Tell where the archive is."""
    from buzzband.services import archive as service

    output.show(archive, text=lambda found: str(found.folder), document=service.path_document)
