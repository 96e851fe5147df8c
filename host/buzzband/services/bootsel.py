"""MicroPython onto a board in BOOTSEL. What came of it is judged by what comes back, not by what the copy says."""

import threading
import time
from collections.abc import Collection

from buzzband.errors import DriveError, NotBack, NotTaken, SeveralBoards, WrongDrive
from buzzband.progress import Progress, no_progress
from buzzband.services.devices_port import listing, not_mounted
from buzzband.transports import drives, ports
from buzzband.transports.drives import Drive
from buzzband.transports.ports import Port
from buzzband.wording import count

PATIENCE_S = 15.0  # until the port is there, once the drive has gone
WRITING_S = 60.0  # at the most; a Pico takes 4 s for MicroPython, and a drive that has gone may keep the system waiting

_SETTLE_S = 3.0  # a board reboots one second after it has got all
_PAUSE_S = 0.1


class _Writing(threading.Thread):
    """Writes to a drive that may go, or never answer: so on a thread of its own, which nobody waits for."""

    def __init__(self, drive: Drive, data: bytes, progress: Progress) -> None:
        super().__init__(name="buzzband-drive", daemon=True)
        self.refusal: DriveError | None = None  # nothing was written
        self.trouble: OSError | None = None  # something was
        self._job = (drive, data, progress)

    def run(self) -> None:
        """Write, and keep what is raised."""
        try:
            drives.put(*self._job)
        except DriveError as error:
            self.refusal = error
        except OSError as error:
            self.trouble = error


def install(
    drive: Drive,
    data: bytes,
    *,
    serial_number: str = "",
    patience_s: float = PATIENCE_S,
    writing_s: float = WRITING_S,
    progress: Progress = no_progress,
) -> str:
    """Write a UF2 with MicroPython onto a drive, and return the port at which the board comes back.

    ``data``: the UF2, checked. ``serial_number``: what the board's port had, if that is known. Raises DriveError,
    SeveralBoards (more than one board came).
    """
    ports_before = set(_boards())
    writing = _Writing(drive, data, progress)
    watch = _Watch(drive, writing, patience_s, writing_s)
    writing.start()
    while True:
        if port := _arrived(ports_before, serial_number):
            return port
        watch.look()
        time.sleep(_PAUSE_S)


class _Watch:
    """Looks how a drive takes what is written to it, and says when nothing will come of it any more."""

    def __init__(self, drive: Drive, writing: _Writing, patience_s: float, writing_s: float) -> None:
        self._drive = drive
        self._writing = writing
        self._others = {other for other in drives.boot_drives() if other != drive}
        self._patience_s = patience_s
        self._end = time.monotonic() + writing_s + patience_s
        self._was_there = True
        self._since: float | None = None  # when the writing ended, or the drive went or came

    def look(self) -> None:
        """Raise DriveError if the board will not come any more."""
        if self._writing.refusal:
            raise self._writing.refusal
        now, is_there = time.monotonic(), self._pico_is_there()
        if is_there and self._writing.is_alive():
            self._since = None
        elif self._since is None or is_there != self._was_there:
            self._since = now
        self._was_there = is_there
        limit_s = _SETTLE_S if is_there else self._patience_s
        if now > self._end or (self._since is not None and now - self._since > limit_s):
            raise self._failure(is_there)

    def _pico_is_there(self) -> bool:
        """Return whether a Pico is in BOOTSEL: the one that was written to or, under another name, it once more."""
        return any(drive.is_pico and drive not in self._others for drive in drives.boot_drives())

    def _failure(self, is_there: bool) -> DriveError:
        path = self._drive.path
        if not is_there:
            return NotBack(f"{path} has gone, but no board with MicroPython came.")
        if self._writing.trouble:
            return drives.why_not(self._drive, self._writing.trouble)
        if self._writing.is_alive():
            return NotTaken(f"{path} does not take the UF2 to the end.")
        return NotTaken(f"The UF2 was written to {path}, but the board stays in BOOTSEL.")


def awaited_drive(before: Collection[Drive], patience_s: float = PATIENCE_S) -> Drive:
    """Return the Pico's drive that comes besides those ``before``. Raises WrongDrive, SeveralBoards, DriveUnusable."""
    deadline = time.monotonic() + patience_s
    while True:
        new = [drive for drive in drives.boot_drives() if drive.is_pico and drive not in before]
        if len(new) > 1:
            raise SeveralBoards(f"{count(len(new), 'drive')} came instead of one:" + listing(new))
        if new:
            return new[0]
        if time.monotonic() > deadline:
            raise not_mounted() or WrongDrive("The board was sent into BOOTSEL, but no drive came.")
        time.sleep(_PAUSE_S)


def _boards() -> list[Port]:
    return [port for port in ports.all_ports() if port.is_micropython]


def _arrived(before: Collection[Port], serial_number: str) -> str | None:
    """Return the port of the board that came, if one has."""
    new = [port for port in _boards() if port not in before]
    if serial_number:
        new = [port for port in new if port.serial_number == serial_number]
    if len(new) > 1:
        raise SeveralBoards(f"{count(len(new), 'board')} came instead of one:" + listing(new))
    return new[0].path if new else None
