"""Muscle: the sensor and the core, block by block, and what was missed."""

from buzzband_fw.core import modes
from buzzband_fw.core.activation import new_scale, permille
from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.fatigue import Fatigue
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.core.words import SILENCE
from buzzband_fw.hal.emg_adc import RING_SAMPLES, EmgAdc
from buzzband_fw.hal.supply import borrow_mv

_OVERRUN_AT = RING_SAMPLES - 2 * BLOCK_RAW  # samples late: the DMA is about to write where the block lies
_UNCALIBRATED_SPAN = const(1 << 19)  # no muscle reaches a target on this scale


class Muscle:
    """What the muscle does. All of it stands for the end of the last block.

    ``blocks``: how many have been worked through, lost ones included. ``word``: what is to be said. ``late_samples``:
    how many the ring held beyond the block. ``lost_blocks``: overwritten in the ring before they were read, or with two
    muscles mixed up. ``other``: see core/other.py. ``other_permille()``: the activation of the other muscle, which
    stands still while the motor runs; 0 if it is not felt. Both are None if there is one muscle. ``cue``: of the scale
    and mode that were chosen last. ``scale``: that one, of core/activation.py. ``counts``: of the last window, see
    core/quality.py.
    """

    def __init__(self, settings, ring):
        """``ring``: see ``EmgAdc``."""
        self._adc = EmgAdc(ring)
        self.pipeline = pipeline = Pipeline(RING_SAMPLES, settings.mains_hz, 0, _UNCALIBRATED_SPAN, 1000)
        self.blocks = 0
        self.word = SILENCE
        self.lost_blocks = 0
        self.late_samples = 0
        self.counts = pipeline.counts
        self.fifo_overflowed = self._adc.fifo_overflowed
        self._process = pipeline.process
        self.ring = ring
        self.other = self.other_permille = self._both = None
        if settings.other_muscle:
            from buzzband_fw.other_muscle import OtherMuscle  # here, because few bands have it, and all lack room

            self._both = both = OtherMuscle(self, pipeline, settings, ring)
            self._adc = both.adc
            self._process = both.process
            self.fifo_overflowed = both.fifo_overflowed
            self.other = both.channel
            self.other_permille = both.channel.permille
        self._taken = self._adc.taken
        self.choose(settings)

    def choose(self, settings, leak_permille=0):
        """Go by the wearer's scale and the cue mode of ``settings`` from now on. Not in a session.

        ``leak_permille``: what the electrodes hear of the motor.
        """
        rest = settings.rest if settings.calibrated else 0
        reference = settings.reference if settings.calibrated else _UNCALIBRATED_SPAN
        scale = new_scale(rest, reference)
        mode = modes.chosen(settings, scale, leak_permille)
        cue = Cue(rest, reference, settings.target_permille, mode=mode)
        cue.fatigue = Fatigue(scale, settings.target_permille, settings.fatigue)
        if self.other is not None:
            from buzzband_fw.core.takeover import Takeover

            cue.takeover = Takeover()
        self._follow(cue, scale)

    def stretch(self, rest, reference):
        """Go by another scale for now, and say nothing."""
        cue = Cue(rest, reference, 1000)
        self._follow(cue, new_scale(rest, reference))

    def _follow(self, cue, scale):
        self.pipeline.follow(cue)
        if self._both is not None:
            self._both.follow(cue)
        self.cue = cue
        self.scale = scale
        self.clear_ms = cue.clear_ms

    def start(self):
        """Start sampling."""
        self._adc.start()

    def stop(self):
        """Stop sampling."""
        self._adc.stop()

    def await_block(self):
        """Wait until a block has just been completed."""
        taken = self._taken
        block = taken() // BLOCK_RAW
        while taken() // BLOCK_RAW == block:
            pass

    @micropython.native
    def step(self):
        """Work through one block if there is one; return whether there was."""
        blocks = self.blocks
        late = self._taken() - (blocks + 1) * BLOCK_RAW
        if late < 0:
            return False
        if late > _OVERRUN_AT:
            blocks += self._skip(late)
        self.word = self._process(self.ring, blocks * BLOCK_RAW)
        self.late_samples = late
        self.blocks = blocks + 1
        return True

    def still_holds(self, position):
        """Return whether the ring still has the samples from ``position`` on."""
        return self._taken() - position - BLOCK_RAW <= _OVERRUN_AT

    def late_ms(self):
        """Return ``late_samples`` as a time."""
        return self.late_samples * 5 // 24  # 4800 S/s

    def is_counted(self):
        """Return whether ``counts`` are new with this block."""
        return self.pipeline.window == 0

    def supply_mv(self):
        """Return what feeds the band, None while two sensors are sampled. Takes the place of one sample, and 0.4 ms."""
        return borrow_mv(self._adc)

    def envelope(self):
        """Return the free-running envelope."""
        return self.pipeline.envelope

    def permille(self):
        """Return the activation."""
        return permille(self.pipeline.envelope, self.scale)

    def gated_permille(self):
        """Return the activation that the target sees: it stands still while the motor runs."""
        return permille(self.cue.gated, self.scale)

    def flags(self):
        """Return the flags of core/cue.py."""
        return self.cue.flags

    def _skip(self, late):
        """Return how many blocks to leave out so that the newest whole one comes next."""
        lost = late // BLOCK_RAW
        self.lost_blocks += lost
        return lost
