"""``buzzband sessions`` and its subcommand."""

from typing import TYPE_CHECKING

import click

from buzzband.cli.archive_option import SESSION, existing_archive_option
from buzzband.cli.output import Output, json_option

if TYPE_CHECKING:
    from buzzband.archive import Archive


@click.group(invoke_without_command=True)
@existing_archive_option
@json_option
@click.pass_context
def sessions(context: click.Context, archive: "Archive", output: Output) -> None:
    """List the sessions in the archive: when, how long, what was lifted, how whole.

    What is still on a band is not among them: buzzband sync brings it.
    """
    context.obj = archive
    if context.invoked_subcommand:
        if output.as_json:
            raise click.UsageError(f"Write --json behind {context.invoked_subcommand}.")
        return
    from buzzband.services import sessions as service

    with output.progress("Reading") as progress:
        found = service.archived(archive, progress)
    output.show(found, text=service.archived_text, document=service.archived_document)


@sessions.command()
@click.argument("session_id", metavar="ID", type=SESSION)
@existing_archive_option
@json_option
def show(session_id: str, archive: "Archive", output: Output) -> None:
    """Show one session: settings, calibration, sets and reps, cues, faults.

    The beginning of the ID is enough, as long as no other session begins so.
    """
    from buzzband.services import sessions as service
    from buzzband.services.session_shown import shown_text

    with output.progress("Reading") as progress:
        found = service.show(archive, session_id, progress)
    output.show(found, text=shown_text, document=service.shown_document)
