"""Flashing: what goes onto the board, what comes off it, what is left alone, and when it is called done."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest

import buzzband_fw
from buzzband.errors import (
    BoardError,
    BoardFailed,
    CopyFailed,
    LinkError,
    NoSuchPort,
    NotStarted,
    PortError,
    SessionsAtRisk,
    Silent,
    Unplugged,
    UnsupportedBoard,
    WrongProtocol,
)
from buzzband.services import flash as service
from buzzband.services.at_risk import Guard, OnBoard
from buzzband.services.flash import Flashed, flash, flash_document, flash_text
from buzzband.transports.board import Identity, Item
from buzzband.transports.replies import Hello
from services.fake_board import PICO, PORT, FakeBoard

HELLO = Hello(1, "0.2.0", "1.24.1", "e66138528361ba32", "a", False, 1_000_000, 70_000, 640)
APP = {
    "main.py": b"start()",
    "boot.py": b"Pin(15)",
    "pins.mpy": b"M-pins",
    "pack.mpy": b"M-pack",
    "starter.mpy": b"M-starter",
    "a.app": b"M-app",
}
DOOR = "/main.py"
EVERYTHING = ("/a.app", "/boot.py", "/pack.mpy", "/pins.mpy", "/starter.mpy", DOOR)


def flashed(
    board: FakeBoard, files: dict[str, bytes] | None = None, hello: Hello = HELLO, guard: Guard | None = None
) -> Flashed:
    @contextmanager
    def opened(_port: str, _patience_s: float) -> Iterator[FakeBoard]:
        yield board

    def greet(_port: str, _patience_s: float) -> Hello:
        assert board.done[-1] == ("reset", "")
        return hello

    wanted = APP if files is None else files
    return flash(PORT, wanted, "0.2.0", guard=guard, open_board=opened, greet=greet, patience_s=0.0)


def board_with(files: dict[str, bytes]) -> FakeBoard:
    return FakeBoard({"/" + path.lstrip("/"): data for path, data in files.items()})


def test_an_empty_board_gets_everything_and_the_app_s_own_module_last() -> None:
    board = FakeBoard()
    done = flashed(board)
    assert board.files == {"/" + path: data for path, data in APP.items()}
    assert done == Flashed(PORT, "1.24.1", EVERYTHING, sum(map(len, APP.values())), (), (), HELLO)
    assert board.told("put") == list(EVERYTHING)


def test_unchanged_files_are_not_sent() -> None:
    board = board_with(APP)
    done = flashed(board)
    assert (done.sent, done.sent_bytes, done.unchanged) == ((), 0, EVERYTHING)
    assert {what for what, _ in board.done} == {"exec", "reset"}


@pytest.mark.parametrize("path", ["a.app", "starter.mpy"])
def test_a_changed_file_is_sent_and_then_what_starts_it(path: str) -> None:
    board = board_with({**APP, path: b"old"})
    assert flashed(board).sent == (f"/{path}", DOOR)
    assert board.told("remove")[0] == DOOR


def test_what_starts_the_app_is_sent_alone_if_nothing_else_has_changed() -> None:
    board = board_with({**APP, "main.py": b"old"})
    assert flashed(board).sent == (DOOR,)


def test_leftovers_of_the_app_go_and_their_folders() -> None:
    old = {"a/buzzband_fw/app.py": b"old", "a/buzzband_fw/old/deep/x.mpy": b"old", "a/note.txt": b"old"}
    board = board_with({**APP, **old})
    done = flashed(board)
    assert board.files == {"/" + path: data for path, data in APP.items()}
    assert set(done.removed) == {"/" + path for path in old}
    assert board.folders == {"/a"}


def test_whatever_else_is_on_the_board_stays() -> None:
    others = {
        "settings.json": b"{}",
        "log/00112233445566aa.bbl": b"session",
        "b/buzzband_fw/app.mpy": b"other slot",
        "crash.txt": b"trace",
        "notes.txt.part": b"somebody's",
        "apron.py": b"not in slot a",
    }
    board = board_with({**APP, **others, "main.py": b"old"})
    flashed(board)
    assert {path: board.files["/" + path] for path in others} == others
    touched = {path for what, path in board.done if what in ("put", "remove", "rmdir")}
    assert touched == {"/main.py"}


def test_what_an_interrupted_run_left_at_the_root_goes() -> None:
    board = board_with({**APP, "main.py.part": b"half", "pins.mpy.part": b"half"})
    assert set(flashed(board).removed) == {"/main.py.part", "/pins.mpy.part"}


def test_the_slot_that_was_written_is_the_one_that_starts() -> None:
    board = board_with({**APP, "slot.txt": b"b"})
    assert flashed(board).removed == ("/slot.txt",)


@pytest.mark.parametrize("path", ["settings.json", "/settings.json", "log/00112233445566aa.bbl"])
def test_settings_and_sessions_are_never_sent(path: str) -> None:
    board = FakeBoard()
    with pytest.raises(ValueError, match="the wearer's"):
        flashed(board, {**APP, path: b"{}"})
    assert board.done == []


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (replace(PICO, version=(1, 22, 2)), "1.22.2 on the board is too old"),
        (replace(PICO, version=()), "too old"),
        (replace(PICO, implementation="circuitpython", version=(9, 1, 0)), "circuitpython 9.1.0"),
        (replace(PICO, platform="esp32", machine="ESP32"), "no RP2040: ESP32"),
        (replace(PICO, machine="Raspberry Pi Pico 2 with RP2350"), "no RP2040: Raspberry Pi Pico 2"),
    ],
)
def test_a_board_that_the_app_does_not_run_on_is_left_as_it_is(found: Identity, why: str) -> None:
    board = FakeBoard(identity_=found)
    with pytest.raises(UnsupportedBoard, match=why):
        flashed(board)
    assert board.done == []


def test_sessions_on_the_board_stop_it_before_anything_changes() -> None:
    session_id, data = "00112233445566aa", b"session"
    board = board_with({"main.py": b"old", f"log/{session_id}.bbl": data})

    def refuse(found: Sequence[OnBoard]) -> None:
        assert found == (OnBoard(session_id, sha256(data).hexdigest()),)
        raise SessionsAtRisk("no")

    with pytest.raises(SessionsAtRisk):
        flashed(board, guard=refuse)
    assert board.done == []


@pytest.mark.parametrize("version", [(1, 26, 0), (1, 26, 1), (1, 27, 0)])
def test_a_version_to_be_careful_with_is_taken_and_told(version: tuple[int, ...]) -> None:
    done = flashed(FakeBoard(identity_=replace(PICO, version=version)))
    assert "compiles arrays in viper wrongly" in flash_text(done)


@pytest.mark.parametrize("version", [(1, 23, 0), (1, 24, 1), (1, 28, 0), (2, 0, 0)])
def test_micropython_from_1_23_on_is_taken(version: tuple[int, ...]) -> None:
    assert flashed(FakeBoard(identity_=replace(PICO, version=version))).sent == EVERYTHING


@pytest.mark.parametrize("steps", range(25))
def test_an_interrupted_run_leaves_no_app_that_starts_half(steps: int) -> None:
    board = board_with({**{path: b"old " + data for path, data in APP.items()}, "a/old.mpy": b"old"})
    before = dict(board.files)
    board.fails_after = steps
    try:
        flashed(board)
    except Unplugged:
        wanted = {"/" + path: data for path, data in APP.items() if path.startswith("a/")}
        now = {path: data for path, data in board.files.items() if path.startswith("/a/")}
        untouched = {path: data for path, data in before.items() if path.startswith("/a/")}
        assert now in (wanted, untouched) or DOOR not in now
    else:
        assert steps > len(APP)
    board.fails_after = None
    flashed(board)
    assert board.files == {"/" + path: data for path, data in APP.items()}


def test_a_file_that_does_not_stay_as_it_was_sent_is_told_and_nothing_is_started() -> None:
    board = FakeBoard(rots="/main.py")
    with pytest.raises(CopyFailed, match=r"1 file .* /main\.py"):
        flashed(board)
    assert board.told("reset") == []


def test_crashes_of_the_app_before_do_not_count_against_this_one() -> None:
    board = FakeBoard()
    flashed(board)
    (code,) = board.told("exec")
    address = "0x4005800C"
    assert address in code
    firmware = Path(buzzband_fw.__path__[0])
    for name in ("rootfs/starter.py", "hal/watchdog.py"):
        assert address in (firmware / name).read_text(encoding="utf-8")


def test_another_version_that_answers_is_not_called_done() -> None:
    with pytest.raises(NotStarted, match=r"0\.2\.0 was installed, but 0\.1\.0 answers from slot b"):
        flashed(FakeBoard(), hello=replace(HELLO, app="0.1.0", slot="b"))


def test_a_board_with_folders_without_end_is_refused() -> None:
    board = FakeBoard()
    board.listdir = lambda _path: (Item("more", True),)  # type: ignore[method-assign]
    with pytest.raises(BoardFailed, match="more than an app does"):
        flashed(board)
    assert board.done == []


def test_a_board_with_files_without_end_is_refused() -> None:
    board = FakeBoard()
    board.listdir = lambda _path: tuple(Item(str(n), False) for n in range(1001))  # type: ignore[method-assign]
    with pytest.raises(BoardFailed, match="more than an app does"):
        flashed(board)


def test_progress_goes_to_1() -> None:
    shares: list[float] = []
    board = FakeBoard()

    @contextmanager
    def opened(_port: str, _patience_s: float) -> Iterator[FakeBoard]:
        yield board

    flash(PORT, APP, "0.2.0", open_board=opened, greet=lambda *_: HELLO, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@dataclass
class Greeter:
    """Says hello after so many failures, and notes where it was asked to."""

    failures: list[PortError | LinkError]
    asked: list[str] = field(default_factory=list)

    def __call__(self, port: str, _patience_s: float) -> Hello:
        self.asked.append(port)
        if self.failures:
            raise self.failures.pop(0)
        return HELLO


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_PAUSE_S", 0.0)


@pytest.mark.usefixtures("quick")
def test_the_band_is_asked_until_it_answers() -> None:
    greeter = Greeter([NoSuchPort("gone"), Unplugged("gone"), Silent("booting")])
    assert service.awaited_band(PORT, "", 60.0, greeter) == (PORT, HELLO)


@pytest.mark.usefixtures("quick")
def test_a_band_that_does_not_come_back_is_told_with_the_last_reason() -> None:
    greeter = Greeter([Silent("The band does not answer HELLO.")] * 1000)
    with pytest.raises(NotStarted, match="does not answer HELLO"):
        service.awaited_band(PORT, "", 0.0, greeter)


@pytest.mark.usefixtures("quick")
def test_a_board_that_came_back_at_another_port_is_found_there(monkeypatch: pytest.MonkeyPatch) -> None:
    places = iter([None, None, "/dev/ttyFAKE7"])
    monkeypatch.setattr("buzzband.transports.ports.path_of", lambda serial: {"E66": lambda: next(places)}[serial]())
    greeter = Greeter([NoSuchPort("gone"), NoSuchPort("gone")])
    assert service.awaited_band(PORT, "E66", 60.0, greeter) == ("/dev/ttyFAKE7", HELLO)
    assert greeter.asked == [PORT, PORT, "/dev/ttyFAKE7"]


@pytest.mark.usefixtures("quick")
def test_an_app_of_another_protocol_is_not_called_done() -> None:
    with pytest.raises(NotStarted, match="protocol 2"):
        service.awaited_band(PORT, "", 0.0, Greeter([WrongProtocol("The band speaks protocol 2.")]))


def test_every_failure_is_one_of_ours() -> None:
    for kind in (CopyFailed, NotStarted, UnsupportedBoard, BoardFailed):
        assert issubclass(kind, BoardError)


DONE = Flashed(PORT, "1.24.1", ("/main.py", DOOR), 12, ("/boot.py",), ("/a/old.mpy",), HELLO)


def test_the_text_says_what_was_done_and_what_answers() -> None:
    assert flash_text(DONE).splitlines() == [
        "2 files sent (12 bytes), 1 unchanged, 1 removed.",
        "App 0.2.0 runs on MicroPython 1.24.1, band e66138528361ba32, at /dev/ttyFAKE0.",
    ]
    assert "removed" not in flash_text(replace(DONE, removed=()))
    assert flash_text(replace(DONE, installed="1.24.1", installed_sha256="ab")).startswith(
        "MicroPython 1.24.1 installed, sha256 of its UF2 ab.\n"
    )


def test_the_document_names_every_file() -> None:
    told = flash_document(DONE)
    assert (told["schema"], told["sent"], told["removed"]) == ("buzzband/flash/1", DONE.sent, DONE.removed)
    assert told["band"]["uid"] == HELLO.uid
