"""What is plugged in: each state of a board told from the others, and what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from buzzband.errors import (
    AtPrompt,
    BoardFailed,
    Garbled,
    NoPermission,
    NoSuchPort,
    PortBusy,
    Silent,
    Unplugged,
    WrongProtocol,
)
from buzzband.services import devices as service
from buzzband.services.devices import Device, Kind, devices, devices_document, devices_text
from buzzband.transports.board import Identity
from buzzband.transports.ports import Port
from buzzband.transports.replies import Hello
from services.fake_pico import SERIAL, Computer, FakePico

PORT = Port("/dev/ttyFAKE0", True, SERIAL, "Board in FS mode")
UID = SERIAL.lower()
HELLO = Hello(1, "0.1.0", "1.24.1", UID, "b", True, 1_000_000, 70_000, 640)
BARE = Identity("micropython", (1, 28, 0), "rp2", "Raspberry Pi Pico with RP2040")


class Bench:
    """Boards at ports: what opening, HELLO and the prompt come to."""

    def __init__(self, computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.computer = computer
        self.opening: Exception | None = None
        self.hello: Hello | Exception = HELLO
        self.identity: Identity | Exception = BARE
        self.opened: list[str] = []
        monkeypatch.setattr(service, "open_port", self.open_port)
        monkeypatch.setattr(service, "board_at", self.board_at)
        monkeypatch.setattr(service, "Link", lambda *_args, **_options: SimpleNamespace(hello=self.say))

    @contextmanager
    def open_port(self, path: str) -> Iterator[None]:
        self.opened.append(path)
        if self.opening:
            raise self.opening
        yield

    @contextmanager
    def board_at(self, _path: str, _patience_s: float) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(identity=lambda: self.given(self.identity))

    def say(self) -> Hello:
        return self.given(self.hello)

    @staticmethod
    def given(value: object) -> object:
        if isinstance(value, Exception):
            raise value
        return value

    def only(self) -> Device:
        self.computer.ports[:] = [PORT]
        (found,) = devices()
        return found


@pytest.fixture
def bench(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(computer, monkeypatch)


def test_a_band_says_who_it_is(bench: Bench) -> None:
    assert bench.only() == Device(Kind.BAND, PORT.path, UID, "0.1.0", "1.24.1", "b", True, "Board in FS mode")


def test_a_board_at_its_prompt_says_what_runs_there(bench: Bench) -> None:
    bench.hello = AtPrompt("MicroPython's prompt answers.")
    found = bench.only()
    assert (found.kind, found.uid, found.micropython, found.app) == (Kind.MICROPYTHON, UID, "1.28.0", "")
    assert "buzzband flash --port /dev/ttyFAKE0" in devices_text([found])


def test_another_python_at_the_prompt_is_something_else(bench: Bench) -> None:
    bench.hello, bench.identity = AtPrompt("prompt"), Identity("circuitpython", (9, 1, 0), "RP2040", "Pico")
    assert (bench.only().kind, bench.only().about) == (Kind.OTHER, "circuitpython 9.1.0 on Pico")


@pytest.mark.parametrize(
    "error",
    [
        PortBusy("/dev/ttyFAKE0 is in use by thonny (process 7)."),
        NoPermission("You may not open /dev/ttyFAKE0.", "Join the group that may: sudo usermod -aG dialout $USER."),
        NoSuchPort("There is no port /dev/ttyFAKE0."),
    ],
)
def test_what_keeps_us_from_a_port_is_told_with_its_mend(bench: Bench, error: Exception) -> None:
    bench.opening = error
    found = bench.only()
    assert (found.kind, found.uid, found.trouble) == (Kind.MICROPYTHON, UID, type(error).__name__)
    assert found.problem in devices_text([found])
    assert found.mend in devices_text([found])
    assert found.mend


@pytest.mark.parametrize("error", [Silent("no answer"), Garbled("nonsense"), Unplugged("gone")])
def test_a_board_that_does_not_answer_is_one_with_micropython(bench: Bench, error: Exception) -> None:
    bench.hello = error
    found = bench.only()
    assert (found.kind, found.trouble) == (Kind.MICROPYTHON, type(error).__name__)


def test_a_band_of_another_protocol_is_a_band(bench: Bench) -> None:
    bench.hello = WrongProtocol("The band speaks protocol 2.")
    assert (bench.only().kind, bench.only().trouble) == (Kind.BAND, "WrongProtocol")


def test_a_prompt_that_turns_silent_is_told(bench: Bench) -> None:
    bench.hello, bench.identity = AtPrompt("prompt"), BoardFailed("The board does not come to an end.")
    assert bench.only().trouble == "BoardFailed"


def test_nothing_is_sent_to_other_ports_unless_they_are_named(bench: Bench) -> None:
    bench.computer.ports[:] = [Port("/dev/ttyUSB0", False, "A1", "FT232")]
    assert devices() == (Device(Kind.OTHER, "/dev/ttyUSB0", about="FT232"),)
    assert bench.opened == []
    assert devices(["/dev/ttyUSB0", "/dev/pts/7"])[0].kind == Kind.BAND
    assert bench.opened == ["/dev/ttyUSB0", "/dev/pts/7"]


def test_drives_are_told_apart_and_come_after_ports(bench: Bench, tmp_path: Path) -> None:
    bench.computer.ports[:] = [PORT]
    FakePico(tmp_path / "RPI-RP2", bench.computer)
    FakePico(tmp_path / "RP2350", bench.computer, board_id="RP2350")
    found = devices()
    assert [device.kind for device in found] == [Kind.BAND, Kind.OTHER, Kind.BOOTSEL]
    text = devices_text(found)
    assert f"buzzband flash --drive {tmp_path / 'RPI-RP2'}" in text
    assert "Board-ID RP2350" in text


def test_a_pico_whose_drive_is_not_mounted_is_told_with_the_mend(bench: Bench) -> None:
    bench.computer.unmounted = ("/dev/sdz1",)
    (found,) = devices()
    assert (found.kind, found.where, found.trouble) == (Kind.BOOTSEL, "", "DriveUnusable")
    assert "udisksctl mount -b /dev/sdz1" in devices_text([found])


def test_the_serial_number_of_something_else_is_no_uid(bench: Bench) -> None:
    bench.opening = PortBusy("busy")
    bench.computer.ports[:] = [Port("/dev/ttyFAKE0", True, "7")]
    assert devices()[0].uid == ""


def test_with_nothing_plugged_in_it_says_what_to_do(bench: Bench) -> None:
    assert devices() == ()
    assert "BOOTSEL" in devices_text(())
    assert devices_document(()) == {"schema": "buzzband/devices/1", "devices": []}


def test_the_text_has_all_that_tells_a_band_from_another(bench: Bench) -> None:
    assert devices_text([bench.only()]) == (
        "/dev/ttyFAKE0: band (Board in FS mode), app 0.1.0 in slot b, MicroPython 1.24.1, uid e661385283614b32, "
        "safe mode"
    )
