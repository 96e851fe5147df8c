"""How the muscle worked in a set: what biofeedback trainers compute, from the activation 50 times a second.

Work average, onset and release times and deviation are those of pelvic-floor and rehabilitation trainers, which take
them of timed contractions; here a set is the work. Bursts are scored as by physiotherapists who count contractions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzband.outcome import Crossings, Outcome, Rep
from buzzband.report.measures import SetFigures

LEFT_OUT_S = 1.0  # at the start of the work, while it builds up
ONSET_PERCENT = 75.0  # of the work average
RELEASE_PERCENT = 37.5
BURST_PERCENT = 50  # of the target
BURST_MIN_S = 0.1
BURST_GAP_S = 0.2
GOOD_BURST_S = 0.5
RATES = 3  # reps whose zero crossings are averaged: one alone is off by some 5 %

_Values = NDArray[np.int32]


@dataclass(frozen=True)
class RepEffort:
    """``above_s``: time at the target or above. ``onset_s``, ``release_s``: None where the muscle did not get there."""

    above_s: float
    onset_s: float | None
    release_s: float | None


@dataclass(frozen=True)
class Burst:
    """A contraction, whether or not the limb moved. ``good``: it reached the target and was long enough."""

    start_s: float
    end_s: float
    peak_permille: int
    good: bool


@dataclass(frozen=True)
class Effort:
    """A set. ``average_permille``, ``deviation_permille``: of its work; None where there is too little of it.

    ``first_hz``, ``last_hz``: zero crossings a second in its first and last reps; None without enough of them.
    ``reps``: one for each of the set.
    """

    average_permille: float | None
    deviation_permille: float | None
    above_s: float
    reps: tuple[RepEffort, ...]
    bursts: tuple[Burst, ...]
    first_hz: float | None
    last_hz: float | None

    @property
    def onset_s(self) -> float | None:
        """Return the median of the reps."""
        return _median([rep.onset_s for rep in self.reps])

    @property
    def release_s(self) -> float | None:
        """Return the median of the reps."""
        return _median([rep.release_s for rep in self.reps])

    @property
    def good_bursts(self) -> int:
        """Return how many bursts were good."""
        return sum(burst.good for burst in self.bursts)


def efforts(outcome: Outcome, sets: Sequence[SetFigures]) -> tuple[Effort, ...]:
    """Return how the muscle worked in each of the sets."""
    found = bursts(outcome)
    return tuple(_effort(outcome, one, found) for one in sets)


def bursts(outcome: Outcome) -> tuple[Burst, ...]:
    """Return every time of ``BURST_MIN_S`` or more at half the target or above; short gaps do not end it."""
    level = outcome.target_permille * BURST_PERCENT / 100
    runs = _joined(_runs(outcome.permille >= level), round(BURST_GAP_S * outcome.rate_hz))
    return tuple(
        _burst(outcome, first, end) for first, end in runs if end - first >= round(BURST_MIN_S * outcome.rate_hz)
    )


def rates_of(outcome: Outcome, one: SetFigures) -> tuple[Crossings, ...]:
    """Return the zero-crossing rates of a set: those told from its start to the start of the next."""
    later = [span.start_s for span in outcome.sets if span.start_s > one.span.start_s]
    until_s = min(later, default=outcome.duration_s + 1)
    told = outcome.logged.crossings if outcome.logged else ()
    return tuple(rate for rate in told if one.span.start_s < rate.t_s <= until_s)


def _effort(outcome: Outcome, one: SetFigures, found: Sequence[Burst]) -> Effort:
    span, rate_hz = one.span, outcome.rate_hz
    work = outcome.permille[_work(outcome, one)]
    average = float(work.mean()) if len(work) else None
    rates = [rate.rate_hz for rate in rates_of(outcome, one)]
    return Effort(
        average_permille=average,
        deviation_permille=_deviation(work, rate_hz),
        above_s=_above_s(outcome, span.start_s, span.end_s),
        reps=tuple(_reps(outcome, one, average)),
        bursts=tuple(burst for burst in found if burst.end_s > span.start_s and burst.start_s < span.end_s),
        first_hz=float(np.mean(rates[:RATES])) if len(rates) >= RATES else None,
        last_hz=float(np.mean(rates[-RATES:])) if len(rates) >= RATES else None,
    )


def _work(outcome: Outcome, one: SetFigures) -> NDArray[np.bool_]:
    """Return what of the activation is the work of a set: its reps, or all of it without reps; not its first second."""
    work = np.zeros(len(outcome.permille), np.bool_)
    for stretch in one.reps or (one.span,):
        work[outcome.between(stretch.start_s, stretch.end_s)] = True
    work[outcome.between(one.span.start_s, one.span.start_s + LEFT_OUT_S)] = False
    return work & outcome.is_there()


def _deviation(work: _Values, rate_hz: int) -> float | None:
    """Return by how much the means of its seconds are off their average, in the mean; None if it has less than two."""
    seconds = len(work) // rate_hz
    if seconds < 2:
        return None
    means = work[: seconds * rate_hz].reshape(seconds, rate_hz).mean(axis=1)
    return float(np.abs(means - work.mean()).mean())


def _reps(outcome: Outcome, one: SetFigures, average: float | None) -> Iterator[RepEffort]:
    ends = [*[rep.start_s for rep in one.reps][1:], one.span.end_s + LEFT_OUT_S] if one.reps else []
    for rep, until_s in zip(one.reps, ends, strict=True):
        above_s = _above_s(outcome, rep.start_s, rep.end_s)
        if not average:
            yield RepEffort(above_s, None, None)
            continue
        yield RepEffort(above_s, _onset_s(outcome, rep, average), _release_s(outcome, rep, average, until_s))


def _onset_s(outcome: Outcome, rep: Rep, average: float) -> float | None:
    """Return how long after its start the muscle first was at ``ONSET_PERCENT`` of the average."""
    span = outcome.between(rep.start_s, rep.end_s)
    at = np.flatnonzero(outcome.permille[span] >= average * ONSET_PERCENT / 100)
    return (span.start + int(at[0]) + 1) / outcome.rate_hz - rep.start_s if len(at) else None


def _release_s(outcome: Outcome, rep: Rep, average: float, until_s: float) -> float | None:
    """Return how long the muscle took from the last moment at ``ONSET_PERCENT`` to below ``RELEASE_PERCENT``."""
    span = outcome.between(rep.start_s, rep.end_s)
    at = np.flatnonzero(outcome.permille[span] >= average * ONSET_PERCENT / 100)
    if not len(at):
        return None
    last = span.start + int(at[-1])
    after = outcome.permille[last : outcome.between(0, until_s).stop]
    below = np.flatnonzero(after < average * RELEASE_PERCENT / 100)
    return int(below[0]) / outcome.rate_hz if len(below) else None


def _above_s(outcome: Outcome, start_s: float, end_s: float) -> float:
    inside = outcome.permille[outcome.between(start_s, end_s)]
    return int((inside >= outcome.target_permille).sum()) / outcome.rate_hz


def _burst(outcome: Outcome, first: int, end: int) -> Burst:
    peak = int(outcome.permille[first:end].max())
    long_enough = end - first >= round(GOOD_BURST_S * outcome.rate_hz)
    return Burst(first / outcome.rate_hz, end / outcome.rate_hz, peak, peak >= outcome.target_permille and long_enough)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, end) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _joined(runs: Sequence[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Return the runs, those made one that are less than ``gap`` values apart."""
    joined: list[tuple[int, int]] = []
    for first, end in runs:
        if joined and first - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((first, end))
    return joined


def _median(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return float(np.median(there)) if there else None
