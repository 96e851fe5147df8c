"""Boards in BOOTSEL: the drives that they are, on Linux, macOS and Windows, and how a UF2 gets onto one.

A drive is known by its INFO_UF2.TXT. Whether a copy worked is not told by the copy: the board reboots with the last
block, and the drive is gone before the system has finished. So what is written is checked first, the drive is looked
at once more through the very folder that is then written to, and the outcome is judged by what comes back.
"""

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from buzzband.errors import DriveChanged, DriveUnusable, WrongDrive
from buzzband.progress import Progress, no_progress
from buzzband.transports.ports import said

PICO_BOARD = "RPI-RP2"  # Board-ID of the RP2040's boot ROM, and the label of its drive
INFO_NAME = "INFO_UF2.TXT"
UF2_FILE = "BUZZBAND.UF2"

_INFO_MAX = 4096  # bytes
_CHUNK = 1 << 15
_LINUX_MOUNTS = Path("/proc/mounts")
_LINUX_LABELS = Path("/dev/disk/by-label")
_LINUX_TYPES = ("vfat", "msdos", "fuseblk", "exfat")
_MAC_VOLUMES = Path("/Volumes")
_NO_DRIVE_TYPES = (1, 4, 5, 6)  # of GetDriveTypeW: nothing there, network, optical, RAM disk
_NONBLOCK = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | _NONBLOCK
_HAS_FOLDERS = os.open in os.supports_dir_fd  # Windows cannot open a folder and then what is in it

_RIGHTS = "Mount the drive as the user that you are, or run the command as the one it belongs to."


@dataclass(frozen=True)
class Drive:
    """A drive with INFO_UF2.TXT. ``path``: where it is mounted; what it says of itself is printable."""

    path: str
    board_id: str
    model: str = ""
    bootloader: str = ""
    device: int = 0  # as the system numbers file systems

    @property
    def is_pico(self) -> bool:
        """Return whether it is an RP2040 in BOOTSEL."""
        return self.board_id == PICO_BOARD

    def __str__(self) -> str:
        """Return one line that tells this drive from others."""
        return ", ".join(filter(None, (self.path, self.model, f"Board-ID {self.board_id or 'missing'}")))


def boot_drives(mounts: Iterable[str] | None = None) -> tuple[Drive, ...]:
    """Return the drives of boards in BOOTSEL, by path: Picos and others. ``mounts``: where to look, if known."""
    found = (_drive_at(path) for path in (mount_points() if mounts is None else mounts))
    return tuple(sorted((drive for drive in found if drive), key=lambda drive: drive.path))


def drive_at(path: str) -> Drive:
    """Return the Pico whose drive is mounted at ``path``. Raises WrongDrive."""
    drive = _drive_at(path)
    if drive is None:
        raise WrongDrive(f"{path} is no drive of a board in BOOTSEL: it has no {INFO_NAME}.")
    if not drive.is_pico:
        raise WrongDrive(f"{path} is another board: its Board-ID is {drive.board_id or 'missing'}, not {PICO_BOARD}.")
    return drive


def is_there(drive: Drive) -> bool:
    """Return whether the drive is still where it was, and the same."""
    return _drive_at(drive.path) == drive


def unmounted() -> tuple[str, ...]:
    """Return the block devices of Picos in BOOTSEL that nothing has mounted, as far as the system tells (Linux)."""
    label = _LINUX_LABELS / PICO_BOARD
    try:
        device = os.path.realpath(label, strict=True)
        mounted = {os.path.realpath(source) for source, _, _ in _mount_table()}
    except OSError:
        return ()
    return () if device in mounted else (device,)


def mount_points() -> tuple[str, ...]:
    """Return the places where a drive of a board could be mounted."""
    if sys.platform == "win32":
        return tuple(_windows_drives())
    if sys.platform == "darwin":
        return _volumes()
    with suppress(OSError):
        return tuple(place for _, place, kind in _mount_table() if kind in _LINUX_TYPES)
    return ()


def put(drive: Drive, data: bytes, progress: Progress = no_progress) -> None:
    """Write ``data`` onto the drive as a file, through to the device, once it has been seen to be the same still.

    Raises DriveChanged and DriveUnusable as long as nothing has been written; then OSError, which says nothing on
    whether the board has got all of it.
    """
    with _folder(drive) as within:
        if _described(drive.path, within) != drive:
            raise DriveChanged(f"{drive.path} is not the drive that it was a moment ago. Nothing was written.")
        descriptor = _created(drive, within)
    try:
        _write_all(descriptor, data, progress)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def why_not(drive: Drive, error: OSError) -> DriveUnusable:
    """Return our error for what the system says to writing to a drive."""
    if error.errno == errno.ENOSPC:
        return DriveUnusable(f"{drive.path} is full.")
    if error.errno == errno.EROFS:
        return DriveUnusable(
            f"{drive.path} is mounted read-only.", "Unplug the Pico and plug it in again with BOOTSEL held."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return DriveUnusable(f"You may not write to {drive.path}.", _RIGHTS)
    return DriveUnusable(f"{drive.path} cannot be written to: {error.strerror or error}.")


def parsed_info(text: bytes) -> dict[str, str]:
    """Return the fields of an INFO_UF2.TXT, names in lower case, printable; whatever it holds, no more than 4 KB."""
    lines = text[:_INFO_MAX].decode("ascii", errors="replace").splitlines()
    fields = (line.partition(":") for line in lines[1:])
    found = {said(name).lower(): said(value) for name, colon, value in reversed(list(fields)) if colon}
    return {**found, "bootloader": said(lines[0]) if lines else ""}


def _drive_at(path: str) -> Drive | None:
    """Return what is mounted there, if it is a board in BOOTSEL."""
    try:
        return _described(path, None)
    except OSError:
        return None


def _described(path: str, within: int | None) -> Drive | None:
    """Return the drive at ``path``; ``within``: its folder, if that is open. Raises OSError."""
    descriptor = _opened(path, INFO_NAME, os.O_RDONLY | _NONBLOCK, within)  # a pipe of that name would block for ever
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            return None
        found = parsed_info(os.read(descriptor, _INFO_MAX))
    finally:
        os.close(descriptor)
    return Drive(path, found.get("board-id", ""), found.get("model", ""), found["bootloader"], about.st_dev)


@contextmanager
def _folder(drive: Drive) -> Iterator[int | None]:
    """Hold on to the drive's folder: should the drive go, nothing lands in the folder that is left in its place."""
    within = None
    try:
        within = os.open(drive.path, os.O_RDONLY | os.O_DIRECTORY) if _HAS_FOLDERS else None
        yield within
    except OSError as error:
        raise _gone(drive) from error
    finally:
        if within is not None:
            os.close(within)


def _gone(drive: Drive) -> DriveChanged:
    return DriveChanged(f"{drive.path} has gone. Nothing was written.")


def _created(drive: Drive, within: int | None) -> int:
    try:
        return _opened(drive.path, UF2_FILE, _CREATE, within)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENODEV, errno.EIO, errno.ENXIO):
            raise _gone(drive) from error
        raise why_not(drive, error) from error


def _opened(path: str, name: str, flags: int, within: int | None) -> int:
    if within is None:
        return os.open(Path(path) / name, flags, 0o644)
    return os.open(name, flags, 0o644, dir_fd=within)


def _write_all(descriptor: int, data: bytes, progress: Progress) -> None:
    view = memoryview(data)
    done = 0
    while done < len(data):
        done += os.write(descriptor, view[done : done + _CHUNK])
        progress(done / len(data))


def _mount_table() -> Sequence[tuple[str, str, str]]:
    """Return what Linux has mounted: source, place, type. Raises OSError."""
    lines = (line.split() for line in _LINUX_MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
    return [(_unescaped(line[0]), _unescaped(line[1]), line[2]) for line in lines if len(line) > 2]


def _unescaped(text: str) -> str:
    """Return a path as it is: the table has spaces, tabs, newlines and backslashes as three octal digits."""
    for code in ("040", "011", "012", "134"):
        text = text.replace(f"\\{code}", chr(int(code, 8)))
    return text


def _volumes() -> tuple[str, ...]:
    with suppress(OSError):
        return tuple(str(entry) for entry in _MAC_VOLUMES.iterdir())
    return ()


def _windows_drives() -> Iterator[str]:
    """Yield drives by letter, but those that may take long to answer or hold no board."""
    letters, kind_of = _kernel()
    for index in range(26):
        root = f"{chr(ord('A') + index)}:\\"
        if letters >> index & 1 and kind_of(root) not in _NO_DRIVE_TYPES:
            yield root


def _kernel() -> tuple[int, Callable[[str], int]]:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    return kernel.GetLogicalDrives(), kernel.GetDriveTypeW
