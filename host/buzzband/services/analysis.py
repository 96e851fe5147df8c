"""What can be said of a run afterwards: contractions, sets, and when the signal was not to be trusted."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.job import BLOCKS_PER_S, TRACK_RATE_HZ, Track
from buzzband.outcome import CueMark, QualitySpan, Rep, SetSpan
from buzzband_fw.core import quality, words

SET_GAP_S = 8.0
LEVEL_PERCENT = 40
MERGE_S = 0.5
BURST_MIN_S = 0.1  # GHOSTLY's rule for a burst
NEAR_PEAK_PERMILLE = 900  # a rep is held while it is within 10 % of its peak


def runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def cue_marks(track: Track) -> tuple[CueMark, ...]:
    """Return the words with the times at which the core had decided on them: the end of their block."""
    return tuple(CueMark((block + 1) / BLOCKS_PER_S, words.NAMES[word]) for block, word in track.cues)


def quality_spans(track: Track) -> tuple[QualitySpan, ...]:
    """Return when which quality flag was up, in order of time."""
    spans = [
        QualitySpan(first / TRACK_RATE_HZ, end / TRACK_RATE_HZ, name)
        for bit, name in enumerate(quality.NAMES)
        for first, end in runs(track.flags & (1 << bit) != 0)
    ]
    return tuple(sorted(spans, key=lambda span: span.t_s))


def contractions(permille: NDArray[np.int32], target_permille: int) -> tuple[Rep, ...]:
    """Return the contractions in an activation at 50 Hz.

    One lasts from where the activation rises above 40 % of the target to where it stays below for half a second, and at
    least 100 ms. The level is low so that a rep stays in one piece when the muscle works at half force on the way down.
    """
    level = target_permille * LEVEL_PERCENT // 100
    merged: list[list[int]] = []
    for first, end in runs(permille >= max(level, 1)):
        if merged and first - merged[-1][1] < MERGE_S * TRACK_RATE_HZ:
            merged[-1][1] = end
        else:
            merged.append([first, end])
    return tuple(_rep(permille, first, end) for first, end in merged if end - first >= BURST_MIN_S * TRACK_RATE_HZ)


def _rep(permille: NDArray[np.int32], first: int, end: int) -> Rep:
    part = permille[first:end]
    peak = int(part.argmax())
    near = np.flatnonzero(part * 1000 >= part[peak] * NEAR_PEAK_PERMILLE)
    return Rep(
        start_s=first / TRACK_RATE_HZ,
        peak_s=(first + peak) / TRACK_RATE_HZ,
        end_s=end / TRACK_RATE_HZ,
        concentric_s=int(near[0]) / TRACK_RATE_HZ,
        hold_s=int(near[-1] + 1 - near[0]) / TRACK_RATE_HZ,
        eccentric_s=int(len(part) - near[-1] - 1) / TRACK_RATE_HZ,
        peak_permille=int(part[peak]),
        mean_permille=round(float(part.mean())),
        source="emg",
    )


def sets(reps: Sequence[Rep]) -> tuple[SetSpan, ...]:
    """Return the sets: reps with less than 8 s from the end of one to the start of the next."""
    starts = [n for n in range(len(reps)) if n == 0 or _apart(reps[n - 1], reps[n])]
    ends = [*starts[1:], len(reps)]
    return tuple(
        SetSpan(reps[first].start_s, reps[end - 1].end_s, first, end - first)
        for first, end in zip(starts, ends, strict=False)
    )


def _apart(one: Rep, after: Rep) -> bool:
    """Return whether a set ends between two reps, counted in blocks: 0.02 + 8 - 0.02 is less than 8."""
    return round((after.start_s - one.end_s) * BLOCKS_PER_S) >= SET_GAP_S * BLOCKS_PER_S
