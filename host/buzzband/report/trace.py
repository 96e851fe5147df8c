"""Activation and movement as points of a line that a small figure can hold."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from buzzband.outcome import Outcome

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trace:
    """A line: times in s, activation in percent, and whether the motor may be in a point; shapes (n,).

    ``thinned``: a column of the figure stands for more than two samples, of which it has the least and the greatest.
    """

    times_s: Points
    percent: Points
    blanked: NDArray[np.bool_]
    thinned: bool

    def clean(self) -> Points:
        """Return the percentages, NaN where the motor may be in them."""
        return np.where(self.blanked, np.nan, self.percent)

    def spoilt(self) -> Points:
        """Return the percentages that the motor may be in, and the point on either side, so that the line joins."""
        near = self.blanked.copy()
        near[1:] |= self.blanked[:-1]
        near[:-1] |= self.blanked[1:]
        return np.where(near, self.percent, np.nan)


def trace(outcome: Outcome, start_s: float, end_s: float, columns: int) -> Trace:
    """Return the activation from ``start_s`` to ``end_s`` in at most two points for each of ``columns`` columns."""
    first = max(0, int(start_s * outcome.rate_hz))
    last = min(len(outcome.permille), int(np.ceil(end_s * outcome.rate_hz)))
    values = outcome.permille[first:last]
    blanked = outcome.blanked[first:last]
    thinned = len(values) > 2 * columns
    kept = extremes(values, columns) if thinned else np.arange(len(values))
    if thinned:
        blanked = _mostly(blanked, len(values), columns)
    return Trace((first + kept) / outcome.rate_hz, values[kept] / 10, blanked[kept], thinned)


def movement(outcome: Outcome, start_s: float, end_s: float, columns: int) -> tuple[Points, Points]:
    """Return times in s and degrees from ``start_s`` to ``end_s``, in at most two points for each column."""
    first = max(0, int(start_s * outcome.movement_rate_hz))
    last = min(len(outcome.movement), int(np.ceil(end_s * outcome.movement_rate_hz)))
    degrees = outcome.movement[first:last]
    kept = extremes(degrees, columns) if len(degrees) > 2 * columns else np.arange(len(degrees))
    return (first + kept + 1) / outcome.movement_rate_hz, degrees[kept].astype(np.float64)


def blanks_hidden(outcome: Outcome, columns: int) -> bool:
    """Return whether so many columns hide most of the blanked samples among others."""
    if not outcome.blanked.any():
        return False
    shown = trace(outcome, 0.0, outcome.duration_s, columns).blanked
    return bool(shown.mean() < outcome.blanked.mean() / 2)


def extremes(values: NDArray[np.integer], columns: int) -> NDArray[np.intp]:
    """Return where the least and the greatest value of each of ``columns`` equal runs is, in order of time."""
    picks = [
        index
        for start, end in pairwise(_edges(len(values), columns).tolist())
        for index in sorted((start + values[start:end].argmin(), start + values[start:end].argmax()))
    ]
    return np.unique(np.array(picks, dtype=np.intp))


def _edges(length: int, columns: int) -> NDArray[np.intp]:
    """Return where each of ``columns`` runs of ``length`` samples starts, and the end."""
    return np.arange(columns + 1, dtype=np.intp) * length // columns


def _mostly(blanked: NDArray[np.bool_], length: int, columns: int) -> NDArray[np.bool_]:
    """Return for each sample whether most of the samples in its column are blanked: a column has one look."""
    edges = _edges(length, columns)
    sums = np.add.reduceat(blanked.astype(np.intp), edges[:-1])
    return np.repeat(2 * sums > np.diff(edges), np.diff(edges))
