"""What a band says, as it is understood here. Every value is checked; ``ValueError`` means that it makes no sense."""

import json
import re
import struct
from dataclasses import dataclass, fields
from typing import Any

from buzzband.errors import WrongProtocol
from buzzband.transports.ports import said
from buzzband.wording import printable
from buzzband_fw import names
from buzzband_fw.link import messages

SESSIONS_MAX = 4096
FILE_MAX = 2 << 20  # bytes: no flash of a Pico holds more

_UID = re.compile(r"[0-9a-f]{16}")
_TICKS_PERIOD_MS = 1 << 30
_STATUS_FORMAT = messages.STATUS_FORMAT + messages.LIFTED_FORMAT[1:]
_STATUS_SIZE = struct.calcsize(_STATUS_FORMAT)
_ENTRY_SIZE = struct.calcsize(messages.ENTRY_FORMAT)


@dataclass(frozen=True)
class Hello:
    """Who the band is. ``uid``: 16 hexadecimal digits; ``boot_ms``: from power-on to the first sample."""

    protocol: int
    app: str
    micropython: str
    uid: str
    slot: str
    safe_mode: bool
    free_bytes: int
    free_ram_bytes: int
    boot_ms: int


@dataclass(frozen=True)
class Status:
    """How the band is. ``state``, ``flags`` and ``faults`` as in buzzband_fw.link.messages.

    ``worst_armed_us``, ``worst_us``, ``worst_flash_us``: the longest turns of its loop: of those in which a cue could
    be due, of all that did not write to flash, and of those that did.

    ``said``, ``reps_told``: since power-on, modulo 65536; ``word``: the last that was said; ``rep_…``: of the last rep
    that was told. ``swings``: of the session's set ``set``, two for each rep. ``degrees``: from the pose of rest.
    """

    state: int
    flags: int
    faults: int
    blocks: int
    recorded: int
    envelope: int
    permille: int
    cues: int
    supply_mv: int
    worst_armed_us: int
    worst_us: int
    lost_blocks: int
    left_out: int
    worst_flash_us: int
    said: int
    word: int
    target_permille: int
    set: int
    swings: int
    holding: int
    degrees: int
    reps_told: int
    rep_number: int
    rep_flags: int
    rep_concentric_ms: int
    rep_hold_ms: int
    rep_eccentric_ms: int
    rep_peak_permille: int

    @property
    def state_name(self) -> str:
        """Return the state in a word."""
        return names.STATES[self.state] if self.state < len(names.STATES) else f"state {self.state}"

    @property
    def fault_names(self) -> tuple[str, ...]:
        """Return the faults that stand, in words."""
        return tuple(
            names.FAULTS[bit] if bit < len(names.FAULTS) else f"fault {1 << bit}"
            for bit in range(16)
            if self.faults & 1 << bit
        )


@dataclass(frozen=True)
class Entry:
    """A session on the band: its id, 16 hexadecimal digits, and how many bytes of it are safe in flash.

    ``running``: it goes on, or the band has not merged it yet.
    """

    session_id: str
    size: int
    running: bool


@dataclass(frozen=True)
class Mark:
    """What a band's clock showed at a moment in UTC. ``boot``: counts the band's starts; ``t_ms``: modulo 2^30.

    ``utc_ms``: since 1970, when the band was asked; its answer was there ``round_trip_ms`` later, at most 65535.
    """

    boot: int
    t_ms: int
    utc_ms: int
    round_trip_ms: int


@dataclass(frozen=True)
class Config:
    """The settings that hold. ``values``: by name, those of the active wearer among them. ``problems``: names."""

    values: dict[str, Any]
    wearers: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Changed:
    """What a change of settings came to: how many values differ now; when they all count, see store/schema.py."""

    count: int
    effect: int


@dataclass(frozen=True)
class Sample:
    """One sample of the stream. ``number`` counts up modulo 256: a gap means that samples were left out or lost."""

    number: int
    block: int
    permille: int
    gated_permille: int
    flags: int
    word: int
    envelope: int


def hello(payload: bytes) -> Hello:
    """Understand the answer to HELLO. Raises WrongProtocol."""
    told = json.loads(payload.decode())
    if type(told) is not dict:
        raise ValueError("no object")
    protocol = told.get("protocol")
    if type(protocol) is int and protocol != messages.PROTOCOL:
        raise WrongProtocol(f"The band speaks protocol {protocol}, this tool {messages.PROTOCOL}.")
    found = Hello(**{field.name: _checked(told.get(field.name), field.type) for field in fields(Hello)})
    if not _UID.fullmatch(found.uid):
        raise ValueError("uid")
    return found


def status(payload: bytes) -> Status:
    """Understand the answer to STATUS; what a later version appends is passed over."""
    values = _unpacked(_STATUS_FORMAT, payload[:_STATUS_SIZE])
    return Status(*values)


def page(payload: bytes) -> tuple[int, tuple[Entry, ...]]:
    """Understand the answer to LIST: how many sessions there are, and some of them."""
    (count,) = _unpacked("<H", payload[:2])
    rest = payload[2:]
    if count > SESSIONS_MAX or len(rest) % _ENTRY_SIZE:
        raise ValueError("count or length")
    found = struct.iter_unpack(messages.ENTRY_FORMAT, rest)
    return count, tuple(Entry(name.hex(), size, bool(flags & messages.OPEN)) for name, size, flags in found)


def part(payload: bytes) -> tuple[int, bytes]:
    """Understand an answer to READ: where its bytes begin, and the bytes."""
    (offset,) = _unpacked("<I", payload[:4])
    return offset, payload[4:]


def digest(payload: bytes, length: int) -> str:
    """Understand the answer to HASH of ``length`` bytes: their SHA-256, in hexadecimal digits."""
    told_length, found = _unpacked(messages.DIGEST_FORMAT, payload)
    if told_length != length:
        raise ValueError("length")
    return bytes(found).hex()


def moment(payload: bytes) -> tuple[int, int]:
    """Understand the answer to TIME: the band's clock in ms, and the number of its start."""
    t_ms, boot = _unpacked(messages.MOMENT_FORMAT, payload)
    if t_ms >= _TICKS_PERIOD_MS:
        raise ValueError("clock")
    return t_ms, boot


def switch(payload: bytes, on: bool) -> None:
    """Understand the answer to STREAM."""
    if payload != bytes((on,)):
        raise ValueError("on")


def config_page(payload: bytes) -> tuple[int, bytes]:
    """Understand a page of the settings: the size of the whole, and some bytes of it."""
    (size,) = _unpacked("<H", payload[:2])
    return size, payload[2:]


def config(text: bytes) -> Config:
    """Understand the settings: values are plain or lists of numbers, and made printable."""
    told = json.loads(text.decode())
    if type(told) is not dict or type(told.get("values")) is not dict:
        raise ValueError("no settings")
    values = {said(name): _setting(value) for name, value in told["values"].items()}
    return Config(values, _names(told.get("wearers")), _names(told.get("problems")))


def staged(payload: bytes, size: int) -> None:
    """Understand the answer to a part of a change: ``size`` bytes have come."""
    if _unpacked("<H", payload) != (size,):
        raise ValueError("size")


def changed(payload: bytes) -> Changed:
    """Understand the answer to a change of settings."""
    return Changed(*_unpacked("<BB", payload))


def nothing(_payload: bytes) -> None:
    """Understand an answer that carries nothing that is of use."""


def state(payload: bytes) -> int:
    """Understand the answer to CALIBRATE: the state, of buzzband_fw.link.messages."""
    (found,) = _unpacked("<B", payload)
    return int(found)


def sample(number: int, payload: bytes) -> Sample:
    """Understand a sample of the stream; what a later version appends is passed over."""
    return Sample(number, *_unpacked(messages.SAMPLE_FORMAT, payload[: messages.SAMPLE_SIZE]))


def refusal(payload: bytes) -> tuple[int, int]:
    """Understand a refusal: the reason, and the kind of the request."""
    reason, kind = _unpacked("<BB", payload[:2])
    return reason, kind


def wrong_setting(payload: bytes) -> str:
    """Understand what stands behind a refused change: the name of the setting, and what it can be, as text."""
    try:
        name, least, greatest = json.loads(payload[2:].decode())
    except (ValueError, TypeError):
        return "a setting"
    if type(least) is list:
        return str(printable(f"{said(name)}, which is one of {', '.join(map(str, least))}"))
    return said(f"{name}, which is {least} to {greatest}" if type(least) is int else name)


def _unpacked(layout: str, payload: bytes) -> tuple[Any, ...]:
    try:
        return struct.unpack(layout, payload)
    except struct.error as error:
        raise ValueError(str(error)) from error


def _names(value: object) -> tuple[str, ...]:
    if type(value) is not list or not all(type(name) is str for name in value):
        raise ValueError("names")
    return tuple(map(said, value))


def _setting(value: object) -> Any:
    if type(value) is str:
        return said(value)
    if type(value) is list and all(type(one) is int for one in value):
        return value
    if value is None or type(value) in (bool, int):
        return value
    raise ValueError("setting")


def _checked(value: object, kind: object) -> Any:
    if type(value) is not kind or (type(value) is int and not 0 <= value < 1 << 32):
        raise ValueError("type or range")
    return said(value) if kind is str else value
