"""The pipeline: one muscle, from raw samples to the moment to buzz."""

from buzzband_fw.core.chain import BLOCK_SAMPLES, COUNTS, Chain, stages
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.portable import int32s, micropython
from buzzband_fw.core.quality import WINDOW_BLOCKS


class Pipeline:
    """A chain and its cue policy, run block by block as the band does.

    ``chain``, ``cue``: their attributes tell how things stand. ``envelope``: the free-running one after the last block.
    ``counts``: what the chain drained last; ``window``: how many blocks ago.
    """

    def __init__(self, ring_samples, mains_hz, rest, reference, target_permille, mode=None):
        """See ``Chain`` and ``Cue``."""
        self.chain = Chain(ring_samples, mains_hz)
        self.cue = Cue(rest, reference, target_permille, mode=mode)
        self.envelope = 0
        self._places = self.chain.places
        self._step = self.cue.step  # bound once: every look-up of a method costs 16 bytes and 19 µs
        self._block = self.chain.block
        self.counts = int32s([0] * COUNTS)
        self.window = 0

    def follow(self, cue):
        """Let another cue decide from now on. It sees what the last one has seen."""
        cue.succeed(self.cue)
        self.cue = cue
        self._step = cue.step

    @micropython.native
    def process(self, ring, position):
        """Take the 48 raw samples at ``position``, 10 ms, and return the word that is due, if any."""
        self.envelope = stages(ring, position, BLOCK_SAMPLES, self._places)
        word = self._step(self._block, 0)
        window = self.window + 1
        if window == WINDOW_BLOCKS:
            window = 0
            self.chain.drain(self.counts)
            self.cue.judge(self.counts)
        self.window = window
        return word
