"""Looks at a board from all sides: over the link while its app runs, then from MicroPython's prompt. Judges nothing."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from buzzband.archive import Archive
from buzzband.archive.raw import sha256_of
from buzzband.bundle import SLOT_FILES
from buzzband.errors import BoardError, BuzzbandError, DriveError, LinkError, NotStarted, PortError
from buzzband.packs import read_pack
from buzzband.progress import Progress, no_progress
from buzzband.services import probes
from buzzband.services.devices_port import chosen_board
from buzzband.services.flash import awaited_band, greeted
from buzzband.services.last_leak import last_leak_permille
from buzzband.services.probes import Storage, Wiring
from buzzband.transports import ports
from buzzband.transports.backends import OpenBoard
from buzzband.transports.board import Board, Identity
from buzzband.transports.drives import Drive
from buzzband.transports.link import Link
from buzzband.transports.mpremote_adapter import board_at
from buzzband.transports.replies import Config, Hello, Mark, Status
from buzzband.transports.serial_port import open_port
from buzzband_fw.link import messages

WATCHED_BLOCKS = 225  # 2.25 s: within 2 s the band has judged the signal
WATCHED_S = 3.0  # for them, of a band that keeps pace; one that is given more patience has more of this, too
PROMPT_PATIENCE_S = 6.0  # at least: an app ends its session before it gives way, and takes 2 s to start

_LOOK_S = 0.25
_TICKS_PERIOD_MS = 1 << 30
_BUSY_STATES = (
    messages.RUNNING, messages.CALIBRATING, messages.WARMING_UP, messages.ASKING, messages.FINDING,
)  # fmt: skip


@dataclass(frozen=True)
class OverLink:
    """What a band says of itself, before and after it was watched for two seconds.

    ``host_ms``, ``band_ms``: how long that was, by both clocks. ``leak_permille``: see ``last_leak``.
    """

    hello: Hello
    before: Status
    after: Status
    config: Config
    host_ms: int
    band_ms: int
    leak_permille: int | None = None

    @property
    def is_busy(self) -> bool:
        """Return whether something goes on that is not to be cut off."""
        return self.after.state in _BUSY_STATES


@dataclass(frozen=True)
class AtPrompt:
    """What a board shows at its prompt. ``differing``: files of its app that are not those of this tool's app.

    None: nobody can tell, for it is of another version, or this tool cannot compile its own.
    """

    identity: Identity
    storage: Storage
    wiring: Wiring
    differing: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Patient:
    """What is known of a board. ``where``: its port or drive, empty if there is none.

    ``trouble``: what keeps us from its app; ``prompt_trouble``: from its prompt; ``start_trouble``: why its app did
    not come back. ``band``, ``prompt``: None where that has not been looked at.
    """

    where: str = ""
    drive: Drive | None = None
    trouble: BuzzbandError | None = None
    prompt_trouble: BuzzbandError | None = None
    start_trouble: BuzzbandError | None = None
    band: OverLink | None = None
    prompt: AtPrompt | None = None


@dataclass(frozen=True)
class Way:
    """How to look. ``quick``: over the link only; ``files``: returns this tool's app by path on the board."""

    archive: Archive
    files: Callable[[], Mapping[str, bytes]]
    app: str
    patience_s: float
    quick: bool = False
    open_board: OpenBoard = board_at


def examine(port: str | None, way: Way, progress: Progress = no_progress) -> Patient:
    """Look at the board at ``port``, or at the only one there is. Whatever goes wrong stands in what is returned."""
    try:
        board = chosen_board(port)
    except (PortError, DriveError) as error:
        return Patient(port or "", trouble=error)
    if isinstance(board, Drive):
        return Patient(board.path, drive=board)
    band, trouble = _over_link(board, way)
    progress(0.5)
    if isinstance(trouble, PortError) or way.quick or (band and band.is_busy):
        return Patient(board, trouble=trouble, band=band)
    prompt, prompt_trouble, start_trouble = _at_prompt(board, way, band)
    progress(1.0)
    return Patient(board, None, trouble, prompt_trouble, start_trouble, band, prompt)


def _over_link(port: str, way: Way) -> tuple[OverLink | None, BuzzbandError | None]:
    try:
        with open_port(port) as stream:
            return _watched(Link(stream, patience_s=way.patience_s), way), None
    except (PortError, LinkError) as error:
        return None, error


def _watched(link: Link, way: Way) -> OverLink:
    hello = link.hello()
    first = link.tell_time(_now_ms())
    before = after = link.status()
    deadline = time.monotonic() + WATCHED_S * max(1.0, way.patience_s)
    while after.blocks - before.blocks < WATCHED_BLOCKS and time.monotonic() < deadline:
        time.sleep(_LOOK_S)
        after = link.status()
    host_ms, band_ms = _between(first, link.tell_time(_now_ms()))
    leak = last_leak_permille(link, hello.uid, way.archive)
    return OverLink(hello, before, after, link.config(), host_ms, band_ms, leak)


def _between(first: Mark, second: Mark) -> tuple[int, int]:
    return second.utc_ms - first.utc_ms, (second.t_ms - first.t_ms) % _TICKS_PERIOD_MS


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _at_prompt(
    port: str, way: Way, band: OverLink | None
) -> tuple[AtPrompt | None, BuzzbandError | None, BuzzbandError | None]:
    serial_number = ports.serial_number_of(port)
    try:
        with way.open_board(port, max(way.patience_s, PROMPT_PATIENCE_S)) as board:
            found = _looked_at(board, way, band)
            board.reset()
    except (PortError, LinkError, BoardError) as error:
        return None, error, None
    if not found.storage.slots:
        return found, None, None
    try:
        awaited_band(port, serial_number, max(way.patience_s, PROMPT_PATIENCE_S), greeted)
    except NotStarted as error:
        return found, None, error
    return found, None, None


def _looked_at(board: Board, way: Way, band: OverLink | None) -> AtPrompt:
    identity = board.identity()
    storage = probes.storage(board)
    slot = band.hello.slot if band else storage.chosen
    differing = None
    if slot in storage.slots and (band is None or band.hello.app == way.app):
        differing = _differing(board, way, slot)
    return AtPrompt(identity, storage, probes.wiring(board), differing)


def _differing(board: Board, way: Way, slot: str) -> tuple[str, ...] | None:
    try:
        files = way.files()
    except BuzzbandError:
        return None
    app = read_pack(files[SLOT_FILES["a"]])
    starters = {f"/{path}": sha256_of(data) for path, data in files.items() if path != SLOT_FILES["a"]}
    there = board.hashes(list(starters))
    pack = f"/{SLOT_FILES[slot]}"
    whole = probes.modules(board, pack) == {name: sha256_of(data) for name, data in app.items()}
    return (*(path for path, digest in starters.items() if there[path] != digest), *(() if whole else (pack,)))
