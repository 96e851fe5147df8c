"""The twin's serial line as the host's programs see it: a pseudo terminal, a TCP port, or both.

What the chip sends goes to every end that somebody has open; what comes from any of them goes to the chip. An end that
is not read fills up: then the chip's packets stay in its USB controller, as with a program that stops reading a real
port. Without any open end, what the chip sends is thrown away, as a computer does with a port that nobody has open.
"""

import errno
import os
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from buzzband.errors import EngineFailed
from buzzband.twin.chip import Chip

QUEUE_MAX = 512  # bytes either way, beside what the system holds: 20 KB of a Linux terminal, some 100 KB of a socket
OUTPUT_KEPT = 1 << 16
LOCALHOST = "127.0.0.1"

_SEND_BUFFER = 4096


class End(Protocol):
    """An end of the line on the host."""

    backlog: bytearray

    def is_open(self) -> bool:
        """Return whether a program has it open."""
        ...

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" if there are none."""
        ...

    def write(self, data: bytes) -> int:
        """Return how many bytes of ``data`` it took."""
        ...

    def filenos(self) -> list[int]:
        """Return what becomes readable when there is something to do."""
        ...

    def close(self) -> None:
        """Close it for good."""
        ...


class PtyEnd:
    """A pseudo terminal, raw. ``path`` stays the same for as long as the twin lives. Not on Windows."""

    def __init__(self) -> None:
        import pty
        import tty

        self.backlog = bytearray()
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)  # so that the system tells whether somebody has it open
        os.set_blocking(self._master, False)
        self._poll = select.poll()
        self._poll.register(self._master, 0)
        self._was_open = False

    def is_open(self) -> bool:
        """Return whether a program has it open, after throwing away what the last one has left unread."""
        is_open = not self._poll.poll(0)
        if self._was_open and not is_open:
            self._flush()
        self._was_open = is_open
        return is_open

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" if there are none."""
        try:
            return os.read(self._master, size)
        except OSError as error:
            if error.errno in (errno.EIO, errno.EAGAIN):  # nobody has it open; nothing to read
                return b""
            raise

    def write(self, data: bytes) -> int:
        """Return how many bytes of ``data`` it took."""
        with suppress(BlockingIOError):
            return os.write(self._master, data)
        return 0

    def filenos(self) -> list[int]:
        """Return what becomes readable when there is something to do."""
        return [self._master] if self.is_open() else []

    def close(self) -> None:
        """Close it: a program that has it open finds it gone."""
        os.close(self._master)

    def _flush(self) -> None:
        import termios

        slave = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        termios.tcflush(slave, termios.TCIFLUSH)
        os.close(slave)


class TcpEnd:
    """A port on this machine; one program at a time. Port 0: any that is free. Raises EngineFailed if it is taken."""

    def __init__(self, port: int) -> None:
        self.backlog = bytearray()
        try:
            self._listener = socket.create_server((LOCALHOST, port))
        except OSError as error:
            raise EngineFailed(f"TCP port {port} cannot be used: {error.strerror}.", "Name another one.") from error
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._client: socket.socket | None = None

    def is_open(self) -> bool:
        """Return whether a program is connected, after letting one in."""
        if self._client is None:
            with suppress(BlockingIOError):
                self._client, _ = self._listener.accept()
                self._client.setblocking(False)
                self._client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
                self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._client is not None

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, b"" if there are none."""
        if self._client is None:
            return b""
        try:
            if data := self._client.recv(size):
                return data
        except BlockingIOError:
            return b""
        except OSError:
            pass
        self._hang_up()
        return b""

    def write(self, data: bytes) -> int:
        """Return how many bytes of ``data`` it took."""
        if self._client is None:
            return 0
        with suppress(BlockingIOError):
            try:
                return self._client.send(data)
            except (ConnectionError, TimeoutError):
                self._hang_up()
        return 0

    def filenos(self) -> list[int]:
        """Return what becomes readable when there is something to do."""
        return [(self._client or self._listener).fileno()]

    def close(self) -> None:
        """Close the port."""
        self._hang_up()
        self._listener.close()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


class Serial:
    """The line. ``output`` keeps the last of what the chip has sent, whether somebody has read it or not."""

    def __init__(self, chip: Chip, *, pty: bool, tcp_port: int | None) -> None:
        self.output = bytearray()
        self._listeners: list[Callable[[bytes], object]] = []
        self._chip = chip
        self._usb = chip.usb
        self._pty = PtyEnd() if pty else None
        self._tcp: TcpEnd | None = None
        try:
            self._tcp = None if tcp_port is None else TcpEnd(tcp_port)
        except EngineFailed:
            self.close()
            raise
        self._usb.on_data = self._on_data
        self._usb.has_room = self._has_room

    @property
    def path(self) -> str:
        """Return the path of the pseudo terminal, "" without one."""
        return self._pty.path if self._pty else ""

    @property
    def tcp_port(self) -> int:
        """Return the TCP port, 0 without one."""
        return self._tcp.port if self._tcp else 0

    @property
    def hold(self) -> bool:
        """Whether the host is kept from taking what the chip sends, as if no program read the port."""
        return self._usb.hold

    @hold.setter
    def hold(self, on: bool) -> None:
        with self._chip.turn():
            self._usb.hold = on
            self._usb.refresh()

    @property
    def dtr(self) -> bool:
        """Whether the chip is told that a program has the port open. True again whenever the chip has started."""
        return self._usb.dtr

    @dtr.setter
    def dtr(self, on: bool) -> None:
        with self._chip.turn():
            self._usb.set_dtr(on)

    def listen(self, listener: Callable[[bytes], object]) -> None:
        """Call ``listener`` with whatever the chip sends from now on, on the thread that runs the chip."""
        self._listeners.append(listener)

    def write(self, data: bytes) -> None:
        """Send ``data`` to the chip from this program; no end has to be open."""
        with self._chip.turn():
            self._usb.send(data)

    def pump(self) -> None:
        """Move what there is to move. Called between two steps of the chip."""
        for end in self._ends():
            if not end.is_open():
                end.backlog.clear()
            elif end.backlog:
                del end.backlog[: end.write(bytes(end.backlog))]
            room = QUEUE_MAX - self._usb.unsent if self._usb.connected else 0
            if room > 0 and (data := end.read(room)):
                self._usb.send(data)
        self._usb.refresh()

    def wait(self, timeout_s: float) -> None:
        """Sleep until a program sends something, at most for ``timeout_s``."""
        filenos = [fileno for end in self._ends() for fileno in end.filenos()]
        if filenos and self._usb.unsent < QUEUE_MAX:
            select.select(filenos, [], [], timeout_s)
        else:
            time.sleep(timeout_s)

    def close(self) -> None:
        """Close both ends."""
        for end in self._ends():
            end.close()
        self._pty = self._tcp = None

    def _ends(self) -> list[End]:
        return [end for end in (self._pty, self._tcp) if end is not None]

    def _has_room(self) -> bool:
        return all(len(end.backlog) < QUEUE_MAX for end in self._ends())

    def _on_data(self, data: bytes) -> None:
        self.output += data
        for listener in self._listeners:
            listener(data)
        if len(self.output) > 2 * OUTPUT_KEPT:
            del self.output[:-OUTPUT_KEPT]
        for end in self._ends():
            if end.is_open():
                end.backlog += data
                del end.backlog[: end.write(bytes(end.backlog))]
