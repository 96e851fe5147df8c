"""The serial ports there are, which of them could be a band, and who holds one."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from buzzband.errors import NoBoard, SeveralBoards
from buzzband.wording import count, listed, printable

MICROPYTHON_USB = (0x2E8A, 0x0005)  # vendor and product that MicroPython on an RP2040 has
_SAID_MAX = 64  # characters of what a device says about itself
_TRIES = 3


@dataclass(frozen=True)
class Port:
    """A serial port. What the device says about itself is made printable; empty where it says nothing."""

    path: str
    is_micropython: bool = False
    serial_number: str = ""
    product: str = ""
    location: str = ""

    def __str__(self) -> str:
        """Return one line that tells this port from others."""
        serial = f"serial number {self.serial_number}" if self.serial_number else ""
        place = f"USB {self.location}" if self.location else ""
        return ", ".join(filter(None, (self.path, self.product, serial, place)))


def all_ports() -> tuple[Port, ...]:
    """Return the serial ports that the system knows, by path. Raises NoBoard if it cannot tell."""
    tries = 0
    while True:
        tries += 1
        try:
            return tuple(sorted((_port(info) for info in list_ports.comports()), key=lambda port: port.path))
        except (OSError, TypeError, ValueError) as error:  # a device that went while it was being looked at
            if tries == _TRIES:
                raise NoBoard(f"The system does not tell its serial ports: {error}.") from error


def find_boards(ports: Sequence[Port] | None = None) -> tuple[Port, ...]:
    """Return the boards with MicroPython, one at least. ``ports``: what there is, if already known. Raises NoBoard."""
    known = all_ports() if ports is None else ports
    boards = tuple(port for port in known if port.is_micropython)
    if not boards:
        others = f" The ports there are: {listed([port.path for port in known])}." if known else ""
        raise NoBoard(f"No board with MicroPython is plugged in.{others}")
    return boards


def find_port(ports: Sequence[Port] | None = None) -> str:
    """Return the path of the one board with MicroPython. ``ports``: what there is, if already known.

    Raises NoBoard and SeveralBoards.
    """
    boards = find_boards(ports)
    if len(boards) > 1:
        lines = "".join(f"\n  --port {port}" for port in boards)
        raise SeveralBoards(f"There are {count(len(boards), 'board')} with MicroPython:{lines}")
    return boards[0].path


def path_of(serial_number: str) -> str | None:
    """Return where the board with that serial number is now, if it is anywhere. Raises NoBoard."""
    found = [port.path for port in all_ports() if port.serial_number == serial_number]
    return found[0] if serial_number and len(found) == 1 else None


def serial_number_of(path: str) -> str:
    """Return the serial number of the USB device behind a port; empty if it has none. Raises NoBoard."""
    real = os.path.realpath(path)
    return next((port.serial_number for port in all_ports() if os.path.realpath(port.path) == real), "")


def holder_of(path: str) -> str:
    """Return the name of another program that has ``path`` open, as far as the system tells; else nothing."""
    real = os.path.realpath(path)
    for process in Path("/proc").glob("[0-9]*"):
        if process.name != str(os.getpid()) and _has_open(process, real):
            return f"{_name_of(process)} (process {process.name})"
    return ""


def said(value: object) -> str:
    """Return text from a device as one printable line of at most 64 characters."""
    return str(printable(str(value or "")[:_SAID_MAX])).replace("\n", " ").strip()


def _port(info: ListPortInfo) -> Port:
    is_micropython = (info.vid, info.pid) == MICROPYTHON_USB
    return Port(info.device, is_micropython, said(info.serial_number), said(info.product), said(info.location))


def _has_open(process: Path, real: str) -> bool:
    try:
        return any(str(entry.readlink()) == real for entry in (process / "fd").iterdir())
    except OSError:  # it has ended, or is somebody else's
        return False


def _name_of(process: Path) -> str:
    try:
        return said((process / "comm").read_text(encoding="utf-8", errors="replace").strip())
    except OSError:
        return "a program"
