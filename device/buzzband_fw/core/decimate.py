"""Decimation: the ADC's 4800 S/s become 1200 Hz, four samples summed to one and centred on zero."""

from array import array

from buzzband_fw.core.portable import const, micropython, ptr16, ptr32

RAW_PER_SAMPLE = const(4)
CENTRE = const(8192)  # four times mid-scale of 12 bits; uncentred, the high-pass's accumulator would overflow
RAIL_LOW = const(163)  # four times 1 % of 4095
RAIL_HIGH = const(16217)

_MASK = const(0)
_RAILED = const(1)
RAILED = const(1)  # index of the count of samples within 1 % of a rail; the reader resets it


def new_state(ring_samples):
    """Return the state for a ring of ``ring_samples`` raw samples, a power of two and a multiple of 4."""
    return array("i", (ring_samples - 1, 0))


@micropython.viper
def decimate(ring: ptr16, position: int, block: ptr32, length: int, state: ptr32):
    """Sum raw samples from ``position`` (a multiple of 4) on into ``length`` samples of ``block``, each within ±2^13.

    y[n] = x[4n] + x[4n+1] + x[4n+2] + x[4n+3] - 4 * 2048
    """
    mask = state[_MASK]
    railed = state[_RAILED]
    for i in range(length):
        j = position & mask
        position += RAW_PER_SAMPLE
        x = ring[j] + ring[j + 1] + ring[j + 2] + ring[j + 3]
        if x < RAIL_LOW or x > RAIL_HIGH:
            railed += 1
        block[i] = x - CENTRE
    state[_RAILED] = railed
