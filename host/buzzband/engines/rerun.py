"""A logged session once more: the cue and its mode on this interpreter, over what the log has kept.

What the band told its cue of tops, reps and sets is told again at the same block. With other settings and no IMU tops
are found anew, for the envelope in which they show stands still at other times: in the blanks of other words.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from buzzband.engines.cpython import new_cue
from buzzband.engines.job import Settings, Track
from buzzband.engines.lifting import Lifter
from buzzband.progress import Progress, no_progress
from buzzband.recordings import restored
from buzzband.recordings.band_log import Crossings, SessionLog
from buzzband.recordings.lifting import Lifting, Rep, Set
from buzzband.recordings.tellings import Telling, Top
from buzzband_fw.core import quality, sets, tempo, top
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.modes.steady import ON_PERCENT
from buzzband_fw.core.motion import STEP_BLOCKS

FAULTS = quality.RAIL | quality.FLAT | quality.HUM

_EFFORT = 1 << 20  # an envelope that counts with any scale
_RATE_BLOCKS = 20  # within which the rate of a rep follows the rep
_QUIET_WINDOWS = (0, 0, 0)  # behind one with all crossings of a second
_PROGRESS_EVERY = 1000  # blocks


def rerun(
    log: SessionLog,
    told: Iterable[Telling],
    then: Settings,
    now: Settings,
    leak_permille: int = 0,
    progress: Progress = no_progress,
) -> Track:
    """Run a session that was recorded with the settings ``then`` with those of ``now``; the calibration is the same.

    With another exercise the core looks for reps anew, with another target for holds; else they are those of the log.
    ``leak_permille``: what the electrodes heard of the motor.
    """
    steps, is_felt = len(log.permille), bool(log.lifting.degrees.any())
    lifter = Lifter(now, steps, restored.frames(log.lifting.degrees, STEP_BLOCKS * steps) if is_felt else None)
    cue = new_cue(now, leak_permille)
    rates = _Rates(cue.fatigue, log.crossings)
    known = tuple(_retold(told, then, now))
    if not (is_felt or then == now):
        known = tuple(one for one in known if not isinstance(one.told, Top))
    teller = Teller(cue, lifter.sets.exercise, known)
    listen = _listener(cue, known)
    cues, faults = [], 0
    for block, samples in enumerate(restored.rectified(log.permille, log.valid, now.rest, now.reference)):
        step, is_last = divmod(block, STEP_BLOCKS)
        rates.tell(block)
        teller.tell(block)
        word = cue.step(samples, 0)
        if word and log.valid[step]:
            cues.append((block, word))
        if is_last:
            if log.flags[step] & FAULTS != faults:
                faults = int(log.flags[step] & FAULTS)
                cue.believe(faults)
            lifter.step(cue.gated, cue.flags, listen)
        if block % _PROGRESS_EVERY == 0:
            progress(block / (STEP_BLOCKS * steps))
    return Track(
        permille=log.permille.astype(np.int32),
        flags=log.flags,
        cues=tuple(cues),
        faults=tuple((fault.block, fault.name, fault.value) for fault in log.faults),
        lifting=_lifting(log.lifting, lifter.finish(), then, now),
    )


def _lifting(logged: Lifting, found: Lifting, then: Settings, now: Settings) -> Lifting:
    if now.exercise != then.exercise:
        return replace(found, degrees=logged.degrees)
    reps = tuple(retargeted(rep, then, now) for rep in logged.reps)
    return replace(
        logged, reps=reps, holds=logged.holds if now.target_permille == then.target_permille else found.holds
    )


def _retold(told: Iterable[Telling], then: Settings, now: Settings) -> Iterator[Telling]:
    """Yield what would have been told; nothing with another exercise, for then nobody knows."""
    for one in told if now.exercise == then.exercise else ():
        yield replace(one, told=retargeted(one.told, then, now)) if isinstance(one.told, Rep) else one


def retargeted(rep: Rep, then: Settings, now: Settings) -> Rep:
    """Return a rep with its flags as they are with another target: it says when the muscle is off.

    If the flag was not up though the peak was low, the electrodes could not be trusted then.
    """
    off_then, off_now = (rep.peak_permille < _on_permille(one) for one in (then, now))
    is_off = rep.muscle_off if off_then == off_now else off_now and not off_then
    return replace(rep, flags=rep.flags & ~tempo.MUSCLE_OFF | (tempo.MUSCLE_OFF if is_off else 0))


def _on_permille(settings: Settings) -> int:
    return max(settings.target_permille * ON_PERCENT // 100, 1)


class Teller:
    """Tells a cue what its band's was told, at the same block. To the cue it is what ``core.Sets`` is on the band."""

    def __init__(self, cue: Cue, exercise: Any, told: Iterable[Telling]) -> None:
        """``exercise``: a ``core.reps.Exercise``."""
        self.exercise = exercise
        self.reps = self  # of what ``core.Reps`` knows the cue asks for the two below
        self.now = 0
        self.muscle_told = False
        self.rep = tempo.Rep()
        self.count = 0
        self._top = top.Top()
        self._alike = False
        self._cue = cue
        self._left = deque(told)

    def topped(self) -> top.Top:
        """Return the top that is told."""
        return self._top

    def alike(self) -> bool:
        """Return whether the reps so far are as regular as those of a set."""
        return self._alike

    def tell(self, block: int) -> None:
        """Tell what was told when ``block`` had not been worked through."""
        while self._left and self._left[0].block < block:
            one = self._left.popleft()
            self.now = (one.block + 1 - one.ahead) // STEP_BLOCKS
            self.muscle_told, self._alike = one.muscle_told, one.alike
            self._cue.told(self._take(one.told), self, one.ahead)

    def _take(self, told: Top | Rep | Set) -> int:
        """Be as the core is when it has told this; return the event."""
        if isinstance(told, Set):
            self.count = told.reps
            return sets.SET
        if isinstance(told, Top):
            self._top.number, self._top.ago_ms = told.number, told.ago_ms
            self._top.peak, self._top.lift_peak = told.peak, told.lift_peak
            return sets.CONFIRMED
        rep = self.rep
        rep.number, rep.flags, rep.start = told.number, told.flags, told.start_block // STEP_BLOCKS
        rep.concentric_ms, rep.hold_ms, rep.eccentric_ms = told.concentric_ms, told.hold_ms, told.eccentric_ms
        return sets.REP


def _listener(cue: Cue, known: Iterable[Telling]) -> Callable[[int, sets.Sets], None]:
    """Return what takes the events that the core finds anew: it tells the cue of those that are not ``known``."""
    kinds = {type(one.told) for one in known}

    def listen(event: int, found: sets.Sets) -> None:
        if not kinds or (event == sets.CONFIRMED and Top not in kinds):
            cue.told(event, found)

    return listen


class _Rates:
    """Gives a ``core.fatigue.Fatigue`` the logged rate of a rep's contractions, before that rep is over."""

    def __init__(self, fatigue: Any, logged: Iterable[Crossings]) -> None:
        self._fatigue = fatigue
        self._left = deque(logged)

    def tell(self, block: int) -> None:
        """Tell the rate of a rep that is over by ``block``, or soon after."""
        while self._left and self._left[0].block - _RATE_BLOCKS <= block:
            for crossings in (self._left.popleft().rate_hz, *_QUIET_WINDOWS):
                self._fatigue.take((0, 0, 0, crossings), _EFFORT)
