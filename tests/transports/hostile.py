"""Bands that mean no good: an honest one whose answers are spoilt on their way, each by what its seed says."""

import json
import random
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from buzzband.errors import LinkError
from buzzband.transports.frame_reader import packed
from buzzband.transports.link import Link
from buzzband_fw.link import frames, messages
from transports.fake_band import MONDAY, READ_MAX, TUESDAY, UID, Clock, FakeBand, content

PATIENCE_S = 0.5
LONGEST_S = 3 * 120.0  # of the band's time: what a session of its size may take, and some
_U32 = (0, 1, 229, 231, 65535, 1 << 20, 1 << 21, (1 << 31) - 1, (1 << 32) - 1)
_UIDS = ("../../../etc/passwd", "CON", UID.upper(), "", "\x1b[2J", "e6613852836\u202eba32", UID + "\n", UID + "/..")
_TEXTS = (b">>> ", b"raw REPL; CTRL-B to exit\r\n>", b"Traceback (most recent call last):\r\n", b"\x1b[2J\x07" * 9)

Spoil = Callable[[random.Random, int, int, bytes], list[bytes]]
"""What arrives in the place of an answer: of its kind, number and payload."""


@dataclass
class Told:
    """What a host got out of a band: how many of its questions were answered, and what was handed over."""

    answered: int = 0
    refused: int = 0
    texts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def _silence(_rng: random.Random, _kind: int, _number: int, _payload: bytes) -> list[bytes]:
    return []


def _wrong_length(rng: random.Random, kind: int, number: int, payload: bytes) -> list[bytes]:
    longer = payload + rng.randbytes(messages.PAYLOAD_MAX)
    return [packed(kind, number, longer[: rng.randrange(messages.PAYLOAD_MAX + 1)])]


def _lie(rng: random.Random, kind: int, number: int, payload: bytes) -> list[bytes]:
    """The right shape, and values that cannot be."""
    big = struct.pack("<I", rng.choice(_U32))
    lies = {
        messages.HELLO: json.dumps(FakeBand().hello | {"uid": rng.choice(_UIDS), "app": "\x1b]0;x\x07"}).encode(),
        messages.LIST: struct.pack("<H", rng.choice((0, 1, 2, 4096, 65535)))
        + b"".join(
            rng.choice((bytes.fromhex(MONDAY), rng.randbytes(8))) + big + b"\xff" for _ in range(rng.randrange(18))
        ),
        messages.READ: big + payload[4:],
        messages.HASH: rng.choice((big + payload[4:], payload[:4] + rng.randbytes(32))),
        messages.TIME: big + big,
    }
    return [packed(kind, number, lies.get(kind & 0x7F, rng.randbytes(len(payload))))]


def _other_bytes(rng: random.Random, kind: int, number: int, payload: bytes) -> list[bytes]:
    return [packed(kind, number, payload[:4] + rng.randbytes(max(0, len(payload) - 4)))]


def _wrong_number(rng: random.Random, kind: int, number: int, payload: bytes) -> list[bytes]:
    return [packed(kind, rng.randrange(256), payload)]


def _wrong_kind(rng: random.Random, _kind: int, number: int, payload: bytes) -> list[bytes]:
    return [packed(rng.randrange(256), number, payload)]


def _refusal(rng: random.Random, kind: int, number: int, _payload: bytes) -> list[bytes]:
    body = bytes((rng.randrange(12), rng.choice((kind & 0x7F, rng.randrange(256)))))
    return [packed(messages.REFUSED, number, body[: rng.choice((0, 1, 2, 2, 2))])]


def _half(rng: random.Random, kind: int, number: int, payload: bytes) -> list[bytes]:
    wire = packed(kind, number, payload)
    return [wire[: rng.randrange(len(wire))]]


def _flipped(rng: random.Random, kind: int, number: int, payload: bytes) -> list[bytes]:
    wire = bytearray(packed(kind, number, payload))
    wire[rng.randrange(len(wire))] ^= 1 << rng.randrange(8)
    return [bytes(wire)]


def _garbage_around(rng: random.Random, kind: int, number: int, payload: bytes) -> list[bytes]:
    noise = rng.choice((rng.randbytes(rng.randrange(600)), rng.choice(_TEXTS), bytes(rng.randrange(600))))
    return [noise, rng.choice((b"", b"\0")), packed(kind, number, payload), noise]


def _doubled(rng: random.Random, kind: int, number: int, payload: bytes) -> list[bytes]:
    return [packed(kind, number, payload)] * rng.randrange(2, 30)


SPOILS: tuple[Spoil, ...] = (
    _silence, _wrong_length, _lie, _other_bytes, _wrong_number, _wrong_kind, _refusal, _half, _flipped,
    _garbage_around, _doubled,
)  # fmt: skip
HONEST = tuple(spoil for spoil in SPOILS if spoil not in (_lie, _other_bytes, _wrong_length))
FLOODS: tuple[Callable[[random.Random], bytes], ...] = (
    lambda rng: rng.randbytes(READ_MAX),
    lambda _: bytes(READ_MAX),
    lambda _: b"\xff" * READ_MAX,
    lambda rng: rng.choice(_TEXTS) * 40,
    lambda rng: packed(messages.SAMPLE, rng.randrange(256), bytes(messages.SAMPLE_SIZE)) * 100,
    lambda rng: packed(messages.READ | messages.ANSWER, rng.randrange(256), bytes(234)) * 16,
)


class HostileBand:
    """A ``Stream`` to an honest band, behind a line that has it in for the host."""

    def __init__(self, seed: int, spoils: Sequence[Spoil] = SPOILS) -> None:
        self.rng = rng = random.Random(seed)
        self.clock = Clock()
        self.sessions = {MONDAY: content(rng.randrange(3000), seed), TUESDAY: content(rng.randrange(20_000), seed)}
        self._band = FakeBand(dict(self.sessions), clock=self.clock)
        self._spoils = rng.sample(spoils, rng.randrange(1, 4))
        self._share = rng.choice((0.02, 0.3, 1.0))
        self._flood_share = rng.choice((0.0, 0.0, 0.05))
        self._shuffles = rng.random() < 0.2
        self._flood: bytes = b""
        self._past: list[bytes] = []
        self._coming = bytearray()

    def read(self, timeout_s: float) -> bytes:
        if self._flood:
            self._coming += self._flood
        self.clock.now += min(timeout_s, 0.001) if self._coming else timeout_s
        data = bytes(self._coming[:READ_MAX])
        del self._coming[:READ_MAX]
        return data

    def write(self, data: bytes) -> None:
        self._flood = b""
        if self.rng.random() < self._flood_share:
            self._flood = self.rng.choice(FLOODS)(self.rng)
        answers: list[bytes] = []
        self._band.say = lambda wire, _after_s=0.0: answers.extend(self._spoilt(wire))  # type: ignore[method-assign]
        self._band.write(data)
        if self._shuffles:
            self.rng.shuffle(answers)
        self._past = (self._past + answers)[-50:]
        self._coming += b"".join(answers)

    def close(self) -> None:
        """Nothing to let go of."""

    def _spoilt(self, wire: bytes) -> Iterator[bytes]:
        if self.rng.random() >= self._share:
            yield wire
            return
        if self._past and self.rng.random() < 0.1:
            yield self.rng.choice(self._past)  # a replay
        body = bytearray(wire[:-1])
        length = frames.unpack(body, len(body))
        yield from self.rng.choice(self._spoils)(self.rng, body[0], body[1], bytes(body[2 : 2 + length]))


def converse(band: HostileBand) -> Told:
    """Do all that a sync does; a LinkError ends a step of it, and anything else is a failure."""
    told = Told()
    link = Link(band, patience_s=PATIENCE_S, clock=band.clock)

    def tried(ask: Callable[[], object]) -> object:
        try:
            answer = ask()
        except LinkError as error:
            told.refused += 1
            told.texts += (str(error), error.hint)
            return None
        told.answered += 1
        return answer

    if hello := tried(link.hello):
        told.texts += (hello.app, hello.micropython, hello.uid, hello.slot)  # type: ignore[attr-defined]
    tried(lambda: link.tell_time(1_700_000_000_000))
    found = tried(link.sessions) or ()
    told.ids = tuple(entry.session_id for entry in found)  # type: ignore[attr-defined]
    for entry in found[:3]:  # type: ignore[index]
        got = bytearray()
        tried(lambda: link.read_session(entry.session_id, 0, entry.size, got.extend))  # noqa: B023
        assert len(got) <= entry.size
        digest = tried(lambda: link.hash(entry.session_id, len(got))) or 64 * "0"  # noqa: B023
        tried(lambda: link.delete(entry.session_id, entry.size, str(digest)))  # noqa: B023
    return told
