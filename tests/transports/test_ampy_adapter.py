"""MicroPython's prompt through ampy: the contract with 1.1.0, on a board that is played and on real MicroPython."""

import ast
import errno
import os
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
import serial
from ampy import pyboard
from ampy.pyboard import Pyboard, PyboardError

from buzzband.errors import BoardFailed, BuzzbandError, CopyFailed, NotAPrompt, Silent, Unplugged
from buzzband.transports.ampy_adapter import AmpyPrompt, adopted, ampy_errors, board_at
from buzzband.transports.board import Board, GuardedPort
from buzzband.transports.serial_port import open_port
from transports.conftest import Pty

RAW = b"raw REPL; CTRL-B to exit\r\n"

SAYINGS = {
    "could not enter raw repl": NotAPrompt,
    "could not exec command": BoardFailed,
    "timeout waiting for first EOF reception": BoardFailed,
    "timeout waiting for second EOF reception": BoardFailed,
}
NEVER = {"failed to access", "Failed to establish a telnet connection with the board", "exception"}
"""Of ways that are not gone: its own opening of ports, and exec_()."""


def sayings_of_ampy() -> set[str]:
    """The first word or words of each PyboardError that ampy raises."""
    found = set()
    for node in ast.walk(ast.parse(Path(str(pyboard.__file__)).read_text())):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            assert ast.unparse(node.exc.func) == "PyboardError"
            first = node.exc.args[0]
            text = first.left if isinstance(first, ast.BinOp) else first
            assert isinstance(text, ast.Constant)
            found.add(str(text.value).strip())
    return found


def test_it_is_the_pinned_ampy() -> None:
    assert version("adafruit-ampy") == "1.1.0"


def test_every_error_that_ampy_raises_is_mapped_or_out_of_reach() -> None:
    assert sayings_of_ampy() == set(SAYINGS) | NEVER


def test_its_error_is_no_exception_and_is_caught_all_the_same() -> None:
    assert not issubclass(PyboardError, Exception)


FOREIGN = [
    *((PyboardError(what), kind) for what, kind in SAYINGS.items()),
    *((PyboardError(what), BoardFailed) for what in sorted(NEVER)),
    (PyboardError(), BoardFailed),
    (PyboardError("exception", b"", b"\xff"), BoardFailed),
    (OSError(errno.EIO, "input/output"), Unplugged),
    (serial.SerialException("read failed"), Unplugged),
    (serial.SerialTimeoutException("Write timeout"), Silent),
    (TypeError("NoneType"), BoardFailed),
    (ValueError("bad"), BoardFailed),
    (IndexError("index"), BoardFailed),
]


@pytest.mark.parametrize(("error", "kind"), FOREIGN, ids=lambda value: repr(value)[:50])
def test_a_foreign_error_becomes_one_of_ours(error: BaseException, kind: type[BuzzbandError]) -> None:
    with pytest.raises(BuzzbandError) as caught, ampy_errors("/dev/ttyACM0"):
        raise error
    assert type(caught.value) is kind
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [CopyFailed("As it is."), KeyboardInterrupt(), SystemExit(3)])
def test_what_is_no_failure_of_ampy_passes_as_it_is(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, ampy_errors("/dev/ttyACM0"):
        raise error
    assert caught.value is error


def test_an_open_port_is_adopted_with_all_that_ampy_s_own_opening_sets(pty: Pty) -> None:
    its_own = Pyboard(os.ttyname(pty.port))
    adoptee = adopted(GuardedPort(its_own.serial))
    assert vars(adoptee).keys() == vars(its_own).keys()
    assert pyboard._rawdelay == 0
    its_own.close()


class Played:
    """A board at its prompt as ampy meets it: answers what it hears by what is written here."""

    def __init__(self, output: bytes = b"", trouble: bytes = b"", *, deaf_for: int = 0) -> None:
        self.timeout = 0.0
        self.heard = b""
        self.ran: list[bytes] = []
        self._deaf_for = deaf_for  # how often Ctrl-A is overheard
        self._answer = b"OK" + output + b"\x04" + trouble + b"\x04>"
        self._coming = b""
        self._code = b""

    @property
    def in_waiting(self) -> int:
        return len(self._coming)

    def read(self, size: int = 1) -> bytes:
        data, self._coming = self._coming[:size], self._coming[size:]
        return data

    def write(self, data: bytes) -> None:
        self.heard += data
        if data.endswith(b"\x01"):
            self._deaf_for -= 1
            self._coming += b"" if self._deaf_for >= 0 else RAW + b">"
        elif data == b"\x04" and not self._code:
            self._coming += b"OK\r\nMPY: soft reboot\r\n" + RAW + b">"
        elif data == b"\x04":
            self.ran.append(self._code)
            self._code = b""
            self._coming += self._answer
        elif b"\x03" not in data and b"\x02" not in data and data != b"\0":
            self._code += data


@pytest.fixture(autouse=True)
def no_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    """ampy naps for a second on its way."""
    nap = time.sleep
    monkeypatch.setattr(pyboard.time, "sleep", lambda seconds: nap(min(seconds, 0.0002)))


def over(port: object) -> Board:
    return Board(AmpyPrompt("played", GuardedPort(port)), 2.0)


def test_it_interrupts_twice_restarts_the_interpreter_and_runs_what_it_is_told() -> None:
    port = Played(b'["micropython", [1, 24, 1], "rp2", "Raspberry Pi Pico with RP2040"]\r\n')
    board = over(port)
    board.enter(6.0)
    assert port.heard.startswith(b"\0\r\x03\x03\r\x01\x04\x03\x03")
    assert board.identity().version == (1, 24, 1)
    assert b"sys.implementation" in port.ran[0]
    board.leave()
    assert port.heard.endswith(b"\r\x02")


def test_a_board_that_overhears_it_is_asked_again() -> None:
    port = Played(deaf_for=4)
    over(port).enter(60.0)
    assert port.heard.count(b"\r\x01") == 5


def test_a_board_that_never_answers_is_no_prompt_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    with pytest.raises(NotAPrompt):
        over(Played(deaf_for=10**9)).enter(0.3)
    assert time.monotonic() - began < 10
    assert capsys.readouterr() == ("", "")


def test_what_the_board_raised_is_told_in_a_line() -> None:
    board = over(Played(b"", b"Traceback (most recent call last):\r\nNameError: name 'x' isn't defined\r\n"))
    board.enter(6.0)
    with pytest.raises(BoardFailed, match="NameError"):
        board.exec("x")


def test_output_without_end_is_given_up() -> None:
    class Endless(Played):
        @property
        def in_waiting(self) -> int:
            return 4096 if self.ran else len(self._coming)

        def read(self, size: int = 1) -> bytes:
            return b"x" * size if self.ran and not self._coming else super().read(size)

        def write(self, data: bytes) -> None:
            super().write(data)
            if self.ran:
                self._coming = self._coming[:2]

    board = over(Endless())
    board.enter(6.0)
    with pytest.raises(BoardFailed):
        board.exec("pass", 0.3)


def test_a_reset_does_not_mind_that_the_port_vanishes() -> None:
    class Vanishing(Played):
        def write(self, data: bytes) -> None:
            if b"reset" in data:
                raise serial.SerialException("gone")
            super().write(data)

    board = over(Vanishing())
    board.enter(6.0)
    board.reset()
    board.leave()


def test_a_port_is_let_go_of_when_the_prompt_does_not_come(pty_path: str) -> None:
    with pytest.raises(NotAPrompt), board_at(pty_path, 0.2):
        pytest.fail("there is nobody")
    open_port(pty_path).close()


@pytest.mark.parametrize("output", [b"", b"{}", b"7", b"[", b"\xff", b"[1]", b"[" * 5000])
@pytest.mark.parametrize("command", [Board.identity, lambda board: board.listdir("/a")])
def test_answers_that_make_no_sense_are_errors_of_ours(output: bytes, command: Callable[[Board], object]) -> None:
    board = over(Played(output))
    board.enter(6.0)
    with pytest.raises(BoardFailed):
        command(board)
