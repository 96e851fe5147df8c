"""Raw logs: immutable files, each named by its band, its session and its content."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from buzzband.archive.disk import Disk

SUFFIX = ".bbl"
PART = ".part"
DIGEST_LENGTH = 16
IMPORTED = b"imported".hex()
"""In the place of a band's uid: what was imported is of no band."""
FILE_MAX = 2 << 20  # bytes: no flash of a Pico holds more

_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_NAME = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{16})\.bbl", re.ASCII)
_PART = re.compile(r"([0-9a-f]{16})\.part", re.ASCII)


@dataclass(frozen=True, order=True)
class RawLog:
    """A raw log in the archive. ``digest``: the first 16 hexadecimal digits of its SHA-256."""

    uid: str
    session_id: str
    digest: str
    path: Path
    size: int

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what names it."""
        return self.uid, self.session_id, self.digest

    @property
    def name(self) -> str:
        """Return its path in the archive."""
        return f"{self.uid}/{self.path.name}"

    def read(self) -> bytes:
        """Return its content. Raises OSError."""
        return self.path.read_bytes()


class RawLogs:
    """The raw logs in a folder. All methods raise OSError, and ValueError for what is no uid, id or hash."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder
        self._disk = disk

    def uids(self) -> tuple[str, ...]:
        """Return the bands that the archive holds anything of, in order."""
        if not self.folder.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.folder.iterdir() if _ID.fullmatch(path.name) and _is_own(path)))

    def logs(self, uid: str | None = None, session_id: str | None = None) -> tuple[RawLog, ...]:
        """Return the raw logs, in order: all, those of a band, or those of a session, of which there is mostly one."""
        return tuple(
            sorted(
                log
                for band in (self.uids() if uid is None else (uid,))
                for log in self._of_band(band)
                if session_id in (None, log.session_id)
            )
        )

    def part_of(self, uid: str, session_id: str) -> Path:
        """Return where a session lies while it is copied."""
        return self.band_folder(uid) / f"{_checked(session_id)}{PART}"

    def parts(self) -> tuple[Path, ...]:
        """Return the copies that are under way, or were cut off."""
        return tuple(sorted(path for uid in self.uids() for path in self.band_folder(uid).glob(f"*{PART}")))

    def band_folder(self, uid: str) -> Path:
        """Return the folder of a band."""
        return self.folder / _checked(uid)

    def keep(self, uid: str, session_id: str, sha256: str) -> RawLog:
        """Make the copy of a session a raw log. ``sha256``: of its content, in hexadecimal."""
        part = self.part_of(uid, session_id)
        target = self.band_folder(uid) / f"{_checked(session_id)}.{_checked(sha256[:DIGEST_LENGTH])}{SUFFIX}"
        self._disk.settle(part)
        self._disk.rename(part, target)
        self._disk.protect(target)  # last: a part that nobody may write to could not be gone on with
        return RawLog(uid, session_id, sha256[:DIGEST_LENGTH], target, target.stat().st_size)

    def superseded(self, log: RawLog) -> tuple[RawLog, ...]:
        """Return the other raw logs of the session that are nothing but the beginning of this one."""
        shorter = [
            one for one in self.logs(log.uid, log.session_id) if one.digest != log.digest and one.size < log.size
        ]
        if not shorter:
            return ()
        content = log.read()
        return tuple(one for one in shorter if content.startswith(one.read()))

    def strangers(self, known: frozenset[str]) -> Iterator[Path]:
        """Yield what is in the folder and does not belong there. ``known``: names that do, beside the raw logs'."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.iterdir()):
            if _ID.fullmatch(path.name) and _is_own(path):
                yield from (inner for inner in sorted(path.iterdir()) if not _belongs(inner, known))
            elif path.name not in known:
                yield path

    def _of_band(self, uid: str) -> Iterator[RawLog]:
        folder = self.band_folder(uid)
        for path in folder.iterdir() if folder.is_dir() else ():
            named = _NAME.fullmatch(path.name)
            if named and path.is_file() and not path.is_symlink():
                yield RawLog(uid, named[1], named[2], path, path.stat().st_size)


def is_id(text: str) -> bool:
    """Return whether text is a uid or a session's id: 16 hexadecimal digits. Nothing else becomes part of a path."""
    return isinstance(text, str) and bool(_ID.fullmatch(text))


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _checked(text: str) -> str:
    if not is_id(text):
        raise ValueError(f"{text!r} is not 16 hexadecimal digits")
    return text


def _is_own(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _belongs(path: Path, known: frozenset[str]) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    return bool(_NAME.fullmatch(path.name) or _PART.fullmatch(path.name)) or path.name in known
