"""The chain: raw samples through every stage up to the free-running envelope. It owns the stages' state.

ring -> intake -> comb -> lowpass, rectify -> block -> smooth -> envelope
"""

import sys

from buzzband_fw.core.comb import KEPT, REMOVED, comb
from buzzband_fw.core.comb import new_state as new_comb
from buzzband_fw.core.envelope import new_state as new_envelope
from buzzband_fw.core.envelope import smooth
from buzzband_fw.core.intake import MASK, RAILED, SHARED, intake
from buzzband_fw.core.intake import new_state as new_intake
from buzzband_fw.core.lowpass import CROSSINGS, lowpass
from buzzband_fw.core.lowpass import new_state as new_lowpass
from buzzband_fw.core.portable import const, int32s, micropython

BLOCK_SAMPLES = const(12)
BLOCK_RAW = const(48)
BLOCK_MS = const(10)
RAW_RATE_HZ = const(4800)

COUNTS = const(4)  # how many counts ``drain`` gives: railed, removed, kept, zero crossings

if sys.platform == "rp2":
    from buzzband_fw.core.thumb import places, stages
else:

    def places(arrays):
        """Return what ``stages`` takes to know ``arrays``: block, envelope, the states of the stages in their order."""
        return arrays

    def stages(ring, position, length, arrays):
        """Run the chain over ``4 * length`` raw samples at ``position`` and return the envelope after the last of them.

        In place of the state of ``smooth`` there may be a 0: then the block is all that is wanted.
        """
        block, envelope, intake_state, comb_state, lowpass_state, smooth_state = arrays
        intake(ring, position, block, length, intake_state)
        comb(block, length, comb_state)
        lowpass(block, length, lowpass_state)
        return smooth(block, length, smooth_state, envelope) if smooth_state else 0


class Chain:
    """The signal chain of one muscle.

    ``block``     the last conditioned samples: 1200 Hz, band-limited, rectified, in quarters of an ADC step
    ``envelope``  the free-running envelope at each of them, with 4 fraction bits
    ``places``    what ``stages`` takes, for those who call it themselves: through ``condition`` it is a call more
    """

    def __init__(self, ring_samples, mains_hz, capacity=BLOCK_SAMPLES):
        """``ring_samples``: a power of two. ``capacity``: the most samples that ``condition`` will be given at once."""
        self.block = int32s([0] * capacity)
        self.envelope = int32s([0] * capacity)
        self._intake = new_intake(ring_samples)
        self._comb = new_comb(mains_hz)
        self._lowpass = new_lowpass()
        self._smooth = new_envelope()
        self.places = places((self.block, self.envelope, self._intake, self._comb, self._lowpass, self._smooth))

    @micropython.native
    def condition(self, ring, position, length):
        """Take ``4 * length`` raw samples at ``position`` and return the envelope after the last of them."""
        return stages(ring, position, length, self.places)

    def share(self):
        """Take every second raw sample for another channel's. Those that are left count twice, so the scale stays."""
        self._intake[MASK] &= ~SHARED

    def ring_mask(self):
        """Return by what ``intake`` masks positions in the ring."""
        return self._intake[MASK]

    def drain(self, counts):
        """Move what was counted since the last call into ``counts``; ``quality.judge`` needs all but the last."""
        counts[0] = self._intake[RAILED]
        counts[1] = self._comb[REMOVED]
        counts[2] = self._comb[KEPT]
        counts[3] = self._lowpass[CROSSINGS]
        self._lowpass[CROSSINGS] = 0
        self._intake[RAILED] = self._comb[REMOVED] = self._comb[KEPT] = 0
