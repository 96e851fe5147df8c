"""Activation: where the envelope stands between the wearer's rest (0 permille) and reference squeeze (1000 permille)."""

from array import array

from buzzband_fw.core.portable import const, micropython, ptr32

SPAN_MIN = const(64)  # one step of the ADC: a smaller distance from rest to reference is no calibration
PERMILLE_MAX = const(4000)

_REST = const(0)
_SPAN = const(1)


def new_scale(rest, reference):
    """Return the scale from two envelope values; their distance is never less than ``SPAN_MIN``."""
    return array("i", (rest, max(reference - rest, SPAN_MIN)))


@micropython.viper
def permille(envelope: int, scale: ptr32) -> int:
    """Return 1000 (envelope - rest) / (reference - rest), at least 0 and at most ``PERMILLE_MAX``.

    The product stays within 2^30 for envelopes below 2^20, which is more than the chain can give.
    """
    above = envelope - scale[_REST]
    span = scale[_SPAN]
    if above <= 0:
        return 0
    if above >> 2 >= span:
        return PERMILLE_MAX
    return above * 1000 // span
