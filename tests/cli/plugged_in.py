"""A computer with one device plugged in, in any state, as pyserial and the prompt would show it. Time is played."""

import errno
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import serial

import buzzband_fw
from buzzband import uf2
from buzzband.archive.raw import sha256_of
from buzzband.firmware import Firmware
from buzzband.packs import new_pack, read_pack
from buzzband.services import examination, flash, install, versions
from buzzband.services.probes import SAMPLES
from buzzband.transports import board, mpremote_adapter
from buzzband.transports.link import Link
from buzzband.transports.ports import Port
from buzzband_fw.link import messages
from services.fake_board import PORT, FakeBoard
from services.fake_pico import SERIAL, Computer, FakePico
from transports.fake_band import Clock, FakeBand
from uf2_files import small

PACK = "/a.app"
APP = {"main.py": b"start()", "a.app": new_pack({"buzzband_fw/app.mpy": b"M-app"})}
MICROPYTHON = Firmware(small(), uf2.read(small()), (1, 24, 1))
SESSION = "00112233445566aa"


class State(StrEnum):
    """What state the device is in."""

    BARE = "bare MicroPython"
    REPL = "app installed, at the prompt"
    APP = "app"
    SAFE = "safe mode"
    BOOTSEL = "BOOTSEL"
    BUSY = "busy port"
    FORBIDDEN = "no permission"
    SILENT = "silent"
    GARBAGE = "garbage"


AT_PROMPT = (State.BARE, State.REPL)
RUNNING = (State.APP, State.SAFE)


class LiveBand(FakeBand):
    """A band whose blocks go on with the clock."""

    def _answer(self, kind: int, payload: bytes) -> tuple[int, bytes]:
        blocks = round(100 * self.clock.now)
        self.status = (messages.IDLE, 0, messages.USB_POWER, blocks, 0, 0, 0, 0, 4900, 900, 900, 0, 0, 51_000)
        return super()._answer(kind, payload)


class ProbedBoard(FakeBoard):
    """A board that answers what is looked at, with everything in its place."""

    def exec(self, code: str) -> str:
        super().exec(code)
        if "statvfs" in code:
            slots = ["a"] if PACK in self.files else []
            return json.dumps([1_000_000, 1_441_792, 0, "", "", slots])
        if "Pack" in code:
            return json.dumps({name: sha256_of(data) for name, data in read_pack(self.files[PACK]).items()})
        return json.dumps([1, 32_400, 1, [[0x68, 0x68]], -1, [33_000, 31_000], "007d" * SAMPLES])


@dataclass
class PluggedIn:
    """``state`` is where it stands now; a board that is reset goes on to its app, if it has one."""

    state: State
    computer: Computer
    pico: FakePico | None = None
    clock: Clock = field(default_factory=Clock)
    board: ProbedBoard = field(default_factory=ProbedBoard)
    band: LiveBand = field(init=False)

    def __post_init__(self) -> None:
        self.start()
        if self.state is not State.BARE and self.pico is None:
            for path, data in APP.items():
                self.board.files["/" + path] = data
                self.board.mkdir("/" + path.rpartition("/")[0])
        self.board.reset = self.restart  # type: ignore[method-assign]

    def start(self) -> None:
        """Start the app."""
        self.band = LiveBand(clock=self.clock)
        self.band.hello |= {"app": buzzband_fw.__version__, "safe_mode": self.state is State.SAFE}

    def restart(self) -> None:
        """Restart the chip."""
        self.state = State.APP if PACK in self.board.files else State.BARE
        self.start()

    def serial(self, path: str, **_options: object) -> "FakeSerial":
        if self.state is State.BOOTSEL and self.computer.ports:
            self.state = State.BARE
        return FakeSerial(self, path)

    @contextmanager
    def opened(self, path: str, patience_s: float, prompt: Callable[..., Any]) -> Iterator[Any]:
        """As board.opened, but for boards that would come to a prompt."""
        port = self.serial(path)
        if self.state in (*AT_PROMPT, *RUNNING):
            port.open()
            yield self.board
        else:
            with board.opened(path, patience_s, prompt) as found:
                yield found


class FakeSerial:
    """A serial port as pyserial has it."""

    def __init__(self, device: PluggedIn, path: str) -> None:
        self.timeout: float = 0.0
        self._device = device
        self._path = path
        self._coming = b""
        self._noise = itertools.cycle((b"\x07garb\xffage", b"\x00\xfe\xfd\x0012345678\x00"))

    def open(self) -> None:
        if not any(port.path == self._path for port in self._device.computer.ports):
            raise serial.SerialException(errno.ENOENT, f"could not open port {self._path}")
        if self._device.state is State.BUSY:
            raise serial.SerialException(errno.EAGAIN, f"Could not exclusively lock port {self._path}")
        if self._device.state is State.FORBIDDEN:
            raise serial.SerialException(errno.EACCES, f"could not open port {self._path}")

    @property
    def in_waiting(self) -> int:
        self._listen(0.01)
        return len(self._coming)

    def read(self, size: int = 1) -> bytes:
        if not self._coming:
            self._listen(self.timeout)
        data, self._coming = self._coming[:size], self._coming[size:]
        return data

    def write(self, data: bytes) -> None:
        if self._device.state in RUNNING:
            self._device.band.write(data)
        elif self._device.state in AT_PROMPT:
            self._coming += b"\r\n>>> "

    def close(self) -> None:
        """Nothing to let go of."""

    def _listen(self, seconds: float) -> None:
        if self._device.state in RUNNING:
            self._coming += self._device.band.read(seconds)
            return
        self._device.clock.now += max(seconds, 0.001)
        if self._device.state is State.GARBAGE:
            self._coming += next(self._noise)


def plug_in(state: State, monkeypatch: pytest.MonkeyPatch, folder: Path) -> PluggedIn:
    """Plug a device in that is in ``state``, and let nothing wait for the clock on the wall."""
    computer = Computer(monkeypatch)
    port = Port(PORT, True, SERIAL)
    if state is State.BOOTSEL:
        device = PluggedIn(state, computer, FakePico(folder / "RPI-RP2", computer, comes_back=port))
    else:
        computer.ports.append(port)
        device = PluggedIn(state, computer)
    monkeypatch.setattr(versions, "all_ports", lambda: tuple(computer.ports))
    monkeypatch.setattr(serial, "serial_for_url", device.serial)
    monkeypatch.setattr(mpremote_adapter, "opened", device.opened)
    monkeypatch.setattr("buzzband.bundle.band_files", lambda: APP)
    monkeypatch.setattr(install, "fetched_uf2", lambda _progress: Path("pinned"))
    monkeypatch.setattr(install, "read_firmware", lambda _path: MICROPYTHON)
    _play_time(device.clock, monkeypatch)
    return device


def _play_time(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        clock.now += seconds

    played = SimpleNamespace(
        monotonic=lambda: clock.now, sleep=sleep, time_ns=lambda: round(1e9 * (1_700_000_000 + clock.now))
    )
    for module in (examination, flash, install):
        monkeypatch.setattr(module, "time", played)
    monkeypatch.setattr(board, "monotonic", played.monotonic)
    monkeypatch.setitem(Link.__init__.__kwdefaults__ or {}, "clock", played.monotonic)
