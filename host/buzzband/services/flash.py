"""Puts the app onto a board with MicroPython, and sees it come up.

The order makes an interrupted run harmless: main.py goes first and comes back last, so that half an app never starts.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from buzzband.defaults import BOARD_PATIENCE_S as PATIENCE_S
from buzzband.errors import (
    BoardFailed,
    CopyFailed,
    LinkError,
    NotStarted,
    PortError,
    UnsupportedBoard,
)
from buzzband.firmware import doubtful, unsupported
from buzzband.progress import Progress, no_progress
from buzzband.services import at_risk, probes
from buzzband.services.at_risk import Guard
from buzzband.transports import ports
from buzzband.transports.backends import OpenBoard
from buzzband.transports.board import Board, Identity
from buzzband.transports.link import Link
from buzzband.transports.mpremote_adapter import board_at
from buzzband.transports.replies import Hello
from buzzband.transports.serial_port import open_port
from buzzband.wording import count

SCHEMA = "buzzband/flash/1"

_SLOT = "/a/"
_DOOR = "/main.py"  # without it nothing starts
_CHOICE = "/slot.txt"
_NOT_OURS = (f"{at_risk.FOLDER}/", "/settings.json")
_PART = ".part"  # the adapter's name for what has not arrived whole
_DEPTH_MAX = 8
_ITEMS_MAX = 1000
_PAUSE_S = 0.2
_GREETINGS = 5

Greet = Callable[[str, float], Hello]


@dataclass(frozen=True)
class Flashed:
    """What was done. ``port``: where the band is now; ``band``: what it says of itself; the paths are the board's.

    ``installed``: the version of MicroPython that was put on the board before, with the hash of its UF2; ``warning``:
    what to know about the version that runs.
    """

    port: str
    micropython: str
    sent: tuple[str, ...]
    sent_bytes: int
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    band: Hello
    installed: str = ""
    installed_sha256: str = ""
    warning: str = ""


@dataclass(frozen=True)
class _Changes:
    """What a board has to get and to lose: files, in this order, then folders."""

    send: tuple[str, ...]
    remove: tuple[str, ...]
    remove_folders: tuple[str, ...]


def flash(
    port: str,
    files: Mapping[str, bytes],
    app: str,
    *,
    progress: Progress = no_progress,
    patience_s: float = PATIENCE_S,
    guard: Guard | None = None,
    open_board: OpenBoard = board_at,
    greet: Greet | None = None,
) -> Flashed:
    """Bring a board's files to ``files``, restart it, and judge by what comes back.

    ``files``: contents by path on the board; nothing else but leftovers in /a is touched. ``app``: the version that is
    to answer. ``patience_s``: for the prompt, for each command, and for the app to come up. ``guard``: asked before
    anything changes; None lets sessions be what they are. Raises PortError, LinkError, BoardError, ArchiveError.
    """
    wanted = _absolute(files)
    serial_number = ports.serial_number_of(port)
    with open_board(port, patience_s) as board:
        identity = board.identity()
        _require_supported(identity)
        if guard:
            guard(at_risk.sessions_at(board))
        changes = _changes(board, wanted)
        _apply(board, wanted, changes, progress)
        _verify(board, wanted, changes.send)
        board.exec(probes.FORGET_CRASHES)
        board.reset()
    port, band = awaited_band(port, serial_number, patience_s, greet or greeted)
    if band.app != app:
        raise NotStarted(f"The app {app} was installed, but {band.app} answers from slot {band.slot}.")
    progress(1.0)
    return Flashed(
        port,
        identity.version_text,
        changes.send,
        sum(len(wanted[path]) for path in changes.send),
        tuple(path for path in wanted if path not in changes.send),
        changes.remove,
        band,
        warning=doubtful(identity.version),
    )


def _absolute(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files by absolute path, in the order in which they are to go."""
    wanted = {"/" + path.lstrip("/"): data for path, data in files.items()}
    if any(path.startswith(_NOT_OURS) for path in wanted):
        raise ValueError("settings and sessions are the wearer's")
    return dict(sorted(wanted.items(), key=lambda item: (item[0] == _DOOR, item[0])))


def _require_supported(found: Identity) -> None:
    if found.implementation != "micropython":
        raise UnsupportedBoard(f"The board runs {found.implementation} {found.version_text}, not MicroPython.")
    if found.platform != "rp2" or "RP2350" in found.machine:
        raise UnsupportedBoard(f"The board is no RP2040: {found.machine or found.platform}.")
    if why := unsupported(found.version):
        raise UnsupportedBoard(f"MicroPython {found.version_text} on the board is {why}.")


def _changes(board: Board, wanted: Mapping[str, bytes]) -> _Changes:
    there = board.hashes(list(wanted))
    send = [path for path, data in wanted.items() if there[path] != sha256(data).hexdigest()]
    found = list(_tree(board, _SLOT.rstrip("/")))
    folders = {path.rpartition("/")[0] for path in wanted}
    leftovers = [path for path, is_folder in found if not is_folder and path not in wanted]
    stray_folders = [path for path, is_folder in found if is_folder and not _holds_any(path, folders)]
    at_root = [f"/{item.name}" for item in board.listdir("/") if not item.is_folder]
    leftovers += [path for path in at_root if path == _CHOICE or (path[-5:] == _PART and path[:-5] in wanted)]
    if (send or leftovers) and _DOOR in wanted and _DOOR not in send:
        send.append(_DOOR)
    return _Changes(tuple(send), tuple(leftovers), tuple(reversed(stray_folders)))


def _holds_any(folder: str, folders: set[str]) -> bool:
    return any(f"{other}/".startswith(f"{folder}/") for other in folders)


def _tree(board: Board, folder: str, depth: int = 1) -> Iterator[tuple[str, bool]]:
    """Yield what is in a folder of the board and below, a folder before what is in it: path, whether it is a folder."""
    items = board.listdir(folder)
    if depth > _DEPTH_MAX or len(items) > _ITEMS_MAX:
        raise BoardFailed(f"{folder} on the board holds more than an app does.", "Install MicroPython anew.")
    for item in items:
        path = f"{folder}/{item.name}"
        yield path, item.is_folder
        if item.is_folder:
            yield from _tree(board, path, depth + 1)


def _apply(board: Board, wanted: Mapping[str, bytes], changes: _Changes, progress: Progress) -> None:
    if _DOOR in changes.send and board.hashes([_DOOR])[_DOOR] is not None:
        board.remove(_DOOR)
    for path in changes.remove:
        board.remove(path)
    for path in changes.remove_folders:
        board.rmdir(path)
    for folder in sorted({path.rpartition("/")[0] for path in changes.send} - {""}):
        board.mkdir(folder)
    done, total = 0, sum(len(wanted[path]) for path in changes.send) or 1
    for path in changes.send:
        board.put(path, wanted[path])
        done += len(wanted[path])
        progress(0.9 * done / total)


def _verify(board: Board, wanted: Mapping[str, bytes], sent: Sequence[str]) -> None:
    """Hash what was sent once more, where it is now; the rest was hashed before. Raises CopyFailed."""
    there = board.hashes(sent)
    wrong = [path for path in sent if there[path] != sha256(wanted[path]).hexdigest()]
    if wrong:
        raise CopyFailed(f"{count(len(wrong), 'file')} on the board did not stay as sent, the first is {wrong[0]}.")


def awaited_band(port: str, serial_number: str, patience_s: float, greet: Greet) -> tuple[str, Hello]:
    """Return where the band came up, and what it says. Raises NotStarted."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            where = (ports.path_of(serial_number) if serial_number else None) or port
            return where, greet(where, patience_s / _GREETINGS)
        except (PortError, LinkError) as error:
            if time.monotonic() > deadline:
                raise NotStarted(f"The app is installed, but does not answer. {error}") from error
        time.sleep(_PAUSE_S)


def greeted(port: str, patience_s: float) -> Hello:
    """Return what the band at a port says of itself. Raises PortError, LinkError."""
    with open_port(port) as stream:
        return Link(stream, patience_s=patience_s, attempts=1).hello()


def flash_text(done: Flashed) -> str:
    """Return what ``buzzband flash`` prints."""
    copied = f"{count(len(done.sent), 'file')} sent ({done.sent_bytes} bytes), {len(done.unchanged)} unchanged"
    removed = f", {len(done.removed)} removed" if done.removed else ""
    lines = [
        f"MicroPython {done.installed} installed, sha256 of its UF2 {done.installed_sha256}." if done.installed else "",
        f"{copied}{removed}.",
        f"App {done.band.app} runs on MicroPython {done.micropython}, band {done.band.uid}, at {done.port}.",
        done.warning,
    ]
    return "\n".join(filter(None, lines))


def flash_document(done: Flashed) -> dict[str, Any]:
    """Return the document that ``buzzband flash --json`` prints."""
    return {"schema": SCHEMA, **asdict(done)}
