"""``buzzband devices``: what is plugged in, told apart, and what keeps anybody from using it."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from buzzband.defaults import LINK_PATIENCE_S as PATIENCE_S
from buzzband.errors import AtPrompt, BoardError, BuzzbandError, LinkError, PortError, WrongProtocol
from buzzband.services.devices_port import not_mounted
from buzzband.transports.drives import Drive, boot_drives
from buzzband.transports.link import Link
from buzzband.transports.mpremote_adapter import board_at
from buzzband.transports.ports import Port, all_ports
from buzzband.transports.replies import Hello
from buzzband.transports.serial_port import open_port

SCHEMA = "buzzband/devices/1"

_ATTEMPTS = 2
_UID = re.compile(r"[0-9a-f]{16}")


class Kind(StrEnum):
    """What a device is."""

    BAND = "band"  # its app answers
    MICROPYTHON = "micropython"  # MicroPython, and no app that answers
    BOOTSEL = "bootsel"  # a Pico as a drive
    OTHER = "other"  # another board's drive, or a serial port of something else


@dataclass(frozen=True)
class Device:
    """Something that is plugged in. ``where``: its port or the folder of its drive; empty where it is not known.

    ``trouble`` is the name of the error that keeps us from it, ``problem`` and ``mend`` say what it is and what to do.
    """

    kind: Kind
    where: str
    uid: str = ""
    app: str = ""
    micropython: str = ""
    slot: str = ""
    safe_mode: bool = False
    about: str = ""
    trouble: str = ""
    problem: str = ""
    mend: str = ""


def devices(named: Sequence[str] = (), patience_s: float = PATIENCE_S) -> tuple[Device, ...]:
    """Return what is plugged in: ports, then drives. ``named``: ports to ask that the system may not list.

    Nothing is sent to a port that is neither MicroPython's nor named: a byte may do anything there. Raises NoBoard if
    the system does not tell its ports.
    """
    listed = [port for port in all_ports() if port.path not in named]
    asked = [_asked(port, patience_s) if port.is_micropython else _other(port) for port in listed]
    asked += [_asked(Port(path), patience_s) for path in named]
    return (*asked, *map(_drive, boot_drives()), *_not_mounted())


def _asked(port: Port, patience_s: float) -> Device:
    """Ask the app, and if MicroPython's prompt answers instead, that."""
    known = Device(Kind.MICROPYTHON if port.is_micropython else Kind.OTHER, port.path, _uid(port), about=port.product)
    try:
        with open_port(port.path) as stream:
            return _band(port, Link(stream, patience_s=patience_s, attempts=_ATTEMPTS).hello())
    except AtPrompt:
        return _bare(known, patience_s)
    except WrongProtocol as error:
        return _troubled(known, error, Kind.BAND)
    except (PortError, LinkError) as error:
        return _troubled(known, error, known.kind)


def _band(port: Port, hello: Hello) -> Device:
    return Device(
        Kind.BAND, port.path, hello.uid, hello.app, hello.micropython, hello.slot, hello.safe_mode, port.product
    )


def _bare(known: Device, patience_s: float) -> Device:
    """Return a board at its prompt with what runs on it; nothing else runs there that could be interrupted."""
    try:
        with board_at(known.where, patience_s) as board:
            found = board.identity()
    except (PortError, LinkError, BoardError) as error:
        return _troubled(known, error, Kind.MICROPYTHON)
    if found.implementation != "micropython":
        about = f"{found.implementation} {found.version_text} on {found.machine}"
        return Device(Kind.OTHER, known.where, known.uid, about=about)
    return Device(Kind.MICROPYTHON, known.where, known.uid, micropython=found.version_text, about=found.machine)


def _troubled(known: Device, error: BuzzbandError, kind: Kind) -> Device:
    return Device(
        kind,
        known.where,
        known.uid,
        about=known.about,
        trouble=type(error).__name__,
        problem=str(error),
        mend=error.hint,
    )


def _other(port: Port) -> Device:
    return Device(Kind.OTHER, port.path, about=", ".join(filter(None, (port.product, port.location))))


def _drive(drive: Drive) -> Device:
    about = ", ".join(filter(None, (drive.model, f"Board-ID {drive.board_id or 'missing'}")))
    return Device(Kind.BOOTSEL if drive.is_pico else Kind.OTHER, drive.path, about=about)


def _not_mounted() -> tuple[Device, ...]:
    error = not_mounted()
    return () if error is None else (_troubled(Device(Kind.BOOTSEL, ""), error, Kind.BOOTSEL),)


def _uid(port: Port) -> str:
    """Return the chip's id: MicroPython on an RP2040 has it as its serial number."""
    number = port.serial_number.lower()
    return number if port.is_micropython and _UID.fullmatch(number) else ""


def devices_text(found: Sequence[Device]) -> str:
    """Return what ``buzzband devices`` prints."""
    if not found:
        return (
            "Nothing that could be a band is plugged in.\n"
            "Plug it in with a cable that carries data. A new Pico needs BOOTSEL held while it is plugged in."
        )
    return "\n".join(line for device in found for line in _lines(device))


def _lines(device: Device) -> list[str]:
    about = f" ({device.about})" if device.about else ""
    lines = [f"{device.where or 'A board'}: {_WORDS[device.kind]}{about}{_details(device)}"]
    if device.problem:
        return [*lines, *(f"  {line}" for line in f"{device.problem}\n{device.mend}".splitlines())]
    if device.kind in _NEXT:
        lines.append("  " + _NEXT[device.kind].format(where=device.where))
    return lines


def _details(device: Device) -> str:
    told = (
        f"app {device.app} in slot {device.slot}" if device.app else "",
        f"MicroPython {device.micropython}" if device.micropython else "",
        f"uid {device.uid}" if device.uid else "",
        "safe mode" if device.safe_mode else "",
    )
    return "".join(f", {part}" for part in told if part)


_WORDS = {
    Kind.BAND: "band",
    Kind.MICROPYTHON: "board with MicroPython, no band that answers",
    Kind.BOOTSEL: "Pico in BOOTSEL",
    Kind.OTHER: "something else",
}
_NEXT = {
    Kind.MICROPYTHON: "Make a band of it: buzzband flash --port {where}",
    Kind.BOOTSEL: "Make a band of it: buzzband flash --drive {where}",
}


def devices_document(found: Sequence[Device]) -> dict[str, Any]:
    """Return the document that ``buzzband devices --json`` prints."""
    return {"schema": SCHEMA, "devices": [asdict(device) for device in found]}
