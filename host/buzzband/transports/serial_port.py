"""A serial port, opened through pyserial, and the one place where its errors become ours.

``socket://host:port`` and pseudo-terminals are ports too: an emulated band lives there.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import serial

from buzzband.errors import BuzzbandError, LinkError, NoPermission, NoSuchPort, PortBusy, PortError, Silent, Unplugged
from buzzband.transports import ports

try:
    from termios import error as termios_error
except ImportError:  # Windows has none

    class termios_error(Exception):  # type: ignore[no-redef]  # noqa: N801
        """Is never raised here."""


READ_MAX = 4096  # bytes that one ``read`` returns at most
WRITE_TIMEOUT_S = 2.0
BAUD = 115200  # means nothing over USB

FOREIGN_ERRORS = (OSError, ValueError, termios_error)
"""What pyserial raises. Its own exceptions are OSErrors; a port name it cannot parse is a ValueError."""

_WINDOWS_ERROR = re.compile(r"(PermissionError|FileNotFoundError|OSError)\(")  # serialwin32 puts the cause in the text
_BUSY = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)
_FORBIDDEN = (errno.EACCES, errno.EPERM)
_UDEV = 'SUBSYSTEM=="tty", ATTRS{idVendor}=="2e8a", TAG+="uaccess"'


class Stream(Protocol):
    """Bytes both ways. Raises LinkError when the other end has gone."""

    def read(self, timeout_s: float) -> bytes:
        """Return what there is, at most ``READ_MAX`` bytes; wait up to ``timeout_s`` for the first of them."""
        ...

    def write(self, data: bytes) -> None:
        """Send all of ``data``."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class SerialStream:
    """An open serial port as a ``Stream``."""

    def __init__(self, port: serial.Serial, path: str) -> None:
        self._port = port
        self.path = path

    def read(self, timeout_s: float) -> bytes:
        """See ``Stream.read``. Raises Unplugged."""
        with using(self.path):
            self._port.timeout = max(0.0, timeout_s)
            first: bytes = self._port.read(1)
            if not first:
                return first
            self._port.timeout = 0.0
            return first + self._port.read(READ_MAX - 1)

    def write(self, data: bytes) -> None:
        """See ``Stream.write``. Raises Unplugged, and Silent if the other end takes nothing for 2 s."""
        with using(self.path):
            self._port.write(data)

    def close(self) -> None:
        """Close the port; one that has gone is closed too."""
        with suppress(*FOREIGN_ERRORS):
            self._port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()


def open_port(path: str) -> SerialStream:
    """Open a port for nobody but us, where the system can do that.

    Raises NoSuchPort, PortBusy and NoPermission.
    """
    return SerialStream(open_serial(path), path)


def open_serial(path: str) -> serial.Serial:
    """Open a port as pyserial knows it. Raises what ``open_port`` raises."""
    if "://" in path and not path.startswith("socket://"):
        raise NoSuchPort(f"{path} cannot be opened.", "Of all URLs only socket://HOST:PORT is understood.")
    with opening(path):
        port: serial.Serial = serial.serial_for_url(
            path, do_not_open=True, baudrate=BAUD, timeout=0.0, write_timeout=WRITE_TIMEOUT_S, exclusive=True
        )
        port.open()
        return port


@contextmanager
def opening(path: str) -> Iterator[None]:
    """Turn everything pyserial and the system raise when a port is opened into a PortError."""
    try:
        yield
    except BuzzbandError:
        raise
    except FOREIGN_ERRORS as error:
        raise _port_error(path, error) from error


@contextmanager
def using(path: str) -> Iterator[None]:
    """Turn everything pyserial and the system raise when an open port is used into a LinkError."""
    try:
        yield
    except BuzzbandError:
        raise
    except FOREIGN_ERRORS as error:
        raise link_error(path, error) from error


def link_error(path: str, error: Exception) -> LinkError:
    """Return our error for one of ``FOREIGN_ERRORS`` from an open port."""
    if isinstance(error, serial.SerialTimeoutException):
        return Silent(f"What is plugged in at {path} takes no bytes.")
    return Unplugged(f"{path} has gone.")


def _port_error(path: str, error: Exception) -> PortError:
    code, named = _cause(error)
    if path.startswith("socket://"):
        return NoSuchPort(f"Nothing answers at {path}.", "Start the emulated band first, or check host and port.")
    if code in _BUSY or named == "PermissionError":  # on Windows a port that is in use is a forbidden one
        return _busy(path)
    if code in _FORBIDDEN:
        return NoPermission(f"You may not open {path}.", _how_to_be_allowed(path))
    if code == errno.ENOENT or named == "FileNotFoundError":
        return NoSuchPort(f"There is no port {path}.{_others()}")
    reason = os.strerror(code) if code else str(error)
    return NoSuchPort(f"{path} is no serial port that works: {reason}.{_others()}")


def _cause(error: Exception) -> tuple[int, str]:
    """Return the errno behind ``error``, or 0, and the name of a Windows error in its text, or nothing."""
    found = _WINDOWS_ERROR.search(str(error))
    for candidate in (error, error.__cause__, error.__context__):
        code = candidate.args[0] if candidate is not None and candidate.args else None
        if isinstance(candidate, OSError | termios_error) and isinstance(code, int):
            return code, ""
    return 0, found[1] if found else ""


def _busy(path: str) -> PortBusy:
    holder = ports.holder_of(path)
    if holder:
        return PortBusy(f"{path} is in use by {holder}.")
    return PortBusy(f"{path} is in use by another program.")


def _how_to_be_allowed(path: str) -> str:
    udev = f"A udev rule does it too: {_UDEV}"
    with suppress(OSError, KeyError, ImportError):
        from grp import getgrgid

        group = getgrgid(Path(path).stat().st_gid).gr_name
        if group != "root":
            return f"Join the group that may: sudo usermod -aG {group} $USER, then log in again. {udev}."
    return f"{udev}, in /etc/udev/rules.d/50-buzzband.rules; then plug the band again."


def _others() -> str:
    try:
        known = ports.all_ports()
    except PortError:
        return ""
    if not known:
        return " There are no serial ports."
    return "".join(["\nThe ports there are:", *(f"\n  --port {port}" for port in known)])
