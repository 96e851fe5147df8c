"""The option that names the archive, and what a shell completes a session's id to."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from buzzband.cli.band_options import Offered

if TYPE_CHECKING:
    from buzzband.archive import Archive


def archive_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--archive`` and hand the command an ``archive``."""

    def opened(context: click.Context, _parameter: click.Parameter, folder: Path | None) -> "Archive":
        from buzzband.archive import Archive
        from buzzband.services.archive import open_archive

        above = context.find_object(Archive)  # that of the command that this one belongs to
        return above if above and folder is None else open_archive(folder)

    option = click.option(
        "--archive",
        "archive",
        metavar="DIR",
        envvar="BUZZBAND_ARCHIVE",
        type=click.Path(path_type=Path, file_okay=False),
        callback=opened,
        help="Folder of the archive; without it BUZZBAND_ARCHIVE, or the one in your data folder.",
    )
    return option(command)


def _sessions(context: click.Context) -> Iterable[tuple[str, str]]:
    archive: Archive | None = context.params.get("archive")
    with suppress(OSError):
        return ((log.session_id, f"band {log.uid}") for log in archive.raw.logs()) if archive else ()
    return ()


SESSION = Offered("id", _sessions)
