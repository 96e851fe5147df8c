"""The pipeline: from raw samples to the moment to buzz. It composes the stages and owns their state.

    ring -> decimate -> highpass -> comb -> lowpass -> block -+-> smooth (free)  -> envelope, for log and peaks
                                                              +-> smooth (gated) -> permille -> reached -> word

The gated average stands still while the motor speaks and 120 ms after, or the buzz would latch on its own vibration.
"""

from array import array

from buzzband_fw.core import activation, comb, decimate, envelope, highpass, lowpass, quality, target, words
from buzzband_fw.core.portable import const

BLOCK_SAMPLES = const(12)
BLOCK_MS = const(10)
BLOCK_RAW = const(48)
AFTER_MOTOR_MS = const(120)  # a coin motor coasts 70 to 120 ms

BLANKED = const(8)  # flag, beside those of quality.py: the motor speaks or has just spoken


class Pipeline:
    """The core of one muscle. Feed it 48 raw samples every 10 ms with ``process``, read the attributes after it.

    ``envelope``  free-running envelope, in sixteenths of a quarter of an ADC step
    ``gated``     the same, frozen while blanked; what the target sees
    ``permille``  activation, from ``gated``
    ``flags``     RAIL, FLAT, HUM of quality.py, and BLANKED
    """

    def __init__(self, ring_samples, mains_hz=50, capacity=BLOCK_SAMPLES):
        """``capacity``: how many samples ``condition`` may be given at once, a multiple of 12."""
        self.block = array("i", [0] * capacity)
        self.free_samples = array("i", [0] * BLOCK_SAMPLES)  # both envelopes of the last 10 ms, at 1200 Hz
        self.gated_samples = array("i", [0] * BLOCK_SAMPLES)
        self.envelope = self.gated = self.permille = self.flags = 0
        self._decimate = decimate.new_state(ring_samples)
        self._highpass = highpass.new_state()
        self._comb = comb.new_state(mains_hz)
        self._lowpass = lowpass.new_state()
        self._free = envelope.new_state()
        self._gated = envelope.new_state()
        self._quality = quality.new_state()
        self._blocks = 0
        self._blank_ms = 0
        self.calibrate(0, 0)
        self.aim(words.SILENCE)

    def calibrate(self, rest, reference):
        """Set what counts as 0 and as 1000 permille, both in units of the envelope."""
        self._scale = activation.new_scale(rest, reference)

    def aim(self, target_permille):
        """Set the target; it arms once the muscle has been at rest."""
        self._target = target.new_state(target_permille)

    def blank(self, motor_ms):
        """Freeze the gated envelope while the motor runs for ``motor_ms`` from now, and 120 ms after."""
        self._blank_ms = max(self._blank_ms, motor_ms + AFTER_MOTOR_MS)

    def process(self, ring, position):
        """Take the 48 raw samples at ``position`` and return the word that is due, most often ``SILENCE``."""
        self.condition(ring, position, BLOCK_SAMPLES)
        return self.step(0)

    def condition(self, ring, position, length):
        """Filter ``length`` samples, four raw ones each, into ``block``.

        More than one block at once gives the same as one by one as long as it ends where a quality window ends.
        """
        block = self.block
        decimate.decimate(ring, position, block, length, self._decimate)
        highpass.highpass(block, length, self._highpass)
        comb.comb(block, length, self._comb)
        lowpass.lowpass(block, length, self._lowpass)

    def step(self, offset):
        """Go through the 12 conditioned samples at ``offset`` of ``block`` and return the word that is due."""
        self.envelope = envelope.smooth(self.block, offset, BLOCK_SAMPLES, self._free, self.free_samples)
        flags = self._quality[0]
        word = words.SILENCE
        if self._blank_ms > 0:
            self._blank_ms -= BLOCK_MS
            flags |= BLANKED
        else:
            self.gated = envelope.smooth(self.block, offset, BLOCK_SAMPLES, self._gated, self.gated_samples)
            self.permille = activation.permille(self.gated, self._scale)
            if flags == 0 and target.reached(self.permille, self._target):
                word = words.ON_TARGET
                self.blank(words.duration_ms(word))
        self.flags = flags
        self._blocks += 1
        if self._blocks == quality.WINDOW_BLOCKS:
            self._judge()
        return word

    def _judge(self):
        self._blocks = 0
        quality.judge(
            self._decimate[decimate.RAILED], self._comb[comb.REMOVED], self._comb[comb.KEPT], self._quality
        )
        self._decimate[decimate.RAILED] = self._comb[comb.REMOVED] = self._comb[comb.KEPT] = 0
