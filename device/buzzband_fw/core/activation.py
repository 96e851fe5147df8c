"""Activation: where the envelope stands between the wearer's rest, 0 permille, and best squeeze, 1000 permille."""

from buzzband_fw.core.portable import const, int32s, micropython, ptr32

SPAN_MIN = const(64)  # one step of the ADC: a smaller distance from rest to reference is no calibration
PERMILLE_MAX = const(4000)

_REST = const(0)
_SPAN = const(1)


def new_scale(rest, reference):
    """Return the scale from two envelopes; their distance is never less than ``SPAN_MIN``."""
    return int32s((rest, max(reference - rest, SPAN_MIN)))


def span_of(scale):
    """Return the distance from rest to reference."""
    return scale[_SPAN]


@micropython.viper
def permille(envelope: int, scale: ptr32) -> int:
    """Return 1000 (envelope - rest) / (reference - rest), rounded down, at least 0 and at most ``PERMILLE_MAX``.

    The product stays within 2^30 for envelopes below 2^20, which is more than the chain can give.
    """
    above = envelope - scale[_REST]
    span = scale[_SPAN]
    if above <= 0:
        return 0
    if above >> 2 >= span:
        return PERMILLE_MAX
    return above * 1000 // span


def envelope_at(permille_wanted, scale):
    """Return the least envelope of ``permille_wanted``: to compare with it costs less than to divide every 10 ms."""
    return scale[_REST] - -permille_wanted * scale[_SPAN] // 1000
