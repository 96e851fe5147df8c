"""What a page must show, computed once more from a session's file with nothing but docs/log-format.md and numpy."""

import json
import struct
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recordings.slow_series import unpack

RAIL_FLAT_HUM = 7


@dataclass
class Rep:
    """A REP, times in s. ``first``, ``end``: the activations of its time."""

    set: int
    number: int
    revision: int
    flags: int
    start: float
    concentric: float
    hold: float
    eccentric: float
    peak: int
    up: int
    down: int

    @property
    def end(self) -> float:
        return self.start + self.concentric + self.hold + self.eccentric


@dataclass
class Raw:
    header: dict[str, Any] = field(default_factory=dict)
    value: dict[int, tuple[int, int]] = field(default_factory=dict)  # permille, flags by 1/50 s
    reps: dict[tuple[int, int, int], Rep] = field(default_factory=dict)
    sets: dict[int, tuple[int, int, float, float]] = field(default_factory=dict)  # revision, reps, start, end
    holds: list[tuple[float, float, int]] = field(default_factory=list)
    answers: dict[int, tuple[int, int]] = field(default_factory=dict)
    crossings: list[tuple[float, int]] = field(default_factory=list)

    @property
    def target(self) -> int:
        return int(self.header["settings"].get("target_permille", 500))

    @property
    def by_set(self) -> list[tuple[float, float, list[Rep]]]:
        """Start, end and reps of each set that counts."""
        found: dict[int, list[Rep]] = defaultdict(list)
        for rep in self.reps.values():
            one = self.sets.get(rep.set)
            if one is None or (rep.revision == one[0] and rep.number < one[1]):
                found[rep.set] = [*(other for other in found[rep.set] if other.number != rep.number), rep]
        spans = []
        for number in sorted({*found, *(number for number, one in self.sets.items() if one[1])}):
            reps = sorted(found[number], key=lambda rep: rep.number)
            start, end = self.sets[number][2:] if number in self.sets else (reps[0].start, reps[-1].end)
            spans.append((start, end, reps))
        return spans

    @property
    def permille(self) -> NDArray[np.int64]:
        """Every 20 ms; -1 where nothing was recorded."""
        found = np.full(max(self.value) + 1, -1)
        for at, (level, _) in self.value.items():
            found[at] = level
        return found

    def inside(self, start: float, end: float) -> NDArray[np.bool_]:
        """Which values are later than start and no later than end: value i is that at (i + 1) / 50."""
        times = np.round((np.arange(len(self.permille)) + 1) / 50, 6)
        return (times > round(start, 6)) & (times <= round(end, 6))

    def trusted(self, start: float, end: float) -> bool:
        """Whether no value whose 20 ms overlap with the stretch is flagged or not there."""
        for at in range(len(self.permille)):
            overlaps = round(at / 50, 6) < round(end, 6) and round((at + 1) / 50, 6) > round(start, 6)
            if overlaps and (at not in self.value or self.value[at][1] & RAIL_FLAT_HUM):
                return False
        return True

    def good(self, rep: Rep) -> bool:
        clean = not rep.flags & 0b11 and rep.concentric > 0 and rep.eccentric > 0
        return rep.peak >= self.target and clean and self.trusted(rep.start, rep.end)


def read(data: bytes) -> Raw:
    """Take every record once; the files that this is given are not damaged."""
    raw, at, seen = Raw(), 0, set()
    while at < len(data):
        _, kind, _, length, sequence, _ = struct.unpack_from("<2sBBHII", data, at)
        payload = data[at + 14 : at + 14 + length]
        at += 18 + length
        if sequence not in seen:
            seen.add(sequence)
            _take(raw, kind, payload)
    return raw


def _take(raw: Raw, kind: int, payload: bytes) -> None:
    if kind == 1:
        raw.header = json.loads(payload)
    elif kind == 2:
        block, levels, flags = unpack(payload)
        raw.value.update(
            (block // 2 + at, (4 * level, flag)) for at, (level, flag) in enumerate(zip(levels, flags, strict=True))
        )
    elif kind == 7:
        of, number, revision, _, flags, block, up, hold, down, *levels = struct.unpack("<HHBBBIHHHHHH", payload)
        raw.reps[of, number, revision] = Rep(
            of, number, revision, flags, block / 100, up / 1000, hold / 1000, down / 1000, *levels
        )
    elif kind == 8:
        block, ms, mean = struct.unpack("<IIH", payload)
        raw.holds.append((block / 100, ms / 1000, mean))
    elif kind == 9:
        of, revision, _, _, reps, start, end, _ = struct.unpack("<HBBBHIIH", payload)
        raw.sets[of] = revision, reps, start / 100, end / 100
    elif kind == 10:
        of, felt, actual = struct.unpack("<HBB", payload)
        raw.answers[of] = felt, actual
    elif kind == 11:
        block, rate = struct.unpack("<IH", payload)
        raw.crossings.append((block / 100, rate))
