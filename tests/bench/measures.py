"""What is measured of a detector: how late its cues are, how many are false, how many bursts it finds.

A cue counts for a burst from ``early_s`` before its onset to ``LATE_S`` after its end, and for one burst only. The
first one is the hit; every other cue, in a burst or between two, is false. A burst without a cue is infinitely late: a
detector that finds half of them has no median latency.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

LATE_S = 0.1  # the tolerance of burst F1: an envelope is late at the end of a burst, too
ONSET_S = 0.1  # the tolerance of onset F1


class Burst(NamedTuple):
    """A contraction as the reference has it."""

    onset_s: float
    end_s: float


class Hit(NamedTuple):
    """The cue for a burst, so many seconds after its onset; infinitely many if there was none."""

    onset_s: float
    latency_s: float


@dataclass(frozen=True)
class Tally:
    """What became of the bursts of ``duration_s`` seconds, and how many cues were false."""

    latencies_s: tuple[float, ...]
    false: int
    duration_s: float

    @property
    def found(self) -> int:
        """Return how many bursts got a cue."""
        return sum(latency < np.inf for latency in self.latencies_s)

    @property
    def median_latency_s(self) -> float:
        """Return the median over all bursts; infinite if half of them got no cue, or there was none."""
        return float(np.median(self.latencies_s)) if self.latencies_s else np.inf

    @property
    def false_per_min(self) -> float:
        """Return false cues in a minute of recording."""
        return 60 * self.false / self.duration_s

    @property
    def burst_f1(self) -> float:
        """Return F1 = 2 TP / (2 TP + FP + FN) where a burst is found if it got a cue."""
        return _f1(self.found, self.false, len(self.latencies_s))

    @property
    def onset_f1(self) -> float:
        """Return F1 where a burst is found if its cue lies within 100 ms of the onset."""
        near = sum(abs(latency) <= ONSET_S for latency in self.latencies_s)
        return _f1(near, self.false + self.found - near, len(self.latencies_s))


def _f1(true: int, false: int, bursts: int) -> float:
    return 2 * true / (true + false + bursts) if bursts else 0.0


@dataclass(frozen=True)
class Matched:
    """What each burst of a recording got, in order, and the times of the false cues."""

    hits: tuple[Hit, ...]
    false_s: tuple[float, ...]

    def between(self, start_s: float, end_s: float) -> Tally:
        """Count what lies from ``start_s`` to ``end_s``: bursts by their onset, false cues by their time."""
        return Tally(
            tuple(hit.latency_s for hit in self.hits if start_s <= hit.onset_s < end_s),
            sum(start_s <= cue_s < end_s for cue_s in self.false_s),
            end_s - start_s,
        )


def matched(cues_s: Iterable[float], bursts: Sequence[Burst], early_s: float) -> Matched:
    """Give each cue to the first burst that it may be for and that has none. Both are in order of time."""
    given: dict[int, float] = {}
    false = []
    current = 0
    for cue_s in cues_s:
        while current < len(bursts) and bursts[current].end_s + LATE_S < cue_s:
            current += 1
        index = current
        while index < len(bursts) and bursts[index].onset_s - early_s <= cue_s and index in given:
            index += 1
        if index < len(bursts) and bursts[index].onset_s - early_s <= cue_s:
            given[index] = cue_s
        else:
            false.append(cue_s)
    hits = tuple(Hit(one.onset_s, given.get(index, np.inf) - one.onset_s) for index, one in enumerate(bursts))
    return Matched(hits, tuple(false))


def total(tallies: Iterable[Tally]) -> Tally:
    """Return one count of several."""
    parts = list(tallies)
    return Tally(
        tuple(latency for one in parts for latency in one.latencies_s),
        sum(one.false for one in parts),
        sum(one.duration_s for one in parts),
    )


def fastest(tallies: Iterable[Tally], false_per_min: float, found_share: float = 0.0) -> Tally | None:
    """Return the one with the least median latency of those within a limit, if any.

    Within it is what has ``false_per_min`` false cues at most, and found ``found_share`` of the bursts at least.
    """
    allowed = [
        one for one in tallies if one.false_per_min <= false_per_min and one.found >= found_share * len(one.latencies_s)
    ]
    return min(allowed, key=lambda one: one.median_latency_s, default=None)
