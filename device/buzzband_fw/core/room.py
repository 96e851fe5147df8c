"""Room: what the reps of a set work in. It is large, so a band takes it before what fills the heap is loaded."""

from buzzband_fw.core.motion import SOURCES
from buzzband_fw.core.portable import zeros16
from buzzband_fw.core.slow import AXES, PLACES
from buzzband_fw.core.swings import ROW, SWINGS_MAX
from buzzband_fw.core.zigzag import HISTORY_STEPS


def new_room():
    """Return what a ``Reps`` works in, 19 KB: the history of the positions, the swings of a set, and its tilt."""
    return new_history(), new_rows(), new_tilt()


def new_history():
    """Return room for the last 10 s: a column for each source, then one for the activation."""
    return zeros16(HISTORY_STEPS * (SOURCES + 1))


def new_rows():
    """Return room for the swings of all sources."""
    return zeros16(SOURCES * SWINGS_MAX * ROW)


def new_tilt():
    """Return room for the tilt of the last sets."""
    return bytearray(AXES * PLACES)
