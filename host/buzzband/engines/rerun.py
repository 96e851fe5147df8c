"""A logged session once more: the cue and its mode on this interpreter, over what the log has kept.

What the band told its cue of tops, reps and sets is told again at the same block. With other settings and no IMU tops
are found anew, for the envelope in which they show stands still at other times: in the blanks of other words.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from buzzband.engines.cores import PLAIN, Core, core_for
from buzzband.engines.cpython import FAULTS, new_cue, successor
from buzzband.engines.job import Settings, Track
from buzzband.engines.lifting import Lifter, Listen, nobody
from buzzband.progress import Progress, no_progress
from buzzband.recordings import restored
from buzzband.recordings.band_log import Crossings, SessionLog
from buzzband.recordings.lifting import Lifting, Rep, Set
from buzzband.recordings.tellings import Telling, Top
from buzzband_fw.core import sets, tempo, top
from buzzband_fw.core.activation import envelope_at, new_scale
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.modes.steady import ON_PERCENT
from buzzband_fw.core.motion import STEP_BLOCKS
from buzzband_fw.core.words import SILENCE

_EFFORT = 1 << 20  # an envelope that counts with any scale
_RATE_BLOCKS = 20  # within which the rate of a rep follows the rep
_QUIET_WINDOWS = (0, 0, 0)  # behind one with all crossings of a second
_PROGRESS_EVERY = 1000  # blocks


class Rerun:
    """Cue and movement over what a log has kept. ``cue``: as it is now; ``sets``: the core's, in ``lifter``.

    ``listen``: is told what the core finds in the movement.
    """

    def __init__(
        self,
        log: SessionLog,
        told: Iterable[Telling],
        then: Settings,
        now: Settings,
        leak_permille: int = 0,
        *,
        keep: bool = True,
        core: Core = PLAIN,
    ) -> None:
        """See ``rerun``. ``keep``: see ``Lifter``."""
        steps, is_felt = len(log.permille), bool(log.lifting.degrees.any())
        frames = restored.frames(log.lifting.degrees, STEP_BLOCKS * steps) if is_felt else None
        self.lifter = Lifter(now, steps, frames, keep=keep, core=core)
        self.sets = self.lifter.sets
        known = tuple(_known(told, then, now, is_felt))
        self._found_anew = _found_anew(known)
        self._teller = Teller(new_cue(now, leak_permille, core), self.sets.exercise, known)
        self._rates = _Rates(log.crossings)
        self._log, self._now, self._leak_permille, self._core = log, now, leak_permille, core
        self.listen: Listen = nobody

    @property
    def cue(self) -> Cue:
        """Return the cue as it is now."""
        return self._teller.cue

    def words(self) -> Iterator[int]:
        """Yield the word of each block. What comes of the block besides has its turn when the next is asked for."""
        log, indexed, faults = self._log, self._core.indexed, 0
        for block, samples in enumerate(
            restored.rectified(log.permille, log.valid, self._now.rest, self._now.reference)
        ):
            step, is_last = divmod(block, STEP_BLOCKS)
            self._rates.tell(block, self.cue.fatigue)
            self._teller.tell(block)
            word = self.cue.step(indexed(samples), 0)
            yield word if log.valid[step] else SILENCE
            if is_last:
                if log.flags[step] & FAULTS != faults:
                    faults = int(log.flags[step] & FAULTS)
                    self.cue.believe(faults)
                self.lifter.step(self.cue.gated, self.cue.flags, self._hear)

    def envelope(self, block: int) -> int:
        """Return the free-running envelope at the end of a block, as exactly as the log has it."""
        scale = new_scale(self._now.rest, self._now.reference)
        return int(envelope_at(int(self._log.permille[block // STEP_BLOCKS]), scale))

    def choose(self, settings: Settings) -> None:
        """Go by another target or mode from the next block on; reps are counted as before."""
        self._teller.cue = successor(self.cue, settings, self._leak_permille, self._core)

    def _hear(self, event: int, found: sets.Sets) -> None:
        if event in self._found_anew:
            self.cue.told(event, found)
        self.listen(event, found)


def rerun(
    log: SessionLog,
    told: Iterable[Telling],
    then: Settings,
    now: Settings,
    leak_permille: int = 0,
    progress: Progress = no_progress,
    core: Core | None = None,
) -> Track:
    """Run a session that was recorded with the settings ``then`` with those of ``now``; the calibration is the same.

    With another exercise the core looks for reps anew, with another target for holds; else they are those of the log.
    ``leak_permille``: what the electrodes heard of the motor. ``core``: None for the one that is done first.
    """
    run = Rerun(log, told, then, now, leak_permille, core=core or core_for(STEP_BLOCKS * len(log.permille)))
    cues = []
    for block, word in enumerate(run.words()):
        if word:
            cues.append((block, word))
        if block % _PROGRESS_EVERY == 0:
            progress(block / (STEP_BLOCKS * len(log.permille)))
    return Track(
        permille=log.permille.astype(np.int32),
        flags=log.flags,
        cues=tuple(cues),
        faults=tuple((fault.block, fault.name, fault.value) for fault in log.faults),
        lifting=_lifting(log.lifting, run.lifter.finish(), then, now),
    )


def _lifting(logged: Lifting, found: Lifting, then: Settings, now: Settings) -> Lifting:
    if now.exercise != then.exercise:
        return replace(found, degrees=logged.degrees)
    reps = tuple(retargeted(rep, then, now) for rep in logged.reps)
    return replace(
        logged, reps=reps, holds=logged.holds if now.target_permille == then.target_permille else found.holds
    )


def _known(told: Iterable[Telling], then: Settings, now: Settings, is_felt: bool) -> Iterator[Telling]:
    """Yield what would have been told; nothing with another exercise, for then nobody knows.

    ``is_felt``: whether the movement was; without it tops show in an envelope that other words let stand still.
    """
    for one in told if now.exercise == then.exercise else ():
        if isinstance(one.told, Top) and not (is_felt or then == now):
            continue
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
        self.cue = cue
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
            self.cue.told(self._take(one.told), self, one.ahead)

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


def _found_anew(known: Iterable[Telling]) -> tuple[int, ...]:
    """Return which of the events that the core finds anew the cue is to be told of: those that are not ``known``."""
    kinds = {type(one.told) for one in known}
    if not kinds:
        return sets.CONFIRMED, sets.REP, sets.SET, sets.HOLD
    return () if Top in kinds else (sets.CONFIRMED,)


class _Rates:
    """Gives a ``core.fatigue.Fatigue`` the logged rate of a rep's contractions, before that rep is over."""

    def __init__(self, logged: Iterable[Crossings]) -> None:
        self._left = deque(logged)

    def tell(self, block: int, fatigue: Any) -> None:
        """Tell ``fatigue`` the rate of a rep that is over by ``block``, or soon after."""
        while self._left and self._left[0].block - _RATE_BLOCKS <= block:
            for crossings in (self._left.popleft().rate_hz, *_QUIET_WINDOWS):
                fatigue.take((0, 0, 0, crossings), _EFFORT)
