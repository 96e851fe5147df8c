"""Steady: work in cycles, as on a bike. A word when cycles go on but the muscle has been off for some seconds."""

from buzzband_fw.core.activation import envelope_at
from buzzband_fw.core.modes import mode
from buzzband_fw.core.modes.mode import BEGUN, OVER
from buzzband_fw.core.portable import const, int32s, micropython, ptr32
from buzzband_fw.core.words import FELL_SHORT, SILENCE

ON_PERCENT = const(40)  # of the target, as in core/reps.py

_STEP_MS = const(10)
_ALIVE_MS = const(4000)  # after a cycle: as long as two of the slowest
_ON = const(0)
_LIMIT_MS = const(1)
_OFF_MS = const(2)
_LEFT_MS = const(3)  # for which the last cycle lets us believe that there will be another


@micropython.viper
def idling(envelope: int, state: ptr32) -> int:
    """Take the envelope 10 ms after the last one; return 1 if the muscle has been off for the limit, or once more."""
    if state[_LEFT_MS] <= 0:
        state[_OFF_MS] = 0
        return 0
    state[_LEFT_MS] -= _STEP_MS
    if envelope >= state[_ON]:
        state[_OFF_MS] = 0
        return 0
    state[_OFF_MS] += _STEP_MS
    if state[_OFF_MS] < state[_LIMIT_MS]:
        return 0
    state[_OFF_MS] = 0
    return 1


class Mode(mode.Mode):
    """See the module."""

    def __init__(self, scale, target_permille, settings=None, exercise=None):
        mode.Mode.__init__(self, scale, target_permille, settings, exercise)
        limit_ms = 1000 * (5 if settings is None else settings.steady_off_s)
        self.kernel = idling
        self.gate = int32s((0, limit_ms, 0, 0))
        self.retarget(target_permille)

    def due(self, what):
        """Return FELL_SHORT."""
        return FELL_SHORT

    def rep_told(self, sets):
        """Return silence: what is short is the rest."""
        return SILENCE

    def act(self, code):
        """Let a cycle count."""
        if code & BEGUN:
            self.gate[_LEFT_MS] = _ALIVE_MS
        if code & OVER:
            self.gate[_LEFT_MS] = 0
        return mode.Mode.act(self, code)

    def skip(self, ms):
        """Let the time count in which the motor speaks of a muscle that is off."""
        self.gate[_OFF_MS] += ms
        self.gate[_LEFT_MS] -= ms

    def lapse(self):
        """Begin anew: what is felt now may be no muscle."""
        self.gate[_OFF_MS] = 0

    def retarget(self, target_permille):
        """Move the level from which on the muscle is on."""
        self.target_permille = target_permille
        self.gate[_ON] = envelope_at(max(target_permille * ON_PERCENT // 100, 1), self._scale)

    def clear_ms(self, gated):
        """Return for how long the muscle may still be off without a word."""
        return max(self.gate[_LIMIT_MS] - self.gate[_OFF_MS] - _STEP_MS, 0)
