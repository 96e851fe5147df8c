"""A core that goes on from where another one stood: see buzzband_fw.core.frozen."""

from collections.abc import Sequence

from buzzband_fw.core.frozen import Frozen
from buzzband_fw.core.intake import MASK
from buzzband_fw.core.pipeline import Pipeline


def restore(pipeline: Pipeline, values: Sequence[int]) -> None:
    """Let a pipeline of the same settings stand as ``values`` say, on a ring of its own size.

    Raises ValueError if they are not as many as it has.
    """
    frozen = Frozen(pipeline)
    if len(values) != frozen.size:
        raise ValueError("the state of another mode, or of another version")
    ring_mask = pipeline.chain.ring_mask()
    left = iter(values)
    for array in frozen.arrays:
        for index in range(len(array)):
            array[index] = next(left)
    frozen.arrays[0][MASK] = ring_mask
    for owner, names in frozen.alone:
        for name in names:
            setattr(owner, name, next(left))
