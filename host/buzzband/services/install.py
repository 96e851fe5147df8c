"""``buzzband flash``: MicroPython and the app onto a board, from whatever state it is in.

A board in BOOTSEL gets MicroPython first. One with a prompt, with an app that runs or with half of one gets the app;
with MicroPython asked for, it is sent into BOOTSEL before. It is always one board, and it is never guessed which.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from buzzband.defaults import BOARD_PATIENCE_S as PATIENCE_S
from buzzband.errors import LinkError, NotBack, PortError, UnsupportedBoard
from buzzband.firmware import MACHINE, Firmware, fetched_uf2, read_firmware
from buzzband.progress import Progress, no_progress
from buzzband.services import bootsel
from buzzband.services.at_risk import Guard, sessions_at, sessions_over
from buzzband.services.flash import Flashed, flash
from buzzband.transports import drives, ports
from buzzband.transports.backends import OpenBoard
from buzzband.transports.drives import Drive
from buzzband.transports.link import Link
from buzzband.transports.mpremote_adapter import board_at
from buzzband.transports.serial_port import open_port

_PAUSE_S = 0.2
_GREETINGS = 5
_MICROPYTHON_SHARE = 0.4  # of the progress


@dataclass(frozen=True)
class Job:
    """What is to be put on a board: ``files`` by path, of the version ``app``, and ``micropython`` if that too.

    ``guard`` is asked before sessions on the board are put at risk, if there is one; ``patience_s``: how long one thing
    may take.
    """

    files: Mapping[str, bytes]
    app: str
    micropython: Firmware | None = None
    guard: Guard | None = None
    patience_s: float = PATIENCE_S
    open_board: OpenBoard = board_at


def firmware_for(
    board: str | Drive, uf2: Path | None, always: bool, progress: Progress = no_progress
) -> Firmware | None:
    """Return the MicroPython that ``board`` is to get: from ``uf2``, else the pinned one, downloaded if need be.

    None if it needs none and ``always`` does not ask for it. Raises EngineError, DownloadError, FirmwareError.
    """
    if uf2:
        return read_firmware(uf2)
    return read_firmware(fetched_uf2(progress)) if always or isinstance(board, Drive) else None


def install(board: str | Drive, job: Job, progress: Progress = no_progress) -> Flashed:
    """Make a band of ``board``, a port or a drive; a drive needs ``job.micropython``.

    Raises PortError, LinkError, BoardError, DriveError, ArchiveError.
    """
    firmware = job.micropython
    if isinstance(board, str):
        if job.guard:
            _guard_running(board, job.guard, job.patience_s)
        if firmware is None:
            return _app(board, job, progress)
        return _completed(_through_bootsel(board, firmware, job, progress), firmware, job, progress)
    if firmware is None:
        raise ValueError("a board in BOOTSEL needs MicroPython")
    port = bootsel.install(board, firmware.data, patience_s=job.patience_s, progress=_begin_of(progress))
    return _completed(port, firmware, job, progress)


def _completed(port: str, firmware: Firmware, job: Job, progress: Progress) -> Flashed:
    """Put the app onto a board that has just got ``firmware``, once that is what answers."""
    _await_version(port, firmware, job)
    done = _app(port, job, lambda share: progress(_MICROPYTHON_SHARE + (1 - _MICROPYTHON_SHARE) * share))
    return replace(done, installed=firmware.version_text, installed_sha256=firmware.sha256)


def _begin_of(progress: Progress) -> Progress:
    return lambda share: progress(_MICROPYTHON_SHARE * share)


def _app(port: str, job: Job, progress: Progress) -> Flashed:
    return flash(
        port,
        job.files,
        job.app,
        progress=progress,
        patience_s=job.patience_s,
        guard=job.guard,
        open_board=job.open_board,
    )


def _guard_running(port: str, guard: Guard, patience_s: float) -> None:
    """Ask about the sessions of an app that runs, before it is interrupted. One without an app is asked later."""
    with open_port(port) as stream:
        try:
            link = Link(stream, patience_s=patience_s / _GREETINGS, attempts=1)
            link.hello()
            sessions = sessions_over(link)
        except LinkError:
            return
    guard(sessions)


def _through_bootsel(port: str, firmware: Firmware, job: Job, progress: Progress) -> str:
    """Send a board with MicroPython into BOOTSEL, write, and return the port at which it comes back."""
    serial_number = ports.serial_number_of(port)
    before = drives.boot_drives()
    with job.open_board(port, job.patience_s) as board:
        machine = board.identity().machine
        if machine != MACHINE:
            raise UnsupportedBoard(f"MicroPython for the {MACHINE} does not belong on this board: {machine}.")
        if job.guard:
            job.guard(sessions_at(board))
        board.bootloader()
    drive = bootsel.awaited_drive(before, job.patience_s)
    return bootsel.install(
        drive,
        firmware.data,
        serial_number=serial_number,
        patience_s=job.patience_s,
        progress=_begin_of(progress),
    )


def _await_version(port: str, firmware: Firmware, job: Job) -> None:
    """See that the MicroPython that was written answers. A port that has just come may be held for some seconds."""
    deadline = time.monotonic() + job.patience_s
    while True:
        try:
            with job.open_board(port, job.patience_s) as board:
                found = board.identity()
            break
        except PortError as error:
            if time.monotonic() > deadline:
                raise NotBack(f"The board came back at {port}, but cannot be asked. {error}", error.hint) from error
        time.sleep(_PAUSE_S)
    if found.version != firmware.version:
        raise NotBack(
            f"MicroPython {firmware.version_text} was written, but {found.version_text} answers at {port}.",
            "Is it another board? Unplug all others and run the command again.",
        )
