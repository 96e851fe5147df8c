"""Writes sessions as the band does, with its own framer."""

import json
import struct
from collections.abc import Sequence
from dataclasses import astuple

from buzzband.recordings.lifting import Hold, Rep, Set
from buzzband_fw.store import records
from buzzband_fw.store.records import Framer
from buzzband_fw.store.series import FLAGS_SHIFT, Series, put

SESSION = "00112233445566aa"
OTHER_SESSION = "ffeeddccbbaa9988"
HEADER = {
    "format": 1,
    "session": SESSION,
    "uid": "e66138528361ba32",
    "app": "0.1.0",
    "supply_mv": 3900,
    "settings": {"mains_hz": 50, "rest": 300, "reference": 12000},
}
BLOCK_MS = 10
TICKS_MASK = (1 << 30) - 1


class LogWriter:
    """Makes the records of one session. ``pieces``: each record's bytes."""

    def __init__(self, session_id: str = SESSION) -> None:
        self.pieces: list[bytes] = []
        self._framer = Framer(bytes.fromhex(session_id))

    def record(self, kind: int, payload: bytes, t_ms: int = 0) -> bytes:
        buffer = bytearray(records.OVERHEAD + len(payload))
        buffer[records.HEADER_SIZE : records.HEADER_SIZE + len(payload)] = payload
        assert self._framer.seal(buffer, 0, kind, len(payload), t_ms & TICKS_MASK) == len(buffer)
        self.pieces.append(bytes(buffer))
        return self.pieces[-1]

    def header(self, **changes: object) -> "LogWriter":
        self.record(records.HEADER, json.dumps(HEADER | changes).encode())
        return self

    def activation(self, block: int, permille: Sequence[int], flags: int = 0) -> "LogWriter":
        return self.values(block, [value // records.ACTIVATION_UNIT | flags << FLAGS_SHIFT for value in permille])

    def values(self, block: int, values: Sequence[int]) -> "LogWriter":
        self.record(records.ACTIVATION, series(block, values), block * BLOCK_MS)
        return self

    def cue(self, block: int, word: int = 1) -> "LogWriter":
        self.record(records.CUE, struct.pack("<IB", block, word), block * BLOCK_MS)
        return self

    def fault(self, block: int, code: int, value: int) -> "LogWriter":
        self.record(records.FAULT, struct.pack("<IBI", block, code, value), block * BLOCK_MS)
        return self

    def movement(self, block: int, degrees: Sequence[int]) -> "LogWriter":
        self.record(records.MOVEMENT, series(block, degrees), block * BLOCK_MS)
        return self

    def rep(self, rep: Rep, told: bytes = b"") -> "LogWriter":
        self.record(records.REP, struct.pack(records.REP_FORMAT, *astuple(rep)) + told)
        return self

    def hold(self, hold: Hold) -> "LogWriter":
        self.record(records.HOLD, struct.pack(records.HOLD_FORMAT, *astuple(hold)))
        return self

    def set(self, one: Set, told: bytes = b"") -> "LogWriter":
        self.record(records.SET, struct.pack(records.SET_FORMAT, *astuple(one)) + told)
        return self

    def time(self, block: int, utc_ms: int, round_trip_ms: int = 8) -> "LogWriter":
        self.record(records.TIME, struct.pack("<IQH", block, utc_ms, round_trip_ms), block * BLOCK_MS)
        return self

    def end(self, blocks: int, reason: int = records.BY_BUTTON, writes: int = 4) -> "LogWriter":
        self.record(records.END, struct.pack("<IBH", blocks, reason, writes), blocks * BLOCK_MS)
        return self

    def bytes(self) -> bytes:
        return b"".join(self.pieces)


def told(block: int, ahead: int = 2, marks: int = records.MUSCLE_TOLD | records.ALIKE) -> bytes:
    """What stands behind a top, a rep or a set of which the cue was told when ``block`` was the last that was over."""
    return struct.pack(records.TOLD_FORMAT, block, ahead, marks)


def series(block: int, values: Sequence[int]) -> bytes:
    """What a record of up to 255 values holds."""
    made = Series(1, 255, 1200)
    made.begin(block, values[0])
    for after, value in enumerate(values[1:], block + 1):
        put(value, after, made.buffer, made.state)
    return bytes(made.buffer[: made.finish()])


def course(first: int, end: int) -> list[int]:
    """An activation that rises again and again, in permille."""
    return [8 * (n % 150) for n in range(first, end)]


def session(values: int = 300, session_id: str = SESSION) -> LogWriter:
    """A session with so many values of activation in records of 100, a cue and a fault among them, and its end."""
    made = LogWriter(session_id).header()
    for first in range(0, values, 100):
        block = 1 + 2 * first
        made.activation(block, course(first, min(first + 100, values)))
        made.cue(block + 150)
    made.fault(2 * values - 1, records.OVERRUN, 3)
    return made.end(2 * values)
