"""Calibration from a warm-up set: rest by the guided breaths, then the reference is the median peak of the set's reps.

breathe ... still -> ready -> the wearer lifts; core/sets.py counts on a provisional scale -> set over -> count
               |                                                                                 |
               refused                                                                           refused

The provisional scale begins so small that any muscle reaches its top, and grows with the highest envelope so far; the
peaks are those of the envelope itself. Grades and refusals are those of core/calibration.py.
"""

from buzzband_fw.core import words
from buzzband_fw.core.activation import SPAN_MIN
from buzzband_fw.core.calibration import HUM, SATURATED, SLIPPED, WEAK, Procedure, median
from buzzband_fw.core.portable import const, int32s
from buzzband_fw.core.words import SILENCE

REPS_MIN = const(3)
LIFT_MS = const(180000)  # how long the set may take to be over, from ready on

_REPS_MAX = const(32)
_PROVISIONAL = const(4)  # times rest: the span that reps are counted on at first
_UNLIKE = const(2)  # times from the lower to the upper quartile of the peaks
_WINDOW_BLOCKS = const(25)
_BLOCK_MS = const(10)
_FAULTS = const(7)  # rail, flat, hum: core/quality.py


class WarmUp(Procedure):
    """The band calls ``step`` after each block, ``judge`` after each window, ``rep`` and ``set_over`` as sets.py tells.

    ``lifting``: whether rest is over and reps are to be counted, on a scale from ``rest`` to ``provisional`` as it is
    then.
    """

    def __init__(self):
        super().__init__()
        self.lifting = False
        self.provisional = 0
        self._peaks = int32s([0] * _REPS_MAX)
        self._count = 0
        self._peak = 0
        self._left = LIFT_MS // _BLOCK_MS

    def step(self, envelope, speed, flags):
        """Take envelope, speed and the flags of core/cue.py after 10 ms; return the word that is due, if any.

        Blocks that are flagged, or spoilt by a word that this module gave, are no peaks.
        """
        if self.done:
            return SILENCE
        if not self.lifting:
            word = self._resting.step(envelope, speed)
            return self._leave_rest() if self._resting.done else word
        if self._listener.hears(envelope) and not flags & _FAULTS:
            self._peak = max(self._peak, envelope)
            self.provisional = max(self.provisional, envelope)
        self._left -= 1
        return SILENCE if self._left else self.set_over()

    def judge(self, counts):
        """Take the counts of the last 25 blocks."""
        if self.done:
            return
        if not self.lifting:
            self._resting.judge(counts)
        elif self._listener.clean >= _WINDOW_BLOCKS:
            self._evidence.take(counts)

    def rep(self, number):
        """Take note that rep ``number`` of the set, from 0, is over. Those that are told again change nothing."""
        if self.lifting and number >= self._count and self._peak:
            self._peaks[self._count % _REPS_MAX] = self._peak
            self._count += 1
            self._peak = 0

    def forget(self):
        """Forget the reps so far: they were no set."""
        self._count = self._peak = 0

    def set_over(self):
        """Conclude from the reps so far; return the word that says how it went."""
        if self.done or not self.lifting:
            return SILENCE
        self.lifting = False
        count = self._known()
        if count:
            self.reference = median(self._peaks, count)
        return self._conclude()

    def _begin(self):
        """Begin to lift."""
        self.lifting = True
        self.provisional = self.rest + max(self.rest * _PROVISIONAL, 2 * SPAN_MIN)
        return self._listener.say(words.READY)

    def _known(self):
        return min(self._count, _REPS_MAX)

    def _refuse(self, span):
        """Return what speaks against the reps, if anything. Too few of them are no more than a weak signal is."""
        if self._resting.evidence.is_hum(span) or self._evidence.is_hum(span):
            return HUM
        if self._evidence.is_railed():
            return SATURATED
        if self._evidence.is_flat():
            return SLIPPED
        count = self._known()
        if count < REPS_MIN or self._is_weak():
            return WEAK
        ranked = sorted([self._peaks[index] for index in range(count)])
        return SLIPPED if ranked[count - 1 - (count >> 2)] > _UNLIKE * ranked[count >> 2] else 0
