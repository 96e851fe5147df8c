"""The other muscle: a second sensor, whose samples lie between the first one's. Loaded only where it is wanted."""

from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.other import Other
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.core.words import SILENCE
from buzzband_fw.hal.emg_adc import RING_SAMPLES
from buzzband_fw.hal.emg_pair import EmgPair

_UNCALIBRATED_SPAN = const(1 << 19)  # no muscle takes over on this scale


class OtherMuscle:
    """Stands before the pipeline of ``muscle``, which calls ``process`` and ``fifo_overflowed`` of this one instead.

    ``adc``: both sensors. ``channel``: the other muscle's ``Other``.
    """

    def __init__(self, muscle, pipeline, settings, ring):
        """See ``Muscle``."""
        rest = settings.other_rest or 0
        reference = settings.other_reference or 0
        if reference <= rest:
            reference = rest + _UNCALIBRATED_SPAN
        self.adc = adc = EmgPair(ring)
        self.channel = channel = Other(RING_SAMPLES, settings.mains_hz, rest, reference)
        pipeline.chain.share()
        self._muscle = muscle
        self._cue = pipeline.cue
        self._process = pipeline.process
        self._step = channel.step
        self._restart = adc.restart
        self._adc_overflowed = adc.fifo_overflowed
        self._overflowed = False
        self._sure_from = 0
        self._one_waits = False

    def follow(self, cue):
        """Heed the blanks of another cue."""
        self._cue = cue

    @micropython.native
    def process(self, ring, position):
        """Take the 48 raw samples at ``position`` for both, and return the word that is due, if any.

        When the converter's FIFO was full, samples may have changed places: sampling starts anew, and blocks that began
        before are lost. It is looked at after they were counted as taken, so it speaks for all of them.
        """
        if self._adc_overflowed():
            self._overflowed = True
            self._sure_from = self._restart()
        if position < self._sure_from:
            self._muscle.lost_blocks += 1
            self._one_waits = False
            return SILENCE
        word = self._process(ring, position)
        if self._one_waits:
            self._step(ring, position - BLOCK_RAW, self._cue.flags & BLANKED)
        self._one_waits = not self._one_waits
        return word

    def fifo_overflowed(self):
        """Return whether that has happened since the last call."""
        overflowed, self._overflowed = self._overflowed, False
        return overflowed
