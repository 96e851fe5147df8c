"""Serial ports: bytes both ways, and every error of pyserial and the system as one of ours."""

import ast
import errno
import os
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import serial
from serial.serialutil import PortNotOpenError

from buzzband.errors import BuzzbandError, LinkError, NoPermission, NoSuchPort, PortBusy, PortError, Silent, Unplugged
from buzzband.transports import serial_port
from buzzband.transports.ports import Port
from buzzband.transports.serial_port import SerialStream, open_port, opening, using
from transports.conftest import Pty

termios = pytest.importorskip("termios", reason="needs POSIX terminals")

NOT_OURS_TO_MEET = {
    "ImportError": "a platform that pyserial does not know, when it is imported",
    "NotImplementedError": "RS-485 and odd baud rates, which are never asked for",
    "TypeError": "text where bytes should be",
    "err": "UnsupportedOperation: telling and seeking",
}
PYSERIAL_FILES = ("__init__.py", "serialutil.py", "serialposix.py", "serialwin32.py", "urlhandler/protocol_socket.py")


def with_context(message: str, cause: Exception) -> Exception:
    """A SerialException as pyserial raises it while it handles ``cause``."""
    error = serial.SerialException(message)
    error.__context__ = cause
    return error


def system(code: int) -> Exception:
    """What pyserial makes of an OSError on POSIX."""
    return serial.SerialException(code, f"could not open port: {os.strerror(code)}")


OPENING = [
    (system(errno.ENOENT), NoSuchPort),
    (system(errno.ENOTDIR), NoSuchPort),
    (system(errno.EISDIR), NoSuchPort),
    (system(errno.ENXIO), NoSuchPort),
    (system(errno.ENODEV), NoSuchPort),
    (system(errno.EIO), NoSuchPort),
    (system(errno.EMFILE), NoSuchPort),
    (system(errno.EBUSY), PortBusy),
    (system(errno.EAGAIN), PortBusy),
    (system(errno.EWOULDBLOCK), PortBusy),
    (system(errno.EACCES), NoPermission),
    (system(errno.EPERM), NoPermission),
    (OSError(errno.EBUSY, "busy"), PortBusy),
    (PermissionError(errno.EACCES, "no"), NoPermission),
    (FileNotFoundError(errno.ENOENT, "no"), NoSuchPort),
    (serial.SerialException("could not open port 'COM9': FileNotFoundError(2, 'not found', None, 2)"), NoSuchPort),
    (serial.SerialException("could not open port 'COM9': PermissionError(13, 'denied', None, 5)"), PortBusy),
    (serial.SerialException("could not open port 'COM9': OSError(22, 'a semaphore', None, 121)"), NoSuchPort),
    (serial.SerialException("Cannot configure port, something went wrong. OSError(22, 'x', None, 31)"), NoSuchPort),
    (with_context("Could not configure port: (25, '…')", termios.error(25, "no tty")), NoSuchPort),
    (with_context("Could not configure port: (5, '…')", termios.error(5, "input/output")), NoSuchPort),
    (termios.error(22, "invalid argument"), NoSuchPort),
    (serial.SerialException("Port is already open."), NoSuchPort),
    (PortNotOpenError(), NoSuchPort),
    (serial.SerialTimeoutException("Write timeout"), NoSuchPort),
    (ValueError("embedded null byte"), NoSuchPort),
]
USING = [
    (serial.SerialException("read failed: [Errno 5] Input/output error"), Unplugged),
    (serial.SerialException("write failed: [Errno 19] No such device"), Unplugged),
    (serial.SerialException("device reports readiness to read but returned no data"), Unplugged),
    (serial.SerialException("GetOverlappedResult failed (PermissionError(13, 'denied', None, 5))"), Unplugged),
    (serial.SerialException("socket disconnected"), Unplugged),
    (PortNotOpenError(), Unplugged),
    (serial.SerialTimeoutException("Write timeout"), Silent),
    (OSError(errno.EIO, "input/output"), Unplugged),
    (ConnectionResetError(errno.ECONNRESET, "reset"), Unplugged),
    (termios.error(5, "input/output"), Unplugged),
    (ValueError("filedescriptor out of range in select()"), Unplugged),
]


def raised_in_pyserial() -> set[str]:
    """The names of the exceptions that pyserial raises, on any system."""
    folder = Path(serial.__file__).parent
    trees = (ast.parse((folder / name).read_text()) for name in PYSERIAL_FILES)
    raised = (node.exc for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc)
    return {ast.unparse(exc.func if isinstance(exc, ast.Call) else exc).split(".")[-1] for exc in raised}


@pytest.mark.parametrize("name", sorted(raised_in_pyserial() - set(NOT_OURS_TO_MEET)))
def test_every_exception_that_pyserial_raises_is_mapped_when_opening_and_in_use(name: str) -> None:
    assert name in {type(error).__name__ for error, _ in OPENING}
    assert name in {type(error).__name__ for error, _ in USING}


def test_no_exception_is_excused_that_pyserial_does_not_raise() -> None:
    assert set(NOT_OURS_TO_MEET) <= raised_in_pyserial()


@pytest.mark.parametrize(("error", "kind"), OPENING, ids=lambda value: str(value)[:60])
def test_what_opening_raises_becomes_a_port_error(error: Exception, kind: type[PortError]) -> None:
    with pytest.raises(PortError) as caught, opening("/dev/ttyACM0"):
        raise error
    assert type(caught.value) is kind
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(("error", "kind"), USING, ids=lambda value: str(value)[:60])
def test_what_use_raises_becomes_a_link_error(error: Exception, kind: type[LinkError]) -> None:
    with pytest.raises(LinkError) as caught, using("/dev/ttyACM0"):
        raise error
    assert type(caught.value) is kind
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("manager", [opening, using])
def test_errors_of_ours_pass_as_they_are(manager: Callable[[str], AbstractContextManager[None]]) -> None:
    ours = BuzzbandError("As it is.")
    with pytest.raises(BuzzbandError) as caught, manager("/dev/ttyACM0"):
        raise ours
    assert caught.value is ours


def test_a_port_that_is_not_there_lists_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    there = (Port("/dev/ttyACM3", serial_number="E66"),)
    monkeypatch.setattr("buzzband.transports.ports.all_ports", lambda: there)
    with pytest.raises(NoSuchPort) as caught:
        open_port("/dev/nowhere")
    assert str(caught.value).splitlines() == [
        "There is no port /dev/nowhere.",
        "The ports there are:",
        "  --port /dev/ttyACM3, serial number E66",
    ]


def test_where_there_are_no_ports_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.transports.ports.all_ports", tuple)
    with pytest.raises(NoSuchPort, match="There are no serial ports"):
        open_port("/dev/nowhere")


@pytest.mark.parametrize("scheme", ["spy", "hwgrep", "alt", "loop", "rfc2217", "file", ""])
def test_of_urls_only_sockets_are_opened(scheme: str) -> None:
    with pytest.raises(NoSuchPort) as caught:
        open_port(f"{scheme}:///dev/ttyACM0")
    assert "socket://HOST:PORT" in caught.value.hint


def test_a_file_or_a_folder_is_no_serial_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    for path in (tmp_path, tmp_path / "file", "/dev/null", "\0", "socket://localhost", "socket://localhost:99999"):
        with pytest.raises(NoSuchPort):
            open_port(str(path))


def test_a_socket_that_nobody_listens_at_is_no_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
    with pytest.raises(NoSuchPort, match="Nothing answers"):
        open_port(f"socket://127.0.0.1:{number}")


def test_a_port_is_opened_for_one_alone(pty_path: str) -> None:
    with open_port(pty_path), pytest.raises(PortBusy, match="in use by another program"):
        open_port(pty_path)
    open_port(pty_path).close()


def test_the_holder_of_a_busy_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.transports.ports.holder_of", lambda _: "thonny (process 4711)")
    with pytest.raises(PortBusy, match=r"in use by thonny \(process 4711\)"), opening("/dev/ttyACM0"):
        raise system(errno.EBUSY)


def test_who_may_not_open_a_port_is_told_the_group_that_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grp.getgrgid", lambda _gid: type("Group", (), {"gr_name": "dialout"}))
    with pytest.raises(NoPermission) as caught, opening(str(tmp_path)):
        raise system(errno.EACCES)
    assert "usermod -aG dialout" in caught.value.hint
    assert 'ATTRS{idVendor}=="2e8a"' in caught.value.hint


def test_nobody_is_told_to_join_the_group_of_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("grp.getgrgid", lambda _gid: type("Group", (), {"gr_name": "root"}))
    with pytest.raises(NoPermission) as caught, opening(str(tmp_path)):
        raise system(errno.EACCES)
    assert "usermod" not in caught.value.hint
    assert "udev" in caught.value.hint


def test_all_256_values_pass_both_ways(pty: Pty) -> None:
    every = bytes(range(256))
    with open_port(pty.path) as stream:
        stream.write(every)
        assert os.read(pty.device, 4096) == every
        os.write(pty.device, every)
        assert stream.read(1.0) == every


def test_read_returns_what_there_is_without_waiting_for_more(pty: Pty) -> None:
    with open_port(pty.path) as stream:
        os.write(pty.device, b"hello")
        began = time.monotonic()
        assert stream.read(30.0) == b"hello"
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, 0.05])
def test_read_waits_no_longer_than_it_may(pty_path: str, timeout_s: float) -> None:
    with open_port(pty_path) as stream:
        assert stream.read(timeout_s) == b""


def test_read_gives_no_more_than_its_limit_at_once(pty: Pty) -> None:
    found = b""
    with open_port(pty.path) as stream:
        for _ in range(3):
            os.write(pty.device, b"x" * 2000)
        while piece := stream.read(0.2):
            assert len(piece) <= serial_port.READ_MAX
            found += piece
    assert found == b"x" * 6000


def test_a_port_that_vanishes_in_use_is_unplugged(pty: Pty) -> None:
    with open_port(pty.path) as stream:
        pty.unplug()
        with pytest.raises(Unplugged, match=pty.path):
            stream.read(1.0)
        with pytest.raises(Unplugged, match=pty.path):
            stream.write(b"anybody?")


def test_a_port_that_takes_nothing_is_silent(pty_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial_port, "WRITE_TIMEOUT_S", 0.1)
    with open_port(pty_path) as stream, pytest.raises(Silent, match="takes no bytes"):
        stream.write(bytes(1 << 20))


def test_closing_twice_is_fine_and_use_after_that_is_unplugged(pty_path: str) -> None:
    stream = open_port(pty_path)
    stream.close()
    stream.close()
    with pytest.raises(Unplugged):
        stream.read(0.1)


def test_a_socket_is_a_port() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        open_port(f"socket://127.0.0.1:{server.getsockname()[1]}") as stream,
    ):
        connection, _ = server.accept()
        with connection:
            stream.write(b"ping")
            assert connection.recv(10) == b"ping"
            connection.sendall(b"pong")
            assert stream.read(5.0) == b"pong"
        with pytest.raises(Unplugged):
            stream.read(5.0)


def test_a_stream_closes_what_has_vanished(pty: Pty) -> None:
    stream: SerialStream = open_port(pty.path)
    pty.unplug()
    stream.close()
