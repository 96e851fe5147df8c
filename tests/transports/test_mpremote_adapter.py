"""MicroPython's prompt through mpremote: the contract with 1.29, on real MicroPython, and what boards may do to us."""

import ast
import errno
import hashlib
import itertools
import os
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import serial
from mpremote import transport, transport_serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from buzzband.engines import micropython
from buzzband.errors import BoardFailed, BuzzbandError, CopyFailed, NotAPrompt, Silent, Unplugged
from buzzband.transports.board import Board, GuardedPort, Item
from buzzband.transports.mpremote_adapter import MpremotePrompt, adopted, board_at, mpremote_errors
from buzzband.transports.serial_port import open_port, open_serial
from transports.conftest import Pty
from transports.fake_band import content

RAW = b"raw REPL; CTRL-B to exit\r\n>"
OURS_TO_MAKE = {"er": "re-raised by close(), which is not used", "_convert_filesystem_error": "an OSError, in fs_…()"}

FOREIGN = [
    (TransportError("could not enter raw repl"), NotAPrompt),
    (TransportError("timeout waiting for first EOF reception"), BoardFailed),
    (TransportError("unexpected read during raw paste: b''"), BoardFailed),
    (TransportError("could not exec command (response: b'')"), BoardFailed),
    (TransportError("failed to access /dev/ttyACM0"), BoardFailed),
    (TransportExecError(b"", "Traceback (most recent call last):\nMemoryError: memory"), BoardFailed),
    (TransportExecError(b"", ""), BoardFailed),
    (OSError(errno.EPERM, ""), Unplugged),
    (OSError(errno.EIO, "input/output"), Unplugged),
    (serial.SerialException("read failed"), Unplugged),
    (serial.SerialTimeoutException("Write timeout"), Silent),
    (struct.error("unpack requires a buffer of 2 bytes"), BoardFailed),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), BoardFailed),
    (ValueError("malformed node or string"), BoardFailed),
    (IndexError("list index out of range"), BoardFailed),
    (AssertionError(), BoardFailed),
    (TypeError("cannot unpack"), BoardFailed),
]


def raised_in_mpremote() -> set[str]:
    trees = (ast.parse(Path(str(module.__file__)).read_text()) for module in (transport, transport_serial))
    raised = (node.exc for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc)
    return {ast.unparse(exc.func if isinstance(exc, ast.Call) else exc) for exc in raised}


def test_it_is_the_pinned_mpremote() -> None:
    assert version("mpremote").startswith("1.29.")


@pytest.mark.parametrize("name", sorted(raised_in_mpremote() - set(OURS_TO_MAKE)))
def test_every_exception_that_mpremote_raises_is_mapped(name: str) -> None:
    assert name in {type(error).__name__ for error, _ in FOREIGN}


@pytest.mark.parametrize(("error", "kind"), FOREIGN, ids=lambda value: repr(value)[:50])
def test_a_foreign_error_becomes_one_of_ours(error: Exception, kind: type[BuzzbandError]) -> None:
    with pytest.raises(BuzzbandError) as caught, mpremote_errors("/dev/ttyACM0"):
        raise error
    assert type(caught.value) is kind
    assert caught.value.__cause__ is error


def test_errors_of_ours_pass_as_they_are() -> None:
    ours = CopyFailed("As it is.")
    with pytest.raises(CopyFailed) as caught, mpremote_errors("/dev/ttyACM0"):
        raise ours
    assert caught.value is ours


def test_what_mpremote_prints_does_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    board = over(ScriptedPort(iter(())))
    with pytest.raises(NotAPrompt):
        board.enter(0.1)  # SerialTransport prints what it got instead of a prompt
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("line", ["OSError: [Errno 28] ENOSPC", "OSError: 28"])
def test_a_full_file_system_is_said_in_words(line: str) -> None:
    with pytest.raises(BoardFailed, match="full"), mpremote_errors("/dev/ttyACM0"):
        raise TransportExecError(b"", f"Traceback (most recent call last):\n{line}\n")


def test_an_open_port_is_adopted_with_all_that_mpremote_s_own_opening_sets() -> None:
    its_own = SerialTransport("loop://")
    adoptee = adopted("loop://", GuardedPort(its_own.serial))
    assert vars(adoptee).keys() == vars(its_own).keys()
    assert {**vars(adoptee), "serial": None} == {**vars(its_own), "serial": None}
    its_own.serial.close()


class ScriptedPort:
    """A serial port that says what it was told to, whatever it hears."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.timeout = 0.0
        self.heard = b""
        self._pieces = pieces
        self._coming = b""

    @property
    def in_waiting(self) -> int:
        if not self._coming:
            self._coming = next(self._pieces, b"")
        return len(self._coming)

    def read(self, size: int = 1) -> bytes:
        if not self.in_waiting:
            time.sleep(min(self.timeout, 0.01))
        data, self._coming = self._coming[:size], self._coming[size:]
        return data

    def write(self, data: bytes) -> None:
        self.heard += data


def over(port: object, path: str = "scripted", timeout_s: float = 0.2) -> Board:
    """A board by way of mpremote."""
    return Board(MpremotePrompt(path, GuardedPort(port)), timeout_s)


def scripted(*pieces: bytes) -> Board:
    return over(ScriptedPort(iter(pieces)))


def answered(output: bytes, trouble: bytes = b"") -> Board:
    """A board that answers one command."""
    return scripted(b">", b"R\x01\x00\x40\x04" + output + b"\x04" + trouble + b"\x04>")


def test_a_silent_board_is_no_prompt() -> None:
    with pytest.raises(NotAPrompt, match="scripted"):
        scripted().enter(0.1)


def test_the_prompt_is_knocked_for_three_times_after_the_end_of_any_frame() -> None:
    port = ScriptedPort(iter(()))
    with pytest.raises(NotAPrompt):
        over(port).enter(0.1)
    assert port.heard == b"\0\r\x03\r\x01" * 3


@pytest.mark.parametrize("piece", [b"x", b"x" * 4096, b">>> ", b"\x04" * 100])
def test_a_board_that_does_not_stop_sending_is_no_prompt(piece: bytes) -> None:
    board = over(ScriptedPort(itertools.repeat(piece)))
    began = time.monotonic()
    with pytest.raises(NotAPrompt):
        board.enter(0.3)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("start", [b">", b">R\x01\x00\x40\x04", b">R\x01\x00\x40\x04output\x04"])
def test_a_command_that_does_not_come_to_an_end_is_given_up(start: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(BoardFailed, match="to an end"):
        scripted(*(bytes((byte,)) for byte in start)).exec("pass", 0.2)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("start", [b">R\x01\x00\x40\x04", b">R\x01\x00\x40\x04\x04"])
def test_output_without_end_is_given_up(start: bytes) -> None:
    board = over(ScriptedPort(itertools.chain([start[:1], start[1:]], itertools.repeat(b"x" * 4096))))
    began = time.monotonic()
    with pytest.raises(BoardFailed):
        board.exec("pass", 0.5)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("output", [b"", b"{}", b"7", b"[", b"\xff", b"[1]", b"[[1, 2, 3]]", b"[" * 5000, b'"text"'])
@pytest.mark.parametrize(
    "command", [Board.identity, lambda board: board.hashes(["/a", "/b"]), lambda board: board.listdir("/a")]
)
def test_answers_that_make_no_sense_are_errors_of_ours(output: bytes, command: Callable[[Board], object]) -> None:
    with pytest.raises(BoardFailed):
        command(answered(output))


def test_what_the_board_raised_is_told_in_a_line() -> None:
    trace = (
        b'Traceback (most recent call last):\r\n  File "<stdin>", line 1\r\nNameError: name \x1b[31m isn\'t defined\r\n'
    )
    with pytest.raises(BoardFailed) as caught:
        answered(b"", trace).exec("oops")
    assert str(caught.value) == "The board raised NameError: name \N{REPLACEMENT CHARACTER}[31m isn't defined."


def test_a_file_that_arrives_changed_is_told() -> None:
    with pytest.raises(CopyFailed, match=r"/main\.py"):
        answered(b"0" * 64 + b"\r\n").put("/main.py", b"data")


def test_a_reset_does_not_mind_that_the_port_vanishes() -> None:
    class Vanishing(ScriptedPort):
        def write(self, data: bytes) -> None:
            raise serial.SerialException("write failed: [Errno 5] Input/output error")

    over(Vanishing(iter([b">"]))).reset()


class PromptPort(ScriptedPort):
    """A serial port with just enough of a raw prompt to take one command."""

    def write(self, data: bytes) -> None:
        super().write(data)
        replies = {b"\r\x01": RAW, b"\x05A\x01": b"R\x01\x00\x40", b"\x04": b"\x04"}
        self._coming += replies.get(data, b"")


def test_after_a_reset_nothing_is_said_to_what_comes_up() -> None:
    port = PromptPort(iter(()))
    board = over(port)
    board.enter(1.0)
    board.reset()
    heard = port.heard
    board.leave()
    assert b"machine.reset()\n\x04" in heard
    assert port.heard == heard


def test_leaving_goes_back_to_the_prompt_that_people_use() -> None:
    port = PromptPort(iter(()))
    board = over(port)
    board.enter(1.0)
    board.leave()
    assert port.heard.endswith(b"\r\x02")


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """MicroPython's Unix port at the other end of a pseudo-terminal, in a folder of its own."""
    if why := micropython.missing():
        pytest.skip(f"{why} {why.hint}")
    tty = pytest.importorskip("tty")
    device, port = pytest.importorskip("pty").openpty()
    tty.setraw(port)
    folder = tmp_path_factory.mktemp("board")
    with subprocess.Popen(
        [micropython.executable()], cwd=folder, stdin=device, stdout=device, stderr=device
    ) as process:
        with board_at(os.ttyname(port)) as at_prompt:
            yield at_prompt
        process.kill()
    os.close(device)
    os.close(port)


def test_a_command_returns_what_it_prints(board: Board) -> None:
    assert board.exec("print(6 * 7)\nprint('é')").split() == ["42", "é"]


def test_a_command_that_raises_is_told_and_the_next_one_works(board: Board) -> None:
    with pytest.raises(BoardFailed, match="ZeroDivisionError"):
        board.exec("1 / 0")
    assert board.exec("print(1)").strip() == "1"


def test_the_board_says_what_runs_on_it(board: Board) -> None:
    found = board.identity()
    assert found.implementation == "micropython"
    assert found.version >= (1, 23)
    assert found.version_text.startswith("1.")


@pytest.mark.parametrize("size", [0, 1, 1535, 1536, 1537, 5000])
def test_a_file_arrives_as_it_was_sent(board: Board, size: int) -> None:
    data = content(size)
    board.put("sent.mpy", data)
    assert board.hashes(["sent.mpy"]) == {"sent.mpy": hashlib.sha256(data).hexdigest()}
    assert "sent.mpy.part" not in {item.name for item in board.listdir(".")}


def test_a_file_takes_the_place_of_the_one_before(board: Board) -> None:
    board.put("again.mpy", b"old and longer")
    board.put("again.mpy", b"new")
    assert board.hashes(["again.mpy"])["again.mpy"] == hashlib.sha256(b"new").hexdigest()


def test_what_was_half_sent_before_does_no_harm(board: Board) -> None:
    board.put("half.mpy.part", b"half")
    board.put("half.mpy", b"whole")
    assert board.hashes(["half.mpy", "half.mpy.part"]) == {
        "half.mpy": hashlib.sha256(b"whole").hexdigest(),
        "half.mpy.part": None,
    }


def test_hashes_of_many_files_come_in_order_and_none_for_those_that_are_not_there(board: Board) -> None:
    for number in range(10):
        board.put(f"file{number}", bytes((number,)))
    names = [f"file{number}" for number in range(10)]
    expected = {name: hashlib.sha256(bytes((number,))).hexdigest() for number, name in enumerate(names)}
    assert board.hashes([*names, "nowhere/file"]) == {**expected, "nowhere/file": None}


def test_folders_are_made_listed_and_removed(board: Board) -> None:
    board.mkdir("app/core")
    board.mkdir("app/core")
    board.put("app/main.mpy", b"")
    assert set(board.listdir("app")) == {Item("core", True), Item("main.mpy", False)}
    board.rmdir("app/core")
    board.remove("app/main.mpy")
    assert board.listdir("app") == ()
    assert board.listdir("nowhere") == ()


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "back\\slash", "{path}", "naïve"])
def test_odd_names_are_names(board: Board, name: str) -> None:
    board.put(name, b"odd")
    assert board.hashes([name])[name] == hashlib.sha256(b"odd").hexdigest()
    board.remove(name)


@pytest.mark.parametrize("command", [Board.remove, Board.rmdir])
def test_what_is_not_there_cannot_be_removed(board: Board, command: Callable[[Board, str], None]) -> None:
    with pytest.raises(BoardFailed, match="ENOENT"):
        command(board, "nowhere")


def test_after_a_command_that_took_too_long_it_gets_in_again(board: Board) -> None:
    with pytest.raises(BoardFailed, match="to an end"):
        board.exec("import time\ntime.sleep(0.5)", 0.1)
    board.enter(5.0)
    assert board.exec("print(1)").strip() == "1"


def test_at_the_prompt_that_people_use_it_gets_in_too(board: Board) -> None:
    board.leave()
    board.enter(5.0)
    assert board.exec("print(1)").strip() == "1"


def test_a_port_that_vanishes_at_the_prompt_is_unplugged(pty: Pty) -> None:
    with open_serial(pty.path) as port:
        at_prompt = over(port, pty.path, timeout_s=10.0)
        pty.unplug()
        with pytest.raises(Unplugged):
            at_prompt.exec("pass", 1.0)


def test_a_port_without_a_prompt_is_let_go_of(pty_path: str) -> None:
    with pytest.raises(NotAPrompt), board_at(pty_path, 0.1):
        pytest.fail("there is no prompt")
    open_port(pty_path).close()
