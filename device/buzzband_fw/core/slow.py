"""Slow: the tilt along each axis, kept every 0.32 s, for a second look at the sets in which the limb hardly turns."""

from buzzband_fw.core.portable import const, micropython, ptr8, ptr32

AXES = const(3)
PLACES = const(512)  # 2 min 44 s of each axis
SHIFT = const(4)  # a place holds every 16th step

_AXES = const(3)
_PLACES = const(512)
_MASK = const(511)
_SCALE = const(3)  # 0.11°, and a byte goes round after 29°: no limb that hardly turns gets further in 0.32 s


@micropython.viper
def keep(positions: ptr32, place: int, slow: ptr8):
    """Keep the tilt along each axis, modulo 29°."""
    for axis in range(_AXES):
        slow[axis * _PLACES + (place & _MASK)] = (positions[axis] >> _SCALE) & 255
