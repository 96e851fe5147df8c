"""Pairs of sets, one cued and one silent, of one session: what ``buzzband compare`` goes by.

The band numbers the sets of a session that count; the first and the second are a pair, the third and the fourth, and so
on, wherever the plan has one of the two silent. EMG of different days, loads or exercises is never set side by side.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buzzband.archive.archive import Session
from buzzband.recordings.band_log import RATE_HZ, SessionLog
from buzzband.recordings.lifting import Rep, Set
from buzzband_fw.core import exercises, quality
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.load import is_heavy
from buzzband_fw.core.modes.mode import OF_WORK
from buzzband_fw.core.words import WITHHELD, WORD_MASK
from buzzband_fw.store.schema import cleaned, values_of

MODES = ("reach", "below")  # those that speak of the muscle, rep by rep, and alike in every set
GOOD_SHARE = 0.9  # of the samples of a set that are to be there and trusted
UNFINISHED = "unfinished"  # why a pair is left out: its second set was not done
POOR_SIGNAL = "poor signal"
NO_REPS = "no reps"
DAMAGED = "damaged"
HEAVY = "heavy"  # why a session is left out
OTHER_MODE = "other mode"
CONFLICT = "conflict"

_NOT_TRUSTED = quality.RAIL | quality.FLAT | quality.HUM
_SAMPLE_MS = 1000 // RATE_HZ
_SETTLING_SAMPLES = 5  # 100 ms behind a blank: then the envelope has forgotten all but 3 % of what the motor shook
_BEFORE_BLOCKS = 100  # a set begins with its first rep, a word may come before the band is sure of it


@dataclass(frozen=True)
class Side:
    """A set of a pair. ``number``: among the sets of its session that count, from 0. ``start_s``: in the session.

    ``permille``: mean of its reps' mean activation while lifting. ``words``: about the work, said or, in a silent set,
    due.
    """

    number: int
    start_s: float
    reps: int
    permille: float
    words: int


@dataclass(frozen=True)
class Pair:
    """A cued set and a silent one, neighbours in a session."""

    session: Session
    exercise: str
    load_kg: int | None
    cued: Side
    silent: Side

    @property
    def difference(self) -> float:
        """Return the logarithm of the ratio of the cued set's activation to the silent one's."""
        return float(np.log(self.cued.permille / self.silent.permille))

    @property
    def cued_first(self) -> bool:
        """Return whether the cued set came before the silent one."""
        return self.cued.number < self.silent.number


def settings_of(log: SessionLog) -> Mapping[str, Any]:
    """Return the settings of a session by name, the defaults where its header says nothing that can be."""
    given = {name: value for name, value in log.header.get("settings", {}).items() if name != "wearer"}
    values: Mapping[str, Any] = values_of(cleaned(given, []))
    return values


def objection(settings: Mapping[str, Any]) -> str:
    """Return why sets with these settings cannot be compared, HEAVY or OTHER_MODE; empty if they can."""
    if (settings["mode"] or exercises.named(settings["exercise"]).mode) not in MODES:
        return OTHER_MODE
    return HEAVY if is_heavy(settings["load_kg"], settings["one_rm_kg"], settings["reps_max"]) else ""


def pairs_of(session: Session, log: SessionLog) -> Iterator[Pair | str]:
    """Yield the pairs of a session with a plan that can be compared, and why of each that is left out."""
    settings, sets = settings_of(log), _numbered(log)
    planned: int = settings["silent_sets"]
    for number in range(0, planned.bit_length() + 1, 2):
        is_silent = [bool(planned >> at & 1) for at in (number, number + 1)]
        both = sets[number : number + 2]
        if is_silent[0] == is_silent[1] or not both:
            continue
        if len(both) < 2:
            yield UNFINISHED
        elif [one.silent for one in both] != is_silent:
            yield DAMAGED
        else:
            yield _pair(session, log, settings, number, both)


def _numbered(log: SessionLog) -> list[Set]:
    """Return the sets that count, up to where one may be missing: what comes behind has no number that is sure."""
    told = {one.number for one in log.lifting.sets}
    gap = next(number for number in range(len(told) + 1) if number not in told)
    return [one for one in log.lifting.counted_sets() if one.number < gap]


def _pair(
    session: Session, log: SessionLog, settings: Mapping[str, Any], number: int, both: Sequence[Set]
) -> Pair | str:
    sides = []
    for at, one in enumerate(both, number):
        side = _side(log, at, one)
        if isinstance(side, str):
            return side
        sides.append(side)
    silent = both[0].silent
    return Pair(session, settings["exercise"], settings["load_kg"], sides[silent], sides[not silent])


def _side(log: SessionLog, number: int, one: Set) -> Side | str:
    reps = [rep for rep in log.lifting.counted() if rep.set == one.number and rep.concentric_ms >= _SAMPLE_MS]
    if not reps:
        return NO_REPS
    lifting = [_while_lifting(rep) for rep in reps]
    inside = np.zeros(len(log.permille), np.bool_)
    for span in lifting:
        inside[span] = True
    trusted = log.valid & (log.flags & _NOT_TRUSTED == 0)
    if not inside.any() or trusted[inside].mean() < GOOD_SHARE:
        return POOR_SIGNAL
    level = bridged(log.permille, trusted & ~_shaken(log.flags))
    means = [float(level[span].mean()) for span in lifting if len(level[span])]
    permille = float(np.mean(means))
    return (
        Side(number, one.start_block * BLOCK_MS / 1000, len(reps), permille, _words(log, one)) if permille else NO_REPS
    )


def _while_lifting(rep: Rep) -> slice:
    """Return where the concentric phase of a rep lies in the activation."""
    start_ms = rep.start_block * BLOCK_MS + (rep.eccentric_ms + rep.hold_ms if rep.lowers_first else 0)
    return slice(start_ms // _SAMPLE_MS, (start_ms + rep.concentric_ms) // _SAMPLE_MS)


def _shaken(flags: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where the motor ran, or would have run, and until the envelope has settled."""
    blanked = (flags & BLANKED != 0).astype(np.uint8)
    shaken: NDArray[np.bool_] = np.convolve(blanked, np.ones(1 + _SETTLING_SAMPLES))[: len(flags)] > 0
    return shaken


def bridged(permille: NDArray[np.integer], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the activation, shape (n,), with a straight line wherever it is not ``known``.

    So what the motor shakes counts in neither kind of set: the blanks of a silent one are where it would have run.
    """
    at = np.flatnonzero(known)
    level: NDArray[np.float64] = np.interp(np.arange(len(permille)), at, permille[at])
    return level


def _words(log: SessionLog, one: Set) -> int:
    """Return how many words about the work there were in a set: said, or in a silent one due."""
    within = range(one.start_block - _BEFORE_BLOCKS, one.end_block)
    return sum(
        cue.block in within and OF_WORK >> (cue.word & WORD_MASK) & 1 and bool(cue.word & WITHHELD) == one.silent
        for cue in log.cues
    )
