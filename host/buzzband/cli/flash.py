"""``buzzband flash``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

import buzzband_fw
from buzzband.cli.archive_option import archive_option
from buzzband.cli.band_options import DRIVE, backend_option, patience_option, port_option
from buzzband.cli.output import Output, json_option
from buzzband.defaults import BOARD_PATIENCE_S

if TYPE_CHECKING:
    from buzzband.archive import Archive


@click.command()
@port_option("Serial port of the board; without it, the only board there is.")
@click.option(
    "--drive",
    type=DRIVE,
    metavar="DIR",
    help="Drive of a Pico in BOOTSEL, where it is mounted; without it, the only board there is.",
)
@click.option(
    "--micropython", is_flag=True, help="Put MicroPython on it too if it has one; in BOOTSEL it always gets it."
)
@click.option(
    "--uf2",
    "uf2_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Which MicroPython; without it the pinned version, downloaded once. Means --micropython.",
)
@click.option("--lose-sessions", is_flag=True, help="Go on though the archive lacks sessions of the board.")
@patience_option(BOARD_PATIENCE_S, "How long the board may take for one thing.")
@backend_option
@archive_option
@json_option
def flash(
    port: str | None,
    drive: str | None,
    micropython: bool,
    uf2_path: Path | None,
    lose_sessions: bool,
    patience_s: float,
    backend: str,
    archive: "Archive",
    output: Output,
) -> None:
    """Make a band of a Pico: MicroPython if it needs it, then the app, then start it.

    The Pico may be in BOOTSEL, at MicroPython's prompt, running the app or half of one. Settings and sessions on it
    stay as they are; with sessions that are not in the archive it goes on only with --lose-sessions.
    """
    if port and drive:
        raise click.UsageError("Give one of --port and --drive.")
    from buzzband.bundle import band_files
    from buzzband.services.at_risk import guard_with
    from buzzband.services.devices_port import chosen_board
    from buzzband.services.flash import flash_document, flash_text
    from buzzband.services.install import Job, firmware_for, install
    from buzzband.transports.backends import BACKENDS

    board = chosen_board(port, drive)
    with output.progress("Downloading") as progress:
        firmware = firmware_for(board, uf2_path, micropython, progress)
    guard = None if lose_sessions else guard_with(archive)
    job = Job(band_files(), buzzband_fw.__version__, firmware, guard, patience_s, BACKENDS[backend])
    with output.progress("Installing") as progress:
        done = install(board, job, progress)
    output.show(done, text=flash_text, document=flash_document)
