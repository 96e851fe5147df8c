"""Fatigue: as a muscle tires, its amplitude rises and its zero-crossing rate falls. The rate tells by how much.

Over the 30 flexions to exhaustion of a real recording (`fatigue`, see docs/how-it-works.md) the RMS rose by 48 % and
the rate fell by 21 %: so for each percent that the rate has fallen, the target rises by 16/7 percent, at most to what
was seen there. A law of powers through the same two points differs from that line by less than 2 percent in between.
"""

from buzzband_fw.core.activation import envelope_at
from buzzband_fw.core.portable import const

CROSSINGS = const(3)  # index of the counts that the chain drains
RISE_MAX_PERMILLE = const(480)
FIRST_REPS = const(3)  # of a session: the rate of the fresh muscle is their mean

_ON_PERCENT = const(40)  # of the target, as in core/reps.py
_WINDOWS_PER_S = const(4)
_WINDOWS_MIN = const(2)  # of a rep: half a second
_RISE_UP = const(16)
_RISE_DOWN = const(7)
_SMOOTHING = const(2)  # the rate of one rep is off by some 5 %: 2^-2 of it counts


class Fatigue:
    """The zero-crossing rate of the contractions, rep by rep.

    ``rate_hz``: of the last rep, in crossings a second; 0 once it has been taken, or if the rep was too short to tell.
    ``first_hz``: of the fresh muscle, 0 until it is known.
    """

    def __init__(self, scale, target_permille, scales_target=False):
        """``scale``: see core/activation.py. ``scales_target``: whether the target rises with fatigue."""
        self.rate_hz = self.first_hz = 0
        self._on = envelope_at(target_permille * _ON_PERCENT // 100, scale)
        self._target_permille = target_permille
        self._scales = scales_target
        self._reps = self._smooth = 0  # the rate in quarters
        self._crossings = self._windows = 0

    def take(self, counts, gated):
        """Take the counts of a window of 250 ms at the end of which the envelope was ``gated``: only effort counts."""
        if gated >= self._on:
            self._crossings += counts[CROSSINGS]
            self._windows += 1

    def rep_over(self):
        """Let the rep count; return the target for the next one."""
        if self._windows >= _WINDOWS_MIN:
            self.rate_hz = self._crossings * _WINDOWS_PER_S // self._windows
            self._learn(self.rate_hz)
        self._crossings = self._windows = 0
        return self._target()

    def set_over(self):
        """Return the target for the next set: a rest lets the muscle recover, so it is the plain one."""
        if self.first_hz:
            self._smooth = self.first_hz << _SMOOTHING
        return self._target_permille

    def _learn(self, rate_hz):
        if self._reps < FIRST_REPS:
            self._reps += 1
            self._smooth += rate_hz
            if self._reps == FIRST_REPS:
                self.first_hz = self._smooth // FIRST_REPS
                self._smooth = self.first_hz << _SMOOTHING
            return
        self._smooth += rate_hz - (self._smooth >> _SMOOTHING)

    def _target(self):
        if not self._scales or not self.first_hz:
            return self._target_permille
        fallen = 1000 - 1000 * (self._smooth >> _SMOOTHING) // self.first_hz
        rise = min(max(fallen * _RISE_UP // _RISE_DOWN, 0), RISE_MAX_PERMILLE)
        return self._target_permille * (1000 + rise) // 1000
