"""Muscle: the sensor and the core, block by block, and what was missed."""

from buzzband_fw.core.activation import new_scale, permille
from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.core.quality import WINDOW_BLOCKS
from buzzband_fw.core.words import SILENCE
from buzzband_fw.hal.emg_adc import RING_SAMPLES, EmgAdc

_OVERRUN_AT = const(16384 - 48)  # samples behind: the DMA is about to write where the next block lies
_UNCALIBRATED_SPAN = const(1 << 19)  # no muscle reaches a target on this scale


class Muscle:
    """What the muscle does. All of it stands for the end of the last block.

    ``blocks``: how many have been worked through, lost ones included. ``word``: what is to be said. ``late_ms``: how
    old the block was already. ``lost_blocks``: overwritten in the ring before they were read.
    """

    def __init__(self, settings):
        """Take the ring first of all: it needs the largest piece of the heap."""
        self._adc = EmgAdc()
        rest = settings.rest or 0
        reference = settings.reference if settings.calibrated else _UNCALIBRATED_SPAN
        self._pipeline = Pipeline(RING_SAMPLES, settings.mains_hz, rest, reference, settings.target_permille)
        self._scale = new_scale(rest, reference)
        self._position = 0
        self.blocks = 0
        self.word = SILENCE
        self.late_ms = 0
        self.lost_blocks = 0
        self.clear_ms = self._pipeline.cue.clear_ms
        self._process = self._pipeline.process
        self._taken = self._adc.taken
        self._ring = self._adc.ring

    def start(self):
        """Start sampling."""
        self._adc.start()

    def stop(self):
        """Stop sampling."""
        self._adc.stop()

    @micropython.native
    def step(self):
        """Work through one block if there is one; return whether there was."""
        position = self._position
        behind = self._taken() - position
        if behind < BLOCK_RAW:
            return False
        if behind > _OVERRUN_AT:
            position += self._skip(behind)
        self.word = self._process(self._ring, position)
        self._position = position + BLOCK_RAW
        self.blocks += 1
        self.late_ms = (behind - BLOCK_RAW) * 5 // 24  # 4800 S/s
        return True

    def fifo_overflowed(self):
        """Return whether samples went missing in the converter; asked for once a window of quality."""
        return self.blocks % WINDOW_BLOCKS == 0 and self._adc.fifo_overflowed()

    @property
    def envelope(self):
        """Return the free-running envelope."""
        return self._pipeline.envelope

    @property
    def permille(self):
        """Return the activation."""
        return permille(self._pipeline.envelope, self._scale)

    @property
    def gated_permille(self):
        """Return the activation that the target sees: it stands still while the motor runs."""
        return permille(self._pipeline.cue.gated, self._scale)

    @property
    def flags(self):
        """Return the flags of core/cue.py."""
        return self._pipeline.cue.flags

    def _skip(self, behind):
        """Return how many samples to leave out so that the newest whole block comes next."""
        lost = behind // BLOCK_RAW - 1
        self.lost_blocks += lost
        self.blocks += lost
        return lost * BLOCK_RAW
