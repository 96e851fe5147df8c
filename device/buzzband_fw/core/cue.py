"""The cue policy, mode ``reach``: one pulse when the target is first reached in a contraction.

    block -> smooth (gated) -> reached -> word

The gated envelope stands still while the motor speaks and 120 ms after, or the buzz would latch on its own vibration.
"""

from buzzband_fw.core.activation import new_scale, span_of
from buzzband_fw.core.envelope import new_state as new_envelope
from buzzband_fw.core.envelope import smooth
from buzzband_fw.core.portable import const, int32s, micropython
from buzzband_fw.core.quality import judge
from buzzband_fw.core.quality import new_state as new_quality
from buzzband_fw.core.target import clear_ms, reached
from buzzband_fw.core.target import new_state as new_target
from buzzband_fw.core.words import ON_TARGET, SILENCE, duration_ms

AFTER_MOTOR_MS = const(120)  # a coin motor coasts 70 to 120 ms
BLANKED = const(8)  # flag, beside those of quality.py: the motor speaks or has just spoken

_BLOCK_SAMPLES = const(12)
_BLOCK_MS = const(10)


class Cue:
    """Decides, every 10 ms, whether a word is due.

    ``gated``     the envelope that the target sees, with 4 fraction bits; ``samples``: at each sample of the last step
    ``flags``     RAIL, FLAT, HUM of quality.py, and BLANKED; while any is up no word is due
    """

    def __init__(self, rest, reference, target_permille, capacity=_BLOCK_SAMPLES):
        """``rest`` and ``reference``: envelopes that count as 0 and 1000 permille. ``capacity``: that of the chain."""
        self.gated = 0
        self.samples = int32s([0] * capacity)
        self._smooth = new_envelope()
        scale = new_scale(rest, reference)
        self._target = new_target(scale, target_permille)
        self._quality = new_quality(span_of(scale))
        self._blank_ms = 0
        self.flags = self._faults = 0

    @micropython.native
    def step(self, block, offset):
        """Take the 12 conditioned samples at ``offset`` of ``block`` and return the word that is due, if any."""
        faults = self._faults
        if self._blank_ms:
            self._blank_ms -= _BLOCK_MS
            self.flags = faults | BLANKED
            return SILENCE
        self.flags = faults
        self.gated = gated = smooth(block, offset, _BLOCK_SAMPLES, self._smooth, self.samples)
        if not reached(gated, self._target) or faults:  # in this order: what a fault hides is not said late
            return SILENCE
        self.blank(duration_ms(ON_TARGET))
        return ON_TARGET

    @micropython.native
    def clear_ms(self):
        """Return for how long no word can be due: time for what would delay one."""
        return self._blank_ms + clear_ms(self.gated, self._target)

    def blank(self, motor_ms):
        """Freeze the gated envelope while the motor runs for ``motor_ms`` from now, and 120 ms after."""
        blank_ms = (motor_ms + AFTER_MOTOR_MS + _BLOCK_MS - 1) // _BLOCK_MS * _BLOCK_MS
        self._blank_ms = max(self._blank_ms, blank_ms)

    def judge(self, counts):
        """Take the counts of the chain, every ``quality.WINDOW_BLOCKS`` steps."""
        self._faults = faults = judge(counts, self._quality)
        self.flags = self.flags & BLANKED | faults
