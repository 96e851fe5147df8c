"""A band in memory that answers as messages.py says, on a clock of its own, and a line that can spoil what it says."""

import hashlib
import json
import random
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from buzzband.errors import Unplugged
from buzzband.transports.frame_reader import packed
from buzzband_fw.link import frames, messages
from buzzband_fw.store.changes import Wrong, difference, merge
from buzzband_fw.store.schema import SCHEMA, cleaned, parse, values_of

UID = "e66138528361ba32"
MONDAY = "00112233445566aa"
TUESDAY = "ffeeddccbbaa9988"
ANSWER_MS = 5
READ_MAX = 4096


class Clock:
    """Seconds that pass when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Line:
    """What the line does to each frame of the band: the chances that it is lost, garbled, doubled, or held up."""

    lose: float = 0.0
    garble: float = 0.0
    double: float = 0.0
    delay: float = 0.0
    delay_s: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def carried(self, wire: bytes) -> list[tuple[float, bytes]]:
        """What arrives for ``wire``, and how much later."""
        chance = self._random.random
        if chance() < self.lose:
            return []
        if chance() < self.garble:
            wire = self._garbled(wire)
        late_s = self.delay_s if chance() < self.delay else 0.0
        return [(late_s, wire)] * (2 if chance() < self.double else 1)

    def _garbled(self, wire: bytes) -> bytes:
        position = self._random.randrange(len(wire))
        return wire[:position] + bytes((wire[position] ^ self._random.randrange(1, 256),)) + wire[position + 1 :]


@dataclass
class FakeBand:
    """A ``Stream`` with a band at its other end. ``requests``: the kinds that were asked for, as they came."""

    sessions: dict[str, bytes] = field(default_factory=dict)
    line: Line = field(default_factory=Line)
    clock: Clock = field(default_factory=Clock)
    hello: dict[str, object] = field(
        default_factory=lambda: {
            "protocol": messages.PROTOCOL,
            "app": "0.1.0",
            "micropython": "1.24.1",
            "uid": UID,
            "slot": "a",
            "safe_mode": False,
            "free_bytes": 1_000_000,
            "free_ram_bytes": 70_000,
            "boot_ms": 640,
        }
    )
    status: tuple[int, ...] = (messages.RUNNING, 0, 0, 500, 400, -7, 612, 3, 3900, 1200, 9800, 0, 0, 51000)
    lifted: tuple[int, ...] = (9, 1, 500, 0, 7, 0, 35, 3, 2, 0, 1200, 300, 1800, 640)  # behind it
    settings: dict[str, object] = field(default_factory=dict)  # what settings.json holds
    running: set[str] = field(default_factory=set)  # of the sessions
    busy: int = 0  # how many requests it refuses for being busy
    boot: int = 7
    marks: list[int] = field(default_factory=list)
    unplugged_after: int | None = None  # requests
    unplugged_at: int | None = None  # bytes that have come
    requests: list[int] = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)
    left: bool = False

    def __post_init__(self) -> None:
        self._coming: deque[tuple[float, bytes]] = deque()
        self._partial = bytearray()
        self._staged = b""

    def read(self, timeout_s: float) -> bytes:
        self._check_plug()
        ready = self._coming[0][0] if self._coming else float("inf")
        if ready > self.clock.now + timeout_s:
            self.clock.now += timeout_s
            return b""
        self.clock.now = max(self.clock.now, ready)
        _, data = self._coming.popleft()
        if self.unplugged_at is not None:
            data = data[: self.unplugged_at]
            self.unplugged_at -= len(data)
        if len(data) > READ_MAX:
            self._coming.appendleft((ready, data[READ_MAX:]))
        return data[:READ_MAX]

    def write(self, data: bytes) -> None:
        self._check_plug()
        self.heard += data
        for byte in data:
            if byte:
                self._partial.append(byte)
                continue
            piece, self._partial = self._partial, bytearray()
            self._take(piece)

    def close(self) -> None:
        """Nothing to let go of."""

    def say(self, data: bytes, after_s: float = 0.0) -> None:
        """Send bytes that nobody asked for."""
        self._coming.append((self.clock.now + after_s, data))

    def say_sample(self, number: int, block: int, permille: int = 500) -> None:
        payload = struct.pack(messages.SAMPLE_FORMAT, block, permille, permille, 0, 0, 1234)
        self.say(packed(messages.SAMPLE, number & 255, payload))

    def _check_plug(self) -> None:
        if self.unplugged_at == 0 or (self.unplugged_after is not None and len(self.requests) >= self.unplugged_after):
            raise Unplugged("The fake band has gone.")

    def _take(self, piece: bytearray) -> None:
        length = frames.unpack(piece, len(piece)) if piece else -1
        if length < 0 or self.left:
            return
        kind, number = piece[0], piece[1]
        self.requests.append(kind)
        for answer_kind, payload in self._answers(kind, bytes(piece[2 : 2 + length])):
            for late_s, wire in self.line.carried(packed(answer_kind, number, payload)):
                self.say(wire, ANSWER_MS / 1000 + late_s)

    def _answers(self, kind: int, payload: bytes) -> list[tuple[int, bytes]]:
        """The answers to a request: of a READ there are as many as it takes."""
        if kind != messages.READ or self.busy:
            return [self._answer(kind, payload)]
        session_id, offset, length = struct.unpack(messages.READ_FORMAT, payload)
        data = self.sessions.get(session_id.hex())
        if data is None:
            return [refusal(messages.NO_SUCH_SESSION, kind)]
        if offset + length > len(data):
            return [refusal(messages.BEYOND_END, kind)]
        starts = range(offset, offset + length, messages.READ_MAX) or (offset,)
        wanted = data[: offset + length]
        return [
            (kind | messages.ANSWER, struct.pack("<I", start) + wanted[start : start + messages.READ_MAX])
            for start in starts
        ]

    def _answer(self, kind: int, payload: bytes) -> tuple[int, bytes]:
        if self.busy and kind not in (messages.STATUS, messages.STREAM):
            self.busy -= 1
            return refusal(messages.BUSY, kind)
        answers = {
            messages.HELLO: lambda: json.dumps(self.hello).encode(),
            messages.STATUS: lambda: self._status(),
            messages.LIST: lambda: self._page(payload),
            messages.STREAM: lambda: payload,
            messages.TIME: lambda: struct.pack(messages.MOMENT_FORMAT, round(1000 * self.clock.now), self.boot),
            messages.CALIBRATE: lambda: self._calibrate(payload[0]),
            messages.REPL: self._leave,
            messages.RESET: self._leave,
        }
        if kind == messages.CONFIG:
            return self._config(payload)
        if kind == messages.MARK:
            return self._mark(payload)
        if kind in answers:
            return kind | messages.ANSWER, answers[kind]()
        return self._of_session(kind, payload) if kind in (messages.HASH, messages.DELETE) else refusal(1, kind)

    def _status(self) -> bytes:
        return struct.pack(messages.STATUS_FORMAT, *self.status) + struct.pack(messages.LIFTED_FORMAT, *self.lifted)

    def _calibrate(self, how: int) -> bytes:
        self.status = ((messages.IDLE, messages.CALIBRATING, messages.WARMING_UP)[how], *self.status[1:])
        return bytes(self.status[:1])

    def _mark(self, payload: bytes) -> tuple[int, bytes]:
        if self.status[0] != messages.RUNNING:
            return refusal(messages.NO_SUCH_SESSION, messages.MARK)
        self.marks += struct.unpack("<I", payload)
        return messages.MARK | messages.ANSWER, b""

    def _config(self, payload: bytes) -> tuple[int, bytes]:
        what, offset = struct.unpack_from("<BH", payload)
        kind = messages.CONFIG | messages.ANSWER
        if what == messages.GET:
            told = self._told(payload[3:].decode())
            return kind, struct.pack("<H", len(told)) + told[offset : offset + messages.PAGE_MAX]
        self._staged = self._staged[:offset] + payload[3:]
        if what == messages.STAGE:
            return kind, struct.pack("<H", len(self._staged))
        before, clean = values_of(self.settings), cleaned(self.settings, [])
        try:
            merge(clean, parse(self._staged))
        except Wrong as wrong:
            row = SCHEMA.get(wrong.args[0], (None, None, None))
            told = json.dumps([wrong.args[0], *row[1:3]]).encode()
            return messages.REFUSED, bytes((messages.WRONG_SETTING, messages.CONFIG)) + told
        self.settings = clean
        return kind, bytes(difference(before, values_of(clean)))

    def _told(self, name: str) -> bytes:
        values = values_of(self.settings)
        wearers = sorted(self.settings.get("wearers", {}))  # type: ignore[call-overload]
        told = {name: values[name]} if name else values
        return json.dumps({"values": told, "wearers": wearers, "problems": []}).encode()

    def _of_session(self, kind: int, payload: bytes) -> tuple[int, bytes]:
        data = self.sessions.get(payload[:8].hex())
        if data is None:
            return refusal(messages.NO_SUCH_SESSION, kind)
        (number,) = struct.unpack_from("<I", payload, 8)
        if number > len(data):
            return refusal(messages.BEYOND_END, kind)
        digest = hashlib.sha256(data[:number]).digest()
        if kind == messages.HASH:
            return kind | messages.ANSWER, struct.pack(messages.DIGEST_FORMAT, number, digest)
        if payload[:8].hex() in self.running:
            return refusal(messages.IN_USE, kind)
        if (number, digest) != (len(data), payload[12:]):
            return refusal(messages.MISMATCH, kind)
        del self.sessions[payload[:8].hex()]
        return kind | messages.ANSWER, b""

    def _page(self, payload: bytes) -> bytes:
        (first,) = struct.unpack("<H", payload)
        room = (messages.PAYLOAD_MAX - 2) // struct.calcsize(messages.ENTRY_FORMAT)
        entries = list(self.sessions.items())[first : first + room]
        told = (
            struct.pack(messages.ENTRY_FORMAT, bytes.fromhex(name), len(data), name in self.running)
            for name, data in entries
        )
        return struct.pack("<H", len(self.sessions)) + b"".join(told)

    def _leave(self) -> bytes:
        self.left = True
        return b""


@dataclass
class Player:
    """A ``Stream`` that plays what it is given, ``step_s`` apart, whatever it is asked, and is silent then."""

    pieces: Iterator[bytes]
    clock: Clock = field(default_factory=Clock)
    step_s: float = 0.001
    taken: int = 0

    def read(self, timeout_s: float) -> bytes:
        piece = next(self.pieces, b"")
        self.clock.now += self.step_s if piece else timeout_s
        self.taken += len(piece)
        return piece

    def write(self, data: bytes) -> None:
        """Nobody listens."""

    def close(self) -> None:
        """Nothing to let go of."""


def refusal(reason: int, kind: int) -> tuple[int, bytes]:
    return messages.REFUSED, bytes((reason, kind))


def content(size: int, seed: int = 1) -> bytes:
    """Bytes that look like nothing in particular, zeros among them."""
    return random.Random(seed).randbytes(size)
