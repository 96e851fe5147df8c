"""``buzzband flash`` from every state a board can be in: which steps are taken, in which order, and what stops them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from buzzband import uf2
from buzzband.errors import (
    NoBoard,
    NotBack,
    PortBusy,
    SessionsAtRisk,
    SeveralBoards,
    Silent,
    UnsupportedBoard,
    WrongDrive,
)
from buzzband.firmware import MACHINE, Firmware
from buzzband.progress import Progress, no_progress
from buzzband.services import install as service
from buzzband.services.at_risk import Guard, OnBoard
from buzzband.services.devices_port import chosen_board, chosen_port
from buzzband.services.flash import Flashed
from buzzband.services.install import Job, firmware_for, install
from buzzband.transports.board import Identity, Item
from buzzband.transports.drives import Drive
from buzzband.transports.ports import Port
from buzzband.transports.replies import Entry, Hello
from services.fake_pico import SERIAL, Computer, FakePico
from uf2_files import small

PORT = "/dev/ttyFAKE0"
HELLO = Hello(1, "0.2.0", "1.24.1", "e661385283614b32", "a", False, 1_000_000, 70_000, 640)
PICO = Identity("micropython", (1, 24, 1), "rp2", MACHINE)
MICROPYTHON = Firmware(small(), uf2.read(small()), (1, 24, 1))
JOB = Job({"main.py": b"start()"}, "0.2.0", patience_s=0.1)
SESSION = "00112233445566aa"


def refuse(found: Sequence[OnBoard]) -> None:
    if found:
        raise SessionsAtRisk(f"{len(found)} at risk")


GUARDED = replace(JOB, guard=refuse)


@dataclass
class Bench:
    """What the band and the prompt would say, and what was done, in order."""

    computer: Computer
    pico: FakePico
    identity: Identity = PICO
    sessions: list[Entry] | None = None  # None: no app answers
    in_flash: int = 0
    trouble: list[Exception] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    guards: list[object] = field(default_factory=list)

    @contextmanager
    def board_at(self, port: str, _patience_s: float) -> Iterator[SimpleNamespace]:
        if self.trouble:
            raise self.trouble.pop(0)
        self.done.append(f"prompt at {port}")
        yield SimpleNamespace(
            identity=lambda: self.identity,
            listdir=lambda _path: (Item(f"{SESSION}.bbl", False),) * self.in_flash,
            hashes=lambda paths: dict.fromkeys(paths, "5e5510"),
            bootloader=self.bootloader,
        )

    def bootloader(self) -> None:
        self.done.append("bootloader")
        self.computer.ports.clear()
        self.pico.plug_in()

    def link(self, _stream: object, **_options: object) -> SimpleNamespace:
        def hello() -> Hello:
            if self.sessions is None:
                raise Silent("no app")
            return HELLO

        return SimpleNamespace(
            hello=hello, sessions=lambda: tuple(self.sessions or ()), hash=lambda _session, _size: "5e5510"
        )

    def flash(self, port: str, files: object, app: str, **options: object) -> Flashed:
        self.done.append(f"app at {port}")
        self.guards.append(options["guard"])
        options["progress"](1.0)  # type: ignore[operator]
        return Flashed(port, self.identity.version_text, ("/main.py",), 7, (), (), HELLO)


def put(bench: Bench, board: str | Drive, job: Job, progress: Progress = no_progress) -> Flashed:
    return install(board, replace(job, open_board=bench.board_at), progress)


@pytest.fixture
def bench(computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(computer, FakePico(tmp_path / "RPI-RP2", computer))
    monkeypatch.setattr(service, "Link", made.link)
    monkeypatch.setattr(service, "open_port", lambda _port: open("/dev/null", "rb"))  # noqa: PTH123, SIM115
    monkeypatch.setattr(service, "flash", made.flash)
    monkeypatch.setattr(service, "_PAUSE_S", 0.0)
    return made


def at_port(bench: Bench) -> Bench:
    bench.pico.unplug()
    bench.computer.ports.append(Port(PORT, True, SERIAL))
    return bench


def test_a_pico_in_bootsel_gets_micropython_then_the_app(bench: Bench) -> None:
    shares: list[float] = []
    done = put(bench, bench.pico.drive, replace(JOB, micropython=MICROPYTHON), shares.append)
    assert bench.pico.rom.starts()
    assert bench.done == [f"prompt at {PORT}", f"app at {PORT}"]
    assert (done.installed, done.installed_sha256) == ("1.24.1", MICROPYTHON.sha256)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("sessions", [None, []])
def test_a_board_with_micropython_gets_the_app_alone(bench: Bench, sessions: list[Entry] | None) -> None:
    at_port(bench).sessions = sessions
    assert put(bench, PORT, JOB).installed == ""
    assert bench.done == [f"app at {PORT}"]


def test_asked_for_micropython_a_board_goes_through_bootsel(bench: Bench) -> None:
    done = put(bench, at_port(bench).computer.ports[0].path, replace(JOB, micropython=MICROPYTHON))
    assert bench.done == [f"prompt at {PORT}", "bootloader", f"prompt at {PORT}", f"app at {PORT}"]
    assert done.installed == "1.24.1"


def test_sessions_of_a_running_band_stop_it_before_it_is_interrupted(bench: Bench) -> None:
    at_port(bench).sessions = [Entry(SESSION, 100, False)] * 2
    with pytest.raises(SessionsAtRisk, match="2 at risk"):
        put(bench, PORT, GUARDED)
    assert bench.done == []


def test_sessions_that_are_kept_do_not_stop_it(bench: Bench) -> None:
    at_port(bench).sessions = [Entry(SESSION, 100, False)]
    asked: list[Sequence[OnBoard]] = []
    put(bench, PORT, replace(JOB, guard=asked.append))
    assert asked == [(OnBoard(SESSION, "5e5510"),)]
    assert bench.done == [f"app at {PORT}"]


def test_without_a_guard_nobody_asks_for_sessions(bench: Bench) -> None:
    at_port(bench).sessions = [Entry(SESSION, 100, False)]
    put(bench, PORT, JOB)
    assert bench.done == [f"app at {PORT}"]


def test_sessions_of_a_board_at_its_prompt_stop_it_before_bootsel(bench: Bench) -> None:
    at_port(bench).in_flash = 1
    with pytest.raises(SessionsAtRisk, match="1 at risk"):
        put(bench, PORT, replace(GUARDED, micropython=MICROPYTHON))
    assert bench.done == [f"prompt at {PORT}"]


@pytest.mark.parametrize("guard", [None, refuse])
def test_who_puts_the_app_on_asks_again(bench: Bench, guard: Guard | None) -> None:
    put(bench, at_port(bench).computer.ports[0].path, replace(JOB, guard=guard))
    assert bench.guards == [guard]


def test_a_board_of_another_kind_does_not_get_the_pico_s_micropython(bench: Bench) -> None:
    at_port(bench).identity = Identity("micropython", (1, 24, 1), "rp2", "Raspberry Pi Pico W with RP2040")
    with pytest.raises(UnsupportedBoard, match="Pico W"):
        put(bench, PORT, replace(JOB, micropython=MICROPYTHON))
    assert bench.done == [f"prompt at {PORT}"]


def test_another_version_than_was_written_is_not_called_done(bench: Bench) -> None:
    bench.identity = replace(bench.identity, version=(1, 22, 0))
    with pytest.raises(NotBack, match=r"1\.24\.1 was written, but 1\.22\.0 answers"):
        put(bench, bench.pico.drive, replace(JOB, micropython=MICROPYTHON))
    assert bench.done == [f"prompt at {PORT}"]


def test_a_port_that_is_held_for_a_moment_after_it_came_is_waited_for(bench: Bench) -> None:
    bench.trouble = [PortBusy("held by ModemManager")] * 3
    put(bench, bench.pico.drive, replace(JOB, micropython=MICROPYTHON))
    assert bench.done == [f"prompt at {PORT}", f"app at {PORT}"]


def test_a_port_that_stays_held_is_told_with_the_reason(bench: Bench) -> None:
    bench.trouble = [PortBusy("It is in use by ModemManager.")] * 100_000
    with pytest.raises(NotBack, match="ModemManager") as caught:
        put(bench, bench.pico.drive, replace(JOB, micropython=MICROPYTHON, patience_s=0.05))
    assert caught.value.hint == PortBusy.hint


def test_a_drive_without_micropython_to_put_on_it_is_a_mistake_of_ours(bench: Bench) -> None:
    with pytest.raises(ValueError, match="needs MicroPython"):
        put(bench, bench.pico.drive, JOB)


def test_only_who_needs_micropython_has_it_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "fetched_uf2", lambda _progress: Path("pinned"))
    monkeypatch.setattr(service, "read_firmware", lambda path: path)
    assert firmware_for(PORT, None, False) is None
    assert firmware_for(PORT, None, True) == Path("pinned")
    assert firmware_for(PORT, Path("mine"), False) == Path("mine")
    assert firmware_for(bench.pico.drive, None, False) == Path("pinned")


def test_the_only_board_there_is_is_taken_whatever_it_is(bench: Bench) -> None:
    assert chosen_board() == bench.pico.drive
    at_port(bench)
    assert chosen_board() == PORT


def test_two_boards_are_listed_with_the_option_that_chooses_each(bench: Bench) -> None:
    bench.computer.ports.append(Port(PORT, True, SERIAL))
    with pytest.raises(SeveralBoards) as caught:
        chosen_board()
    lines = str(caught.value).splitlines()
    assert lines[0] == "There are 2 boards:"
    assert lines[1] == f"  --port {PORT}, serial number {SERIAL}"
    assert lines[2] == f"  --drive {bench.pico.folder}, Raspberry Pi RP2, Board-ID RPI-RP2"
    assert chosen_board(port=PORT) == PORT
    assert chosen_board(drive=str(bench.pico.folder)) == bench.pico.drive


def test_a_named_drive_that_is_none_is_refused(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(WrongDrive):
        chosen_board(drive=str(tmp_path))


def test_without_any_board_what_there_is_is_listed(bench: Bench, tmp_path: Path) -> None:
    bench.pico.unplug()
    bench.computer.ports.append(Port("/dev/ttyUSB0", False, "", "FT232"))
    FakePico(tmp_path / "RP2350", bench.computer, board_id="RP2350")
    with pytest.raises(NoBoard) as caught:
        chosen_board()
    assert "/dev/ttyUSB0, FT232" in str(caught.value)
    assert "Board-ID RP2350" in str(caught.value)
    assert "BOOTSEL" in caught.value.hint


def test_who_wants_a_port_is_told_of_a_pico_in_bootsel(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoBoard, match="A Pico in BOOTSEL is at") as caught:
        chosen_port(None)
    assert "buzzband flash" in caught.value.hint
    bench.pico.unplug()
    with pytest.raises(NoBoard) as caught:
        chosen_port(None)
    assert "BOOTSEL is at" not in str(caught.value)
