"""The option that names the archive."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from buzzband.archive import Archive
from buzzband.services.archive import open_archive


def archive_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--archive`` and hand the command an ``archive``."""

    def opened(context: click.Context, _parameter: click.Parameter, folder: Path | None) -> Archive:
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
