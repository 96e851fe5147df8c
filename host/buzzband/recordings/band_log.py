"""A session as the band kept it: a file of records, of which every intact one counts, whatever lies between them.

The contract is docs/log-format.md. Nothing in the file is believed unless its checksum is right, and no number in it
decides how much memory or time is spent.
"""

import json
import math
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from buzzband.errors import UnknownFormat
from buzzband.recordings.lifting import Hold, Lifting, Rep, Set
from buzzband.wording import printable
from buzzband_fw import names
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.store import records

RATE_HZ = 50
BLOCKS_MAX = 24 * 3600 * 100  # a day: what claims to be later is damaged

_HINT = "Give a file from a band's /log, under the name that it has there."
_HEADERS_TRIED = 64
_ID = re.compile(r"[0-9a-f]{16}")
_ID_IN_HEADER = re.compile(rb'"session": ?"([0-9a-f]{16})"')
_CRC_SIZE = records.OVERHEAD - records.HEADER_SIZE
_HEADER_TYPES: Mapping[str, type] = {
    "format": int,
    "session": str,
    "uid": str,
    "app": str,
    "micropython": str,
    "settings": dict,
    "supply_mv": int,
    "calibration": dict,
}


@dataclass(frozen=True)
class Record:
    """An intact record. ``start`` and ``end``: where it lies in the file; ``t_ms``: the chip's clock, modulo 2^30."""

    kind: int
    sequence: int
    t_ms: int
    payload: bytes
    start: int
    end: int


@dataclass(frozen=True)
class Cue:
    """A word that was due after a block of the session; see buzzband_fw.core.words.

    With ``words.WITHHELD`` beside it, it was not said.
    """

    block: int
    word: int


@dataclass(frozen=True)
class Answer:
    """How many reps of a set the wearer felt to be on target, None if he did not say, and how many were."""

    set_number: int
    felt: int | None
    actual: int


@dataclass(frozen=True)
class Crossings:
    """Zero crossings a second in the contractions of the rep that was over by a block."""

    block: int
    rate_hz: int


@dataclass(frozen=True)
class Fault:
    """What went wrong before a block. ``code`` and ``value``: see buzzband_fw.store.records."""

    block: int
    code: int
    value: int

    @property
    def name(self) -> str:
        """Return the fault in a word."""
        return _named(names.RECORDED_FAULTS, self.code)


@dataclass(frozen=True)
class End:
    """How the session ended, after ``blocks`` blocks."""

    blocks: int
    reason: int

    @property
    def name(self) -> str:
        """Return the reason in a word."""
        return _named(names.ENDS, self.reason)


@dataclass(frozen=True, eq=False)
class SessionLog:
    """A session. Value ``i`` of the arrays is that after block 2 ``i`` + 1: 50 values a second.

    ``permille``, ``flags`` (those of quality and cue: rail 1, flat 2, hum 4, blanked 8): 0 where ``valid`` is not true.
    ``marks``: blocks that the wearer has marked. ``lifting``: its degrees are those after block 8 ``i`` + 7, and 0
    where there are none. ``end``: None if the session was cut off. ``damaged``: stretches of the file and records that
    make no sense. ``missing``: sequence numbers below the highest that no intact record has. ``header``: empty if it is
    damaged.
    """

    session_id: str
    header: Mapping[str, Any]
    permille: NDArray[np.int16]
    valid: NDArray[np.bool_]
    flags: NDArray[np.uint8]
    cues: tuple[Cue, ...]
    faults: tuple[Fault, ...]
    lifting: Lifting
    answers: tuple[Answer, ...]
    crossings: tuple[Crossings, ...]
    marks: tuple[int, ...]
    end: End | None
    damaged: int
    missing: tuple[range, ...]

    @property
    def duration_s(self) -> float:
        """Return how long the session was, as far as the file tells."""
        return len(self.permille) / RATE_HZ


def read_log(data: bytes, session_id: str | None = None) -> SessionLog:
    """Understand the file of a session.

    ``session_id``: 16 hexadecimal digits, from the file's name; needed only if the header is damaged. Raises
    UnknownFormat: no header and no record of that session, or a format that is newer than this tool.
    """
    found_id = _id_from_header(data) or session_id
    if found_id is None or not _ID.fullmatch(found_id):
        raise UnknownFormat("This is no session of a band: it has no header.", _HINT)
    intact = tuple(intact_records(data, found_id))
    if not intact:
        raise UnknownFormat(f"Nothing in the file belongs to session {found_id}.", _HINT)
    return _Reader(found_id, len(data), intact).log()


def intact_records(data: bytes, session_id: str) -> Iterator[Record]:
    """Yield every record of a session whose checksum is right, in the order of the file; none lies inside another."""
    seed = records.seed_of(bytes.fromhex(session_id))
    view = memoryview(data)
    start = data.find(records.SYNC)
    while start >= 0:
        record = _record(view, start, seed)
        if record:
            yield record
        start = data.find(records.SYNC, record.end if record else start + 1)


def _record(view: memoryview, start: int, seed: int) -> Record | None:
    if start + records.OVERHEAD > len(view):
        return None
    _, kind, _, length, sequence, t_ms = struct.unpack_from(records.HEADER_FORMAT, view, start)
    content_end = start + records.HEADER_SIZE + length
    end = content_end + _CRC_SIZE
    if length > records.PAYLOAD_MAX or end > len(view):
        return None
    if zlib.crc32(view[start:content_end], seed) != int.from_bytes(view[content_end:end], "little"):
        return None
    payload = bytes(view[start + records.HEADER_SIZE : content_end])
    return Record(kind, sequence, t_ms, payload, start, end)


def _id_from_header(data: bytes) -> str | None:
    """Return the id in the first intact header. It is in the record that its own checksum starts from."""
    pattern = records.SYNC + bytes((records.HEADER,))
    start = data.find(pattern)
    for _ in range(_HEADERS_TRIED):
        if start < 0:
            return None
        told = _ID_IN_HEADER.search(data, start, start + records.HEADER_SIZE + records.PAYLOAD_MAX)
        if told:
            session_id = told[1].decode()
            if _record(memoryview(data), start, records.seed_of(bytes.fromhex(session_id))):
                return session_id
        start = data.find(pattern, start + 1)
    return None


@dataclass
class _Reader:
    """Takes the intact records of a session together."""

    session_id: str
    size: int
    intact: tuple[Record, ...]
    header: dict[str, Any] = field(default_factory=dict)
    activations: list[tuple[int, NDArray[np.uint16]]] = field(default_factory=list)
    movements: list[tuple[int, NDArray[np.uint8]]] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    reps: list[Rep] = field(default_factory=list)
    sets: list[Set] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    crossings: list[Crossings] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    end: End | None = None
    senseless: int = 0

    def log(self) -> SessionLog:
        """Return what the records say."""
        takers: dict[int, Callable[[bytes], None]] = {
            records.HEADER: self._take_header,
            records.ACTIVATION: self._take_activation,
            records.CUE: lambda payload: self.cues.append(Cue(*_fields("<IB", payload))),
            records.FAULT: lambda payload: self.faults.append(Fault(*_fields("<IBI", payload))),
            records.END: self._take_end,
            records.MOVEMENT: self._take_movement,
            records.REP: self._take_rep,
            records.HOLD: self._take_hold,
            records.SET: self._take_set,
            records.ANSWER: self._take_answer,
            records.CROSSINGS: lambda payload: self.crossings.append(Crossings(*_fields("<IH", payload))),
            records.MARK: lambda payload: self.marks.append(*_fields("<I", payload)),
        }
        in_order = {record.sequence: record for record in reversed(self.intact)}  # of two alike the first
        for _, record in sorted(in_order.items()):
            try:
                takers.get(record.kind, _pass_over)(record.payload)
            except ValueError:
                self.senseless += 1
        length = self._length(self.activations, records.ACTIVATION_STEP_BLOCKS)
        values = _placed(self.activations, length, np.uint16)
        return SessionLog(
            session_id=self.session_id,
            header=self.header,
            permille=(values & records.PERMILLE_MASK).astype(np.int16),
            valid=_placed(((index, np.ones_like(one)) for index, one in self.activations), length, np.bool_),
            flags=(values >> records.FLAGS_SHIFT).astype(np.uint8),
            cues=tuple(self.cues),
            faults=tuple(self.faults),
            lifting=self._lifting(),
            answers=tuple(self.answers),
            crossings=tuple(self.crossings),
            marks=tuple(self.marks),
            end=self.end,
            damaged=self._damaged_stretches() + self.senseless,
            missing=tuple(_gaps(sorted(in_order))),
        )

    def _take_header(self, payload: bytes) -> None:
        told = _json(payload)
        if not isinstance(told, dict):
            raise ValueError("no object")
        if type(told.get("format")) is int and told["format"] > records.FORMAT:
            raise UnknownFormat(
                f"The session has format {told['format']}; this tool reads {records.FORMAT}.", "Update buzzband."
            )
        self.header = {"session": self.session_id} | {
            name: told[name] for name, kind in _HEADER_TYPES.items() if name in told and type(told[name]) is kind
        }

    def _take_activation(self, payload: bytes) -> None:
        self.activations.append(_series(payload, "<u2", records.ACTIVATION_STEP_BLOCKS))

    def _take_movement(self, payload: bytes) -> None:
        self.movements.append(_series(payload, "u1", records.MOVEMENT_STEP_BLOCKS))

    def _take_rep(self, payload: bytes) -> None:
        rep = Rep(*_fields(records.REP_FORMAT, payload))
        _check(rep.start_block, rep.peak_permille, rep.concentric_permille, rep.eccentric_permille)
        self.reps.append(rep)

    def _take_hold(self, payload: bytes) -> None:
        hold = Hold(*_fields(records.HOLD_FORMAT, payload))
        _check(hold.start_block + hold.duration_ms // BLOCK_MS, hold.mean_permille)
        self.holds.append(hold)

    def _take_set(self, payload: bytes) -> None:
        one = Set(*_fields(records.SET_FORMAT, payload))
        if one.reps:
            _check(one.end_block)
            if one.end_block < one.start_block:
                raise ValueError("ends before it begins")
        self.sets.append(one)

    def _take_answer(self, payload: bytes) -> None:
        number, felt, actual = _fields("<HBB", payload)
        self.answers.append(Answer(number, None if felt == records.NO_ANSWER else felt, actual))

    def _take_end(self, payload: bytes) -> None:
        self.end = End(*_fields("<IB", payload))

    def _lifting(self) -> Lifting:
        length = self._length(self.movements, records.MOVEMENT_STEP_BLOCKS)
        degrees = _placed(self.movements, length, np.uint8)
        return Lifting(tuple(self.reps), tuple(self.sets), tuple(self.holds), degrees)

    def _length(self, series: Iterable[tuple[int, NDArray[Any]]], step_blocks: int) -> int:
        """Return how many values there are, those that are missing included."""
        length = max((index + len(values) for index, values in series), default=0)
        if self.end and self.end.blocks <= BLOCKS_MAX:
            length = max(length, self.end.blocks // step_blocks)
        return length

    def _damaged_stretches(self) -> int:
        """Return how many stretches of the file belong to no intact record."""
        edges = [0, *(edge for record in self.intact for edge in (record.start, record.end)), self.size]
        return sum(start < end for start, end in zip(edges[::2], edges[1::2], strict=True))


def _series(payload: bytes, kind: str, step_blocks: int) -> tuple[int, NDArray[Any]]:
    """Return the values of a record, one for every ``step_blocks`` blocks, and the index of the first."""
    (block,) = _fields("<I", payload)
    values = np.frombuffer(payload, kind, offset=4)  # ValueError for a part of a value
    _check(block + step_blocks * len(values))
    return block // step_blocks, values


def _placed(series: Iterable[tuple[int, NDArray[Any]]], length: int, kind: DTypeLike) -> NDArray[Any]:
    """Return the values at their places, 0 where there is none."""
    placed = np.zeros(length, kind)
    for index, values in series:
        placed[index : index + len(values)] = values
    return placed


def _check(last_block: int, *permille: int) -> None:
    """Raise ValueError for what cannot be."""
    if last_block > BLOCKS_MAX:
        raise ValueError("later than a session can be")
    if any(value > records.PERMILLE_MASK for value in permille):
        raise ValueError("more than an activation can be")


def _gaps(sequences: list[int]) -> Iterator[range]:
    """Yield the numbers from 0 on that are not in the sorted ``sequences``: as ranges, for there may be billions."""
    expected = 0
    for sequence in sequences:
        if sequence > expected:
            yield range(expected, sequence)
        expected = sequence + 1


def _fields(layout: str, payload: bytes) -> tuple[int, ...]:
    """Return the numbers at the start of a payload; what a later version appends is passed over."""
    try:
        return struct.unpack_from(layout, payload)
    except struct.error as error:
        raise ValueError(str(error)) from error


def _json(payload: bytes) -> object:
    """Return what a JSON text says, its own text printable and its numbers finite. Raises ValueError."""
    try:
        return _harmless(json.loads(payload.decode(), parse_constant=_finite, parse_float=_finite))
    except RecursionError as error:
        raise ValueError("too deep") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _harmless(value: object) -> object:
    if type(value) is dict:
        return {str(printable(name)): _harmless(item) for name, item in value.items()}
    if type(value) is list:
        return [_harmless(item) for item in value]
    return printable(value)


def _pass_over(_payload: bytes) -> None:
    """Pass over a record of a kind that a later version may have brought."""


def _named(names: tuple[str, ...], number: int) -> str:
    return names[number] if 0 < number < len(names) else f"number {number}"
