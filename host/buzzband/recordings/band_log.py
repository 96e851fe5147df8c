"""A session as the band kept it: a file of records, of which every intact one counts, whatever lies between them.

The contract is docs/log-format.md. Nothing in the file is believed unless its checksum is right, and no number in it
decides how much memory or time is spent.
"""

import re
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from buzzband.errors import UnknownFormat
from buzzband.recordings.clips import KINDS as CLIP_KINDS
from buzzband.recordings.clips import Clip, clips_of
from buzzband.recordings.framing import Record, damaged_stretches, id_in, intact_records, missing, numbered
from buzzband.recordings.lifting import Hold, Lifting, Rep, Set
from buzzband.recordings.log_header import read_header
from buzzband.recordings.series import unpack
from buzzband_fw import names
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.store import records

__all__ = ("Record", "SessionLog", "intact_records", "read_log")

RATE_HZ = 50
BLOCKS_MAX = 24 * 3600 * 100  # a day: what claims to be later is damaged

_HINT = "Give a file from a band's /log, under the name that it has there."
_PERMILLE_MAX = 0xFFF
_ID = re.compile(r"[0-9a-f]{16}")

Series = tuple[int, NDArray[np.int16], NDArray[np.uint8]]
"""Index of the first value, levels, flags."""


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
class Time:
    """What a host told after a block: ``utc_ms`` since 1970, when the band's clock was at ``t_ms``, modulo 2^30.

    ``round_trip_ms``: how long the telling took.
    """

    block: int
    t_ms: int
    utc_ms: int
    round_trip_ms: int


@dataclass(frozen=True)
class Told:
    """The last time that a band knew when a session began: what a host had told in boot ``boot`` at its clock."""

    boot: int
    t_ms: int
    utc_ms: int


@dataclass(frozen=True)
class End:
    """How the session ended, after ``blocks`` blocks. ``writes``: to flash, for it, by then."""

    blocks: int
    reason: int
    writes: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """Return the reason in a word."""
        return _named(names.ENDS, self.reason)


@dataclass(frozen=True, eq=False)
class SessionLog:
    """A session. Value ``i`` of the arrays is that after block 2 ``i`` + 1: 50 values a second.

    ``permille``, in steps of 4, and ``flags`` (those of quality and cue: rail 1, flat 2, hum 4, blanked 8): 0 where
    ``valid`` is not true. ``t_ms``: the band's clock when the session began, None if that is damaged. ``marks``: blocks
    that the wearer has marked. ``lifting``: its degrees are those after block 8 ``i`` + 7, and 0
    where there are none. ``end``: None if the session was cut off. ``damaged``: stretches of the file and records that
    make no sense. ``missing``: sequence numbers below the highest that no intact record has. ``header``: empty if it is
    damaged. ``clip_parts``: what ``clips`` are made from.
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
    times: tuple[Time, ...]
    t_ms: int | None
    end: End | None
    damaged: int
    missing: tuple[range, ...]
    clip_parts: tuple[Record, ...] = ()

    def clips(self) -> tuple[tuple[Clip, ...], int]:
        """Return the clips of raw EMG that are whole, in order, and how many are not. They are unpacked each time."""
        return clips_of(self.clip_parts)

    @property
    def duration_s(self) -> float:
        """Return how long the session was, as far as the file tells."""
        return len(self.permille) / RATE_HZ

    @property
    def boot(self) -> int | None:
        """Return in which boot of the band it began: a number that grows by one at each power-on or reset."""
        return self.header.get("boot")

    @property
    def reset(self) -> str | None:
        """Return what that boot began with: ``power_on``, ``watchdog``, ``soft`` or ``unknown``."""
        return self.header.get("reset")

    @property
    def told(self) -> Told | None:
        """Return the last time that the band knew when it began."""
        mark = self.header.get("time") or {}
        numbers = [number for name in ("boot", "t_ms", "utc_ms") if type(number := mark.get(name)) is int]
        return Told(*numbers) if len(numbers) == 3 else None


def read_log(data: bytes, session_id: str | None = None) -> SessionLog:
    """Understand the file of a session.

    ``session_id``: 16 hexadecimal digits, from the file's name; needed only if the header is damaged. Raises
    UnknownFormat: no header and no record of that session, or a format that is newer than this tool.
    """
    found_id = id_in(data) or session_id
    if found_id is None or not _ID.fullmatch(found_id):
        raise UnknownFormat("This is no session of a band: it has no header.", _HINT)
    intact = tuple(intact_records(data, found_id))
    if not intact:
        raise UnknownFormat(f"Nothing in the file belongs to session {found_id}.", _HINT)
    return _Reader(found_id, len(data), intact).log()


@dataclass
class _Reader:
    """Takes the intact records of a session together."""

    session_id: str
    size: int
    intact: tuple[Record, ...]
    header: dict[str, Any] = field(default_factory=dict)
    t_ms: int | None = None
    activations: list[Series] = field(default_factory=list)
    movements: list[Series] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    reps: list[Rep] = field(default_factory=list)
    sets: list[Set] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    crossings: list[Crossings] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)
    end: End | None = None
    senseless: int = 0

    def log(self) -> SessionLog:
        """Return what the records say."""
        takers: dict[int, Callable[[Record], None]] = {
            records.HEADER: self._take_header,
            records.ACTIVATION: self._take_activation,
            records.CUE: lambda record: self.cues.append(Cue(*_fields("<IB", record))),
            records.FAULT: lambda record: self.faults.append(Fault(*_fields("<IBI", record))),
            records.END: self._take_end,
            records.MOVEMENT: self._take_movement,
            records.REP: self._take_rep,
            records.HOLD: self._take_hold,
            records.SET: self._take_set,
            records.ANSWER: self._take_answer,
            records.CROSSINGS: lambda record: self.crossings.append(Crossings(*_fields("<IH", record))),
            records.MARK: lambda record: self.marks.append(*_fields("<I", record)),
            records.TIME: self._take_time,
        }
        in_order = numbered(self.intact)
        for record in in_order.values():
            try:
                takers.get(record.kind, _pass_over)(record)
            except ValueError:
                self.senseless += 1
        length = self._length(self.activations, records.ACTIVATION_STEP_BLOCKS)
        return SessionLog(
            session_id=self.session_id,
            header=self.header,
            permille=_placed([(index, levels) for index, levels, _ in self.activations], length, np.int16)
            * np.int16(records.ACTIVATION_UNIT),
            valid=_placed([(index, levels >= 0) for index, levels, _ in self.activations], length, np.bool_),
            flags=_placed([(index, flags) for index, _, flags in self.activations], length, np.uint8),
            cues=tuple(self.cues),
            faults=tuple(self.faults),
            lifting=self._lifting(),
            answers=tuple(self.answers),
            crossings=tuple(self.crossings),
            marks=tuple(self.marks),
            times=tuple(self.times),
            t_ms=self.t_ms,
            end=self.end,
            damaged=damaged_stretches(self.intact, self.size) + self.senseless,
            missing=tuple(missing(list(in_order))),
            clip_parts=tuple(record for record in in_order.values() if record.kind in CLIP_KINDS),
        )

    def _take_header(self, record: Record) -> None:
        self.header = read_header(record.payload, self.session_id)
        self.t_ms = record.t_ms

    def _take_activation(self, record: Record) -> None:
        self.activations.append(_series(record, records.ACTIVATION_STEP_BLOCKS))

    def _take_movement(self, record: Record) -> None:
        self.movements.append(_series(record, records.MOVEMENT_STEP_BLOCKS))

    def _take_time(self, record: Record) -> None:
        block, utc_ms, round_trip_ms = _fields("<IQH", record)
        self.times.append(Time(block, record.t_ms, utc_ms, round_trip_ms))

    def _take_rep(self, record: Record) -> None:
        rep = Rep(*_fields(records.REP_FORMAT, record))
        _check(rep.start_block, rep.peak_permille, rep.concentric_permille, rep.eccentric_permille)
        self.reps.append(rep)

    def _take_hold(self, record: Record) -> None:
        hold = Hold(*_fields(records.HOLD_FORMAT, record))
        _check(hold.start_block + hold.duration_ms // BLOCK_MS, hold.mean_permille)
        self.holds.append(hold)

    def _take_set(self, record: Record) -> None:
        one = Set(*_fields(records.SET_FORMAT, record))
        if one.reps:
            _check(one.end_block)
            if one.end_block < one.start_block:
                raise ValueError("ends before it begins")
        self.sets.append(one)

    def _take_answer(self, record: Record) -> None:
        number, felt, actual = _fields("<HBB", record)
        self.answers.append(Answer(number, None if felt == records.NO_ANSWER else felt, actual))

    def _take_end(self, record: Record) -> None:
        self.end = End(*_fields("<IBH", record))

    def _lifting(self) -> Lifting:
        length = self._length(self.movements, records.MOVEMENT_STEP_BLOCKS)
        degrees = _placed([(index, levels) for index, levels, _ in self.movements], length, np.uint8)
        return Lifting(tuple(self.reps), tuple(self.sets), tuple(self.holds), degrees)

    def _length(self, series: Iterable[Series], step_blocks: int) -> int:
        """Return how many values there are, those that are missing included."""
        length = max((index + len(levels) for index, levels, _ in series), default=0)
        if self.end and self.end.blocks <= BLOCKS_MAX:
            length = max(length, self.end.blocks // step_blocks)
        return length


def _series(record: Record, step_blocks: int) -> Series:
    """Return the values of a record, one for every ``step_blocks`` blocks, and the index of the first."""
    block, levels, flags = unpack(record.payload)
    _check(block + step_blocks * len(levels))
    return block // step_blocks, np.array(levels, np.int16), np.array(flags, np.uint8)


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
    if any(value > _PERMILLE_MAX for value in permille):
        raise ValueError("more than an activation can be")


def _fields(layout: str, record: Record) -> tuple[int, ...]:
    """Return the numbers at the start of a payload; what a later version appends is passed over."""
    try:
        return struct.unpack_from(layout, record.payload)
    except struct.error as error:
        raise ValueError(str(error)) from error


def _pass_over(_record: Record) -> None:
    """Pass over a record of a kind that a later version may have brought."""


def _named(names: tuple[str, ...], number: int) -> str:
    return names[number] if 0 < number < len(names) else f"number {number}"
