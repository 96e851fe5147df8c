"""The other muscle, which should not take over: the chain on the raw samples between those of the first one.

ring -> intake -> comb -> lowpass, rectify -> block -> average (gated) -> permille

Its average is the first muscle's, for takeover.py compares the two. Two blocks at a time: that is half of the calls.
"""

from buzzband_fw.core.activation import new_scale, permille, span_of
from buzzband_fw.core.chain import COUNTS, Chain, places, stages
from buzzband_fw.core.envelope import average, new_average
from buzzband_fw.core.portable import const, int32s, micropython
from buzzband_fw.core.quality import judge
from buzzband_fw.core.quality import new_state as new_quality

STEP_SAMPLES = const(24)  # two blocks
_WINDOW_STEPS = const(13)  # 26 blocks, where quality.py counts on 25
_FIRST_WINDOW_STEPS = const(6)  # so it rarely ends with one of the first muscle's


class Other(Chain):
    """The chain of the other muscle.

    ``gated``  the envelope after the last step, with 4 fraction bits; it stands still while the motor speaks and after
    ``flags``  RAIL, FLAT, HUM of quality.py
    """

    def __init__(self, ring_samples, mains_hz, rest, reference):
        """``rest`` and ``reference``: envelopes that count as 0 and 1000 permille."""
        super().__init__(ring_samples, mains_hz, STEP_SAMPLES)
        self.share()
        self.places = places((self.block, self.envelope, self._intake, self._comb, self._lowpass, 0))
        self._average = new_average()
        self.gated = 0
        self.flags = 0
        self._scale = new_scale(rest, reference)
        self._quality = new_quality(span_of(self._scale))
        self._counts = int32s([0] * COUNTS)
        self._left = _FIRST_WINDOW_STEPS

    @micropython.native
    def step(self, ring, position, blanked):
        """Take its half of the 96 raw samples at ``position``. ``blanked``: the motor shakes the electrodes."""
        stages(ring, position + 1, STEP_SAMPLES, self.places)
        if not blanked:
            self.gated = average(self.block, 0, STEP_SAMPLES, self._average, self.envelope)
        self._left -= 1
        if not self._left:
            self._left = _WINDOW_STEPS
            self.drain(self._counts)
            self.flags = judge(self._counts, self._quality)

    @micropython.native
    def permille(self):
        """Return the activation; 0 while a flag is up: what is not a muscle does not take over."""
        return 0 if self.flags else permille(self.gated, self._scale)
