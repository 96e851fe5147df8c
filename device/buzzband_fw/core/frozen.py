"""Frozen: how the core stands between two blocks, as integers, so that it can go on from there in another place.

All that a block or an event changes: of the chain, the cue, its mode and its fatigue. What a setting decides, as
coefficients and the target, is among it where it lies in the same array. The other muscle's chain is not.
host/buzzband/engines/thawed.py takes it from there.
"""

from buzzband_fw.core.portable import const, micropython, ptr32

SIZE_MAX = const(148)  # integers, in any mode

_CHAIN = ("_intake", "_comb", "_lowpass", "_smooth")
_CUE = ("_average", "_quality", "_state", "_events")
_OF_PIPELINE = ("envelope", "window")
_OF_CUE = ("gated", "flags", "_sensor_off", "_alarm")
_OF_MODE = ("target_permille", "in_set", "effort", "_off")
_OF_SOME_MODES = ("sets", "_reps", "_hits", "_set")
_OF_FATIGUE = ("rate_hz", "first_hz", "_reps", "_smooth", "_crossings", "_windows")


@micropython.viper
def copy(source: ptr32, target: ptr32, at: int, count: int):
    """Copy ``count`` integers to ``target[at:]``."""
    for i in range(count):
        target[at + i] = source[i]


class Frozen:
    """A pipeline as integers: first those of its arrays, one behind the other, then those that stand alone.

    ``size``: how many there are. ``arrays``; ``alone``: owners, and the names of their attributes. The pipeline's cue
    is to stay.
    """

    def __init__(self, pipeline):
        chain, cue = pipeline.chain, pipeline.cue
        mode, fatigue, takeover = cue.mode, cue.fatigue, cue.takeover
        arrays = [getattr(chain, name) for name in _CHAIN] + [getattr(cue, name) for name in _CUE] + [mode.gate]
        alone = [(pipeline, _OF_PIPELINE), (cue, _OF_CUE), (mode, _OF_MODE)]
        alone.append((mode, [name for name in _OF_SOME_MODES if hasattr(mode, name)]))
        if fatigue is not None:
            alone.append((fatigue, _OF_FATIGUE))
        if takeover is not None:
            arrays.append(takeover._sums)
        self.arrays = arrays
        self.alone = alone
        self.size = sum([len(each) for each in arrays]) + sum([len(names) for _, names in alone])

    @micropython.native
    def save(self, out):
        """Write how it stands to ``out``. Allocates nothing."""
        at = 0
        for each in self.arrays:
            count = len(each)
            copy(each, out, at, count)
            at += count
        for owner, names in self.alone:
            for name in names:
                out[at] = getattr(owner, name)
                at += 1
