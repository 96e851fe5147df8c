"""What every cue mode can do, and what most of them do.

    every block     kernel(envelope, gate) -> due(what) -> word
    a step's event  told(event, sets) -> code, which waits for its block -> act(code) -> word

A code is a word, or SILENCE, and marks beside it. ``told`` reads what the core tells of the movement, which has changed
when its block comes. ``act`` may change what ``due`` goes by: that has to happen at the same block on every engine.
"""

from buzzband_fw.core.motion import STEP_MS
from buzzband_fw.core.portable import const
from buzzband_fw.core.sets import CONFIRMED, REP, SET
from buzzband_fw.core.target import clear_ms, reached, retarget
from buzzband_fw.core.target import new_state as new_target
from buzzband_fw.core.tempo import MUSCLE_OFF, TOO_FAST
from buzzband_fw.core.top import LATE_STEPS
from buzzband_fw.core.words import DONE, FELL_SHORT, ON_TARGET, SILENCE
from buzzband_fw.core.words import TOO_FAST as FAST

CODE_WORD = const(31)  # bits of a code: its word
BEGUN = const(32)  # a rep has reached its top
TOLD = const(64)  # a rep is over
OVER = const(128)  # the set is
COUNTS = const(256)  # it was one
ARGUMENT_SHIFT = const(9)

OF_WORK = const(1 << 1 | 1 << 2 | 1 << 3 | 1 << 6)  # a bit for each of ON_TARGET, FELL_SHORT, TOO_FAST, OTHER_MUSCLE

SURE_REPS = const(2)  # that come before the first one that is worth a word
EFFORT_PERCENT = const(80)  # of the target: who lifts like that is at work


class Mode:
    """``kernel(envelope, gate)``: takes every gated envelope that is no part of a blank; not 0 when something is due.

    ``in_set``: whether a set goes on. ``effort``: whether a rep of it came near the target. ``withheld``: a bit for
    each word that is due but not said. ``feels``: whether its words of the muscle are to be believed only while the
    electrodes are. ``sets``: how many sets there were. ``silent``: whether the band is to keep silent in this one, to
    compare it with others. ``minds_tops``: whether what it says depends on the moment in which a top is told.
    """

    feels = True
    minds_tops = False
    silent = False
    _silent_sets = _withheld = 0
    asks = False  # whether the wearer is to say, after a set, how many reps were on target

    def __init__(self, scale, target_permille, settings=None, exercise=None):
        """``scale``: the wearer's, see core/activation.py. ``settings``, ``exercise``: None stands for defaults."""
        self.target_permille = target_permille
        self.withheld = self.sets = 0
        self.in_set = False
        self.kernel = reached
        self.gate = new_target(scale, target_permille)
        self._scale = scale
        self._other = settings is not None and settings.other_muscle
        self.effort = False  # in this set
        self._off = 0  # reps in which the muscle was off, less those in which it was not

    def due(self, what):
        """Return the word that ``kernel``, having returned ``what``, calls for."""
        return ON_TARGET

    def told(self, event, sets, after_ms):
        """Return the code of an event of core/sets.py. It will be acted on ``after_ms`` after the end of its step."""
        if event == CONFIRMED:
            top = sets.topped()
            if 100 * top.peak >= EFFORT_PERCENT * self.target_permille:
                self.effort = True
            return BEGUN | self.confirmed(sets, top, after_ms)
        if event == REP and is_fresh(sets):
            self._off += 1 if sets.rep.flags & MUSCLE_OFF else -1
            return TOLD | self.rep_told(sets)
        if event == SET:
            self.effort = False
            self._off = 0
            return OVER | (COUNTS if sets.count else 0) | self.set_over(sets)
        return 0

    def follow(self, silent_sets):
        """Keep silent in some sets of the session; bit 0 of ``silent_sets`` stands for the first, and so on.

        What is due in them is withheld, and blanks as if it were said.
        """
        self._silent_sets = silent_sets
        self._withheld = self.withheld
        self._take_turn()

    def _take_turn(self):
        self.silent = bool(self._silent_sets >> self.sets & 1)
        self.withheld = self._withheld | (OF_WORK if self.silent else 0)

    def is_sure(self, sets, before):
        """Return whether this is a set: ``before`` reps ago it began, the muscle works in most of them, and they are
        alike. Nobody wants to hear how fast a bottle is put down.
        """
        return before >= SURE_REPS and not (sets.reps.muscle_told and self._off > 0) and sets.alike()

    def act(self, code):
        """Let an event count; return the word that is due."""
        if code & BEGUN:
            self.in_set = True
        if code & OVER:
            self.in_set = False
            if code & COUNTS:
                self.sets += 1
                if self._silent_sets:
                    self._take_turn()
        return code & CODE_WORD

    def confirmed(self, sets, top, after_ms):
        """Return the code of a rep that has reached its top, without the mark. ``top``: see core/top.py."""
        return SILENCE

    def rep_told(self, sets):
        """Return the code of a rep that has just ended, without the mark."""
        rep = sets.rep
        if not rep.flags & (TOO_FAST | MUSCLE_OFF) or not self.is_sure(sets, rep.number):
            return SILENCE
        if rep.flags & MUSCLE_OFF:
            return SILENCE if self._other else FELL_SHORT
        return FAST

    def set_over(self, sets):
        """Return the code of a set's end, without the mark. Its ``count`` is 0 if it was none."""
        return DONE if sets.count else SILENCE

    def at_work(self):
        """Return whether the wearer is at it: then a fault of the sensor is worth a word."""
        return self.in_set

    def skip(self, ms):
        """Take note that the kernel will not be called for so long."""

    def lapse(self):
        """Take note that the envelope says nothing of the muscle at present."""

    def retarget(self, target_permille):
        """Move the target."""
        self.target_permille = target_permille
        retarget(self.gate, self._scale, target_permille)

    def clear_ms(self, gated):
        """Return for how long no word can be due by the envelope ``gated``."""
        return clear_ms(gated, self.gate)


def is_fresh(sets):
    """Return whether the rep that has just been told has just ended, too."""
    rep = sets.rep
    length = (rep.concentric_ms + rep.hold_ms + rep.eccentric_ms) // STEP_MS
    return sets.reps.now - rep.start - length <= LATE_STEPS
