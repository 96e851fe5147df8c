"""An update on a simulated band whose flash is watched, and what main.py makes of each image that a cut leaves."""

import builtins
import functools
import json
import struct
import tempfile
from binascii import crc32
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.bench import link_to
from app.updating import IDLE, START_S
from buzzband.archive import Archive
from buzzband.bundle import _compile, band_files, mpy_cross_path, pack_image, rootfs_files
from buzzband.engines.private_modules import FOLDER
from buzzband.packs import new_pack
from buzzband.services.update import roll_back, update
from journal.journal import Cut, Journal, Memory, file_system
from journal.little_flash import JournalBand

SOURCES = {"a": FOLDER.parent, "b": FOLDER.parent}  # what runs on this interpreter, whatever the packs hold
BOOTS_MAX = 10
APP = """
def main(slot, safe_mode, on_trial):
    with open("ran.txt", "w") as file:
        file.write("%s %d %d %d" % (slot, safe_mode, on_trial, NUMBER))
"""
VERSIONS = range(3)
AT_ROOT = {path.removesuffix(".py"): compile(text, path, "exec") for path, text in rootfs_files().items()}


@functools.cache
def version(number: int) -> dict[str, bytes]:
    """An app that is quick to write: a few modules, of which one differs. It notes down that it runs, and ends."""
    modules = {f"buzzband_fw/core/m{at}": f"DATA = b'{chr(97 + at) * 2500}'\n" for at in range(6)}
    imports = "".join(f"from buzzband_fw.core.m{at} import DATA\n" for at in range(6))
    texts = {"buzzband_fw/__init__": "", "buzzband_fw/core/__init__": "", **modules}
    texts["buzzband_fw/app"] = f"{imports}NUMBER = {number}\nPAD = b'{'x' * 1500}'\n{APP}"
    return {f"{name}.mpy": _compile(mpy_cross_path(), f"{name}.py", text) for name, text in texts.items()}


@functools.cache
def pack(number: int) -> bytes:
    return new_pack(version(number))


def image(**slots: int) -> bytes:
    """The flash of a band with these versions in its slots."""
    files = {f"{slot}.app": pack(number) for slot, number in slots.items()}
    files |= {path: data for path, data in band_files().items() if not path.endswith(".app")}
    return pack_image({"settings.json": json.dumps(dict(IDLE)).encode(), "slot.txt": b"a", **files})


def _journal(flash: bytes, deed: Callable[[Any, Archive], object]) -> Journal:
    with JournalBand(flash, slots=SOURCES, usb_power=True) as worn, tempfile.TemporaryDirectory() as folder:

        def opened(*_: object) -> Any:
            worn.run_for(START_S)
            return nullcontext(link_to(worn))

        deed(opened, Archive(Path(folder)))
        return worn.journal()


def _updated(flash: bytes) -> Journal:
    return _journal(flash, lambda opened, archive: update("simulated", version(2), archive, open_link=opened))


def _rolled_back(flash: bytes) -> Journal:
    return _journal(flash, lambda opened, archive: roll_back("simulated", archive, open_link=opened))


UPDATES: Mapping[str, Callable[[], Journal]] = {
    "into an empty slot": functools.cache(lambda: _updated(image(a=1))),
    "one module appended": functools.cache(lambda: _updated(image(a=1, b=0))),
    "rollback": functools.cache(lambda: _rolled_back(image(a=1, b=0))),
}


class Restart(BaseException):
    """The chip is reset."""


@dataclass
class Model:
    """A board with an image in its flash, on which ``main.py`` runs as it stands. ``bad``: versions that crash.

    ``ran``: what ``app.main`` was called with, at each start: slot, safe mode, on trial, version.
    """

    memory: Memory
    bad: tuple[int, ...] = ()
    ran: list[tuple[str, bool, bool, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flash = file_system(self.memory, 4096, 4096)
        self.flash.mount()
        self._registers: dict[int, int] = {}
        self._mounted: dict[str, Any] = {}

    def start(self) -> bool:
        """Start until an app runs on; return whether one does."""
        for _ in range(BOOTS_MAX):
            self._mounted.clear()
            try:
                self._run("main")
            except Restart:
                continue
            return bool(self.ran)
        return False

    def _run(self, name: str) -> SimpleNamespace:
        """Run a file of the flash's root; return what it has made."""
        own = {**vars(builtins), "open": self._open, "__import__": self._import}
        made = {"__name__": name, "__builtins__": own}
        exec(AT_ROOT[name], made)
        return SimpleNamespace(**made)

    def _open(self, path: str, mode: str = "r") -> Any:
        try:
            return self.flash.open(path, mode, buffering=-1 if "r" in mode else 0)
        except Exception as error:  # littlefs raises kinds of its own
            raise OSError(2) from error

    def _import(self, name: str, *_: Any) -> Any:
        path: list[str] = []
        if name in AT_ROOT:
            return self._run(name)
        known = {
            "sys": SimpleNamespace(path=path, print_exception=lambda _error: None, modules={"starter": None}),
            "binascii": SimpleNamespace(crc32=crc32),
            "machine": SimpleNamespace(
                WDT=lambda timeout: None, Pin=_Pin, mem32=_Registers(self._registers), reset=_reset
            ),
            "struct": struct,
            "vfs": SimpleNamespace(mount=lambda system, at: self._mounted.update({at: system}), umount=self._unmount),
            "pins": SimpleNamespace(BUTTON=14),
        }
        if name in known:
            return known[name]
        if name == "buzzband_fw" and self._mounted:
            ((slot, system),) = self._mounted.items()
            return SimpleNamespace(app=self._app(slot.strip("/"), system))
        raise ImportError(name)

    def _unmount(self, at: str) -> None:
        if self._mounted.pop(at, None) is None:
            raise OSError(22)

    def _app(self, slot: str, system: Any) -> Any:
        """Return the app of a pack, if every module of it is as in one of the versions."""
        found = {path: self._module(system, path) for path in version(0)}
        if found not in map(version, VERSIONS):
            raise ImportError("half an app")
        number = next(number for number in VERSIONS if version(number) == found)
        return SimpleNamespace(main=functools.partial(self._main, number))

    def _module(self, system: Any, path: str) -> bytes:
        size = system.stat(f"/{path}")[6]
        with system.open(f"/{path}", "rb") as file:
            return bytes(file.read(size))

    def _main(self, number: int, slot: str, safe_mode: bool, on_trial: bool) -> None:
        if number in self.bad:
            raise RuntimeError("no good")
        self.ran.append((slot, safe_mode, on_trial, number))


class _Registers:
    def __init__(self, values: dict[int, int]) -> None:
        self._values = values

    def __getitem__(self, address: int) -> int:
        return self._values.get(address, 0)

    def __setitem__(self, address: int, value: int) -> None:
        self._values[address] = value


class _Pin:
    IN = PULL_UP = 0

    def __init__(self, *_: int) -> None:
        """The button is up."""

    def value(self) -> int:
        return 1


def _reset() -> None:
    raise Restart


def check(cut: Cut) -> str:
    """Start a board from what a cut left, as it is, and with the new app crashing; return what ran.

    An app that is whole runs at once, not in safe mode. If it is on trial the next start is with the one from before.
    """
    board = Model(Memory(cut.image))
    assert board.start(), f"nothing runs at {cut}"
    slot, safe_mode, on_trial, number = board.ran[0]
    assert not safe_mode, f"{cut}"
    if on_trial:
        assert board.start()
        again = board.ran[1]
        assert (again[0] != slot, again[2]) == (True, False), f"{cut}"
    crashing = Model(Memory(cut.image), bad=(number,) if on_trial else ())
    assert crashing.start(), f"nothing runs beside an app that crashes, at {cut}"
    assert crashing.ran[0][1] is False
    return f"{number}{'?' if on_trial else ''}"
