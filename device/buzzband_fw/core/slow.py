"""Slow: the tilt along each axis, kept every 0.32 s, for a second look at the sets in which the limb hardly turns."""

from buzzband_fw.core.portable import const, micropython, ptr8, ptr32

AXES = const(3)
PLACES = const(512)  # 2 min 44 s of each axis
SHIFT = const(4)  # a place holds every 16th step

_PLACES = const(512)
_MASK = const(511)
_SCALE = const(3)  # 0.11°, and a byte goes round after 29°: no limb that hardly turns gets further in 0.32 s


@micropython.viper
def keep(positions: ptr32, place: int, slow: ptr8):
    """Keep the tilt along each axis, modulo 29°."""
    place &= _MASK
    slow[place] = (positions[0] >> _SCALE) & 255  # no loop: that would take longer than what is in it
    slow[place + _PLACES] = (positions[1] >> _SCALE) & 255
    slow[place + 2 * _PLACES] = (positions[2] >> _SCALE) & 255
