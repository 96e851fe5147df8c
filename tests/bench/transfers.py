"""Sync, install and update in time of the emulated chip, beside mpremote and ampy on the same chip.

Time passes while the chip works, and while its flash and the wire do. What programs on the host take for themselves
counts next to nothing, so it is no disadvantage of a tool to be slow there. mpremote and ampy run as they are, over a
pseudo terminal; update and sync run in this process, over a link.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import buzzband_fw
from boot_rom import BootRom
from buzzband import bundle
from buzzband.archive import Archive
from buzzband.defaults import ERASE_MS
from buzzband.engines import pico
from buzzband.firmware import FILE_SYSTEM_OFFSET, micropython_uf2, read_firmware
from buzzband.packs import new_pack
from buzzband.services.flash import flash, greeted
from buzzband.services.image import image
from buzzband.services.sync import sync
from buzzband.services.update import update
from buzzband.services.update_plan import Send, in_frames
from buzzband.transports.link import Link
from buzzband.transports.replies import Hello
from buzzband.twin import Emg, Twin, TwinStream
from buzzband.twin.flash import PAGE_SIZE, PROGRAM_US
from report import year

IDLE = {"settings.json": b'{"autostart": false}'}
SESSION = year.log_of(0, year.Plan(sets=35))
LOG = f"log/{year.session_id(0)}.bbl"
ONE_MODULE = "buzzband_fw/hal/motor_pwm.mpy"
PIECE = 8_192  # bytes of the app; what takes as long for each of them is not waited for to the end
PATIENCE_S = 3.0  # of chip time
TOOL_PATIENCE_S = 300.0  # on the wall
FLASH_PATIENCE_S = 60.0
BUDGET_S = 60.0  # of chip time
WAITING_PACE = 0.02  # chip time in a second of the host's, while the chip has nothing to do
TOOL_PACE = 0.001
PROMPT_S = 0.15  # after which MicroPython without an app is at its prompt
TALKS_BEFORE_RESTART = 3  # of an update: look, write, verify
ANSWERS = "… until the new app answers"

AppFiles = Mapping[str, bytes]


@dataclass(frozen=True)
class Spent:
    """What something took: chip time, and bytes on the wire, both ways."""

    seconds: float
    wire_bytes: float

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(self.seconds - other.seconds, self.wire_bytes - other.wire_bytes)

    def __mul__(self, times: float) -> "Spent":
        return Spent(self.seconds * times, self.wire_bytes * times)


class Desk:
    """A twin, and how much of its time and its wire is spent on what is done with it."""

    def __init__(self, files: Mapping[str, bytes] | bytes) -> None:
        self.twin = Twin(files, emg=Emg(()), budget_s=BUDGET_S)
        self._wire_bytes = 0
        self.twin.serial.listen(self._count)
        send = self.twin.chip.usb.send

        def counted(data: bytes) -> None:
            self._count(data)
            send(data)

        vars(self.twin.chip.usb)["send"] = counted  # what this program writes and what others do both go through it

    @property
    def so_far(self) -> Spent:
        """Return what has been spent in all."""
        return Spent(self.twin.chip_s, self._wire_bytes)

    def spent(self, action: Callable[[], object]) -> Spent:
        """Return what ``action`` takes."""
        before = self.so_far
        action()
        return self.so_far - before

    def mpremote(self, *words: str | Path) -> Spent:
        """Return what mpremote takes."""
        return self._tool("mpremote", "connect", self.twin.serial.path, *words)

    def ampy(self, *words: str | Path) -> Spent:
        """Return what ampy takes."""
        return self._tool("ampy.cli", "--port", self.twin.serial.path, *words)

    def link(self, *_: object) -> AbstractContextManager[Link]:
        """Return a link; while it waits, chip time passes."""
        stream = TwinStream(self.twin)
        return nullcontext(Link(stream, patience_s=PATIENCE_S, clock=stream.seconds))

    def start(self) -> None:
        """Wait until the band answers."""
        with self.link() as link:
            link.hello()

    def _count(self, data: bytes) -> None:
        self._wire_bytes += len(data)

    def _tool(self, *command: str | Path) -> Spent:
        """Return what a tool takes. Raises CalledProcessError if it fails, TimeoutExpired."""

        def run() -> None:
            with self.twin.running(TOOL_PACE):
                words = [sys.executable, "-m", *map(str, command)]
                subprocess.run(words, check=True, capture_output=True, timeout=TOOL_PATIENCE_S)

        return self.spent(run)


@contextmanager
def _desk(files: Mapping[str, bytes] | bytes) -> Iterator[Desk]:
    desk = Desk(files)
    try:
        yield desk
    finally:
        desk.twin.close()


def measure() -> dict[str, Any]:
    """Return what each deed takes in each way, ours first. Raises EngineMissing."""
    if why := pico.missing():
        raise why
    parts = (_fetched, _flashed, _installed_by_tools, _imaged, _one_module, _all_modules)
    with tempfile.TemporaryDirectory(prefix="buzzband-") as folder, ProcessPoolExecutor(2) as pool:
        runs = [pool.submit(part, Path(folder)) for part in parts]
        fetched, flashed, tools, imaged, one, every = (run.result() for run in runs)
    deeds = {
        "fetch": fetched,
        "install": {**flashed, **tools, **imaged},
        "one module": one,
        "all modules": {**every, **tools},
    }
    return {
        "session_bytes": len(SESSION),
        "app_bytes": sum(map(len, bundle.band_files().values())),
        "piece_bytes": PIECE,
        "mpremote": version("mpremote"),
        "ampy": version("adafruit-ampy"),
        "deeds": {deed: {way: asdict(spent) for way, spent in ways.items()} for deed, ways in deeds.items()},
    }


def _fetched(folder: Path) -> dict[str, Spent]:
    """Fetch a session from a band that runs; it stays there."""
    with _desk({**bundle.band_files(), **IDLE, LOG: SESSION}) as desk:
        desk.start()
        archive = Archive(folder / "archive")

        def synced() -> None:
            done = sync(["twin"], archive, open_link=desk.link, now_ms=_epoch, patience_s=PATIENCE_S, keep=True)
            done.require_whole()

        spent = {
            "buzzband sync --keep": desk.spent(synced),
            "mpremote cp": desk.mpremote("cp", f":{LOG}", folder / "by_mpremote"),
            "ampy get": desk.ampy("get", LOG, folder / "by_ampy"),
        }
    if not SESSION == (folder / "by_mpremote").read_bytes() == (folder / "by_ampy").read_bytes():
        raise RuntimeError("the tools have not brought the session")
    return spent


def _epoch() -> int:
    return 0


def _flashed(_folder: Path) -> dict[str, Spent]:
    """Put the app onto a board that has MicroPython and nothing else, by ``buzzband flash``."""
    restarted: list[Spent] = []
    with _desk({}) as desk:
        desk.twin.run_for(PROMPT_S)
        before = desk.so_far

        def greet(port: str, patience_s: float) -> Hello:
            restarted.append(desk.so_far)
            return greeted(port, patience_s)

        with desk.twin.running(WAITING_PACE):
            path = desk.twin.serial.path
            flash(path, bundle.band_files(), buzzband_fw.__version__, patience_s=FLASH_PATIENCE_S, greet=greet)
        return {"buzzband flash": restarted[0] - before, ANSWERS: desk.so_far - before}


def _installed_by_tools(folder: Path) -> dict[str, Spent]:
    """Do so by mpremote, and a piece of it by ampy."""
    files = bundle.band_files()
    _write(folder / "band", files)
    with _desk({}) as desk:
        desk.twin.run_for(PROMPT_S)
        by_mpremote = desk.mpremote("cp", "-r", f"{folder / 'band'}/.", ":")
        if desk.twin.files() != files:
            raise RuntimeError("mpremote has not brought the app")
        return {"mpremote cp -r": by_mpremote, "ampy put": _put_by_ampy(desk, folder, sum(map(len, files.values())))}


def _put_by_ampy(desk: Desk, folder: Path, size: int) -> Spent:
    """Return what ampy takes for ``size`` bytes, by what it takes for a piece of the app."""
    piece = folder / f"piece of {size}"
    piece.write_bytes(new_pack(bundle.app_files())[:PIECE])
    return desk.ampy("put", piece, "piece.bin") * (size / PIECE)


def _imaged(_folder: Path) -> dict[str, Spent]:
    """Let the boot ROM write an image, in the time that the flash takes for that, and start the chip from it."""
    made = image(read_firmware(micropython_uf2()), {**bundle.band_files(), **IDLE})
    rom = BootRom().write(made)
    written_s = rom.erases * ERASE_MS / 1e3 + len(made) // (2 * PAGE_SIZE) * PROGRAM_US / 1e6
    with _desk(bytes(rom.flash[FILE_SYSTEM_OFFSET:])) as desk:
        desk.start()
        return {"buzzband image, dragged": Spent(written_s + desk.twin.chip_s, len(made))}


def _one_module(folder: Path) -> dict[str, Spent]:
    """Change one module of the app; for the tools it lies in a folder, file by file."""
    old, new = bundle.app_files(), longer(bundle.app_files(), ONE_MODULE)
    _write(folder / "one", new)
    there = {f"c/{path}": data for path, data in old.items()}
    with _desk({**bundle.band_files(), **IDLE, "b.app": new_pack(old), **there}) as desk:
        spent = _updated(desk, new, folder / "archive_one")
        spent["mpremote cp -r"] = desk.mpremote("cp", "-r", f"{folder / 'one'}/.", ":c/")
        if desk.twin.files()[f"c/{ONE_MODULE}"] != new[ONE_MODULE]:
            raise RuntimeError("mpremote has not brought the module")
        changed = folder / "one" / ONE_MODULE
        spent["mpremote cp of that module"] = desk.mpremote("cp", changed, ":module.mpy")
        spent["ampy put of that module"] = desk.ampy("put", changed, "module2.mpy")
    return spent


def _all_modules(_folder: Path) -> dict[str, Spent]:
    """Bring a whole pack over the link, told by a piece of it."""
    pack = new_pack(bundle.app_files())
    with _desk({**bundle.band_files(), **IDLE}) as desk:
        desk.start()
        return {"buzzband update": desk.spent(lambda: _write_piece(desk, pack)) * (len(pack) / PIECE)}


def _write_piece(desk: Desk, pack: bytes) -> None:
    """Write the begin of a pack into the slot that does not run, as an update does."""
    with desk.link() as link:
        for step in in_frames([Send(0, pack[:PIECE])]):
            if isinstance(step, Send):
                link.slots.write(step.offset, step.data)


def _updated(desk: Desk, new: AppFiles, archive: Path) -> dict[str, Spent]:
    """Update over the link: until it has been written and hashed, and with restart and self-test."""
    desk.start()
    before, opened = desk.so_far, list[Spent]()

    def link(*_: object) -> AbstractContextManager[Link]:
        opened.append(desk.so_far)
        return desk.link()

    update("twin", new, Archive(archive), open_link=link)
    return {"buzzband update": opened[TALKS_BEFORE_RESTART] - before, ANSWERS: desk.so_far - before}


def longer(app: AppFiles, *paths: str) -> dict[str, bytes]:
    """Return the app with these modules a byte longer, which changes nothing of what they do."""
    return {path: data + bytes(path in paths) for path, data in app.items()}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
