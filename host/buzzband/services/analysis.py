"""What a run told, in seconds and words: cues, reps, sets, holds, and when the signal was not to be trusted."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.job import BLOCKS_PER_S, TRACK_RATE_HZ, Settings, Track
from buzzband.outcome import Calibration, CueMark, Hold, Outcome, QualitySpan, Rep, SetSpan
from buzzband.recordings import lifting
from buzzband.recordings.lifting import MOVEMENT_RATE_HZ, Lifting
from buzzband_fw import names
from buzzband_fw.core import exercises, quality, words
from buzzband_fw.core.cue import BLANKED

MS_PER_S = 1000


def outcome(
    name: str,
    *,
    engine: str,
    sample_rate_hz: float | None,
    duration_s: float,
    gain: float | None,
    calibration: Calibration,
    settings: Settings,
    track: Track,
    imu: bool,
    notes: tuple[str, ...] = (),
    reps_from_s: float = 0.0,
) -> Outcome:
    """Put together what a run told.

    ``sample_rate_hz``, ``gain``: None where there was no recording of the muscle, but a log of its activation.
    Sets, holds and cues that began before ``reps_from_s`` are not counted: they were for calibration.
    """
    reps, sets = reps_and_sets(track.lifting, reps_from_s)
    return Outcome(
        name=name,
        engine=engine,
        sample_rate_hz=sample_rate_hz,
        duration_s=duration_s,
        mode=settings.mode or exercises.named(settings.exercise).mode,
        exercise=settings.exercise,
        target_permille=settings.target_permille,
        mains_hz=settings.mains_hz,
        gain=gain,
        calibration=calibration,
        rate_hz=TRACK_RATE_HZ,
        permille=track.permille,
        blanked=track.flags & BLANKED != 0,
        imu=imu,
        movement_rate_hz=MOVEMENT_RATE_HZ,
        movement=track.lifting.degrees if imu else track.lifting.degrees[:0],
        cues=tuple(cue for cue in cue_marks(track) if cue.t_s >= reps_from_s),
        withheld=tuple(cue for cue in withheld_marks(track) if cue.t_s >= reps_from_s),
        reps=reps,
        sets=sets,
        holds=holds(track.lifting, reps_from_s),
        quality=quality_spans(track),
        notes=notes,
    )


def runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def cue_marks(track: Track) -> tuple[CueMark, ...]:
    """Return the words that were said, with the times at which the core had decided on them: the end of their block."""
    return tuple(_mark(block, word) for block, word in track.cues if not word & words.WITHHELD)


def withheld_marks(track: Track) -> tuple[CueMark, ...]:
    """Return the words that were due but not said, by the mode or for the load."""
    return tuple(_mark(block, word) for block, word in track.cues if word & words.WITHHELD)


def _mark(block: int, word: int) -> CueMark:
    return CueMark((block + 1) / BLOCKS_PER_S, word_name(word))


def word_name(word: int) -> str:
    """Return a word of the motor by its name, whether it was said or withheld."""
    number = word & words.WORD_MASK
    return names.WORDS[number] if number < len(names.WORDS) else f"word {number}"


def quality_spans(track: Track) -> tuple[QualitySpan, ...]:
    """Return when which quality flag was up, in order of time."""
    spans = [
        QualitySpan(first / TRACK_RATE_HZ, end / TRACK_RATE_HZ, name)
        for bit, name in enumerate(quality.NAMES)
        for first, end in runs(track.flags & (1 << bit) != 0)
    ]
    return tuple(sorted(spans, key=lambda span: span.t_s))


def holds(told: Lifting, from_s: float = 0.0) -> tuple[Hold, ...]:
    """Return the holds that began at ``from_s`` or later."""
    found = [
        Hold(one.start_block / BLOCKS_PER_S, _end_s(one.start_block, one.duration_ms), one.mean_permille)
        for one in told.holds
    ]
    return tuple(hold for hold in found if hold.start_s >= from_s)


def reps_and_sets(told: Lifting, from_s: float = 0.0) -> tuple[tuple[Rep, ...], tuple[SetSpan, ...]]:
    """Return the reps that count and their sets, in order; without the sets that began before ``from_s``.

    A set whose end was not told, because the session ended first, is made from its reps.
    """
    ends = {one.number: one for one in told.counted_sets()}
    by_set: dict[int, list[lifting.Rep]] = {number: [] for number in ends}
    for rep in told.counted():
        by_set.setdefault(rep.set, []).append(rep)
    reps: list[Rep] = []
    sets: list[SetSpan] = []
    for number, members in sorted(by_set.items()):
        span = _told(ends[number]) if number in ends else _cut_off(members)
        if span.start_s >= from_s:
            reps += [_rep(rep, len(sets)) for rep in members]
            sets.append(span)
    return tuple(reps), tuple(sets)


def _told(one: lifting.Set) -> SetSpan:
    return SetSpan(
        one.start_block / BLOCKS_PER_S,
        one.end_block / BLOCKS_PER_S,
        one.reps,
        one.pace_name,
        one.cycle_ms / MS_PER_S,
    )


def _cut_off(reps: Sequence[lifting.Rep]) -> SetSpan:
    first, last = reps[0], reps[-1]
    cycles = max(len(reps) - 1, 1)
    return SetSpan(
        first.start_block / BLOCKS_PER_S,
        _end_s(last.start_block, last.length_ms),
        len(reps),
        cycle_s=(last.start_block - first.start_block) / BLOCKS_PER_S / cycles,
    )


def _rep(rep: lifting.Rep, index: int) -> Rep:
    to_peak_ms = rep.length_ms if rep.lowers_first else rep.concentric_ms
    return Rep(
        set=index,
        start_s=rep.start_block / BLOCKS_PER_S,
        peak_s=_end_s(rep.start_block, to_peak_ms),
        end_s=_end_s(rep.start_block, rep.length_ms),
        concentric_s=rep.concentric_ms / MS_PER_S,
        eccentric_s=rep.eccentric_ms / MS_PER_S,
        hold_s=rep.hold_ms / MS_PER_S,
        peak_permille=rep.peak_permille,
        mean_permille=_mean_permille(rep),
        concentric_permille=rep.concentric_permille,
        eccentric_permille=rep.eccentric_permille,
        source=rep.source_name,
        lowers_first=rep.lowers_first,
        muscle_off=rep.muscle_off,
        too_fast=rep.too_fast,
        approximate=rep.approximate,
    )


def _mean_permille(rep: lifting.Rep) -> int:
    """Return the mean of both phases, each weighted by how long it took."""
    moved_ms = rep.concentric_ms + rep.eccentric_ms
    total = rep.concentric_permille * rep.concentric_ms + rep.eccentric_permille * rep.eccentric_ms
    return total // moved_ms if moved_ms else 0


def _end_s(start_block: int, duration_ms: int) -> float:
    return (start_block * (MS_PER_S // BLOCKS_PER_S) + duration_ms) / MS_PER_S
