"""The option that names the archive, and what a shell completes a session's id to."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from buzzband.cli.band_options import Offered

if TYPE_CHECKING:
    from buzzband.archive import Archive


_Command = Callable[..., Any]


def archive_option(command: _Command) -> _Command:
    """Add ``--archive`` and hand the command an ``archive``, which need not be there yet."""
    return _option(_opened)(command)


def existing_archive_option(command: _Command) -> _Command:
    """Add the same for a command that only reads: a folder that is named and not there is a slip of the hand."""
    return _option(_existing)(command)


def _option(
    callback: Callable[[click.Context, click.Parameter, Path | None], "Archive"],
) -> Callable[[_Command], _Command]:
    return click.option(
        "--archive",
        "archive",
        metavar="DIR",
        envvar="BUZZBAND_ARCHIVE",
        type=click.Path(path_type=Path, file_okay=False),
        callback=callback,
        help="Folder of the archive; without it BUZZBAND_ARCHIVE, or the one in your data folder.",
    )


def _opened(context: click.Context, _parameter: click.Parameter, folder: Path | None) -> "Archive":
    from buzzband.archive import Archive
    from buzzband.services.archive import open_archive

    above = context.find_object(Archive)  # that of the command that this one belongs to
    return above if above and folder is None else open_archive(folder)


def _existing(context: click.Context, parameter: click.Parameter, folder: Path | None) -> "Archive":
    source = context.get_parameter_source(str(parameter.name))
    if folder and source is click.core.ParameterSource.COMMANDLINE and not _may_be_there(folder):
        raise click.BadParameter(f"There is no folder {folder}. buzzband sync and buzzband import make an archive.")
    return _opened(context, parameter, folder)


def _may_be_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:  # nobody may look; who opens the archive says so
        return True


def _sessions(context: click.Context) -> Iterable[tuple[str, str]]:
    archive: Archive | None = context.params.get("archive")
    with suppress(OSError):
        return ((log.session_id, f"band {log.uid}") for log in archive.raw.logs()) if archive else ()
    return ()


SESSION = Offered("id", _sessions)
