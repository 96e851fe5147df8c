"""EMG sensor on the ADC: 4800 S/s without a break. The converter runs freely, DMA moves its FIFO into a ring in RAM.

Flash writes stop the processor, but neither converter nor DMA: the ring holds 3.4 s. Registers: datasheet, 4.9.6.
"""

import gc
from array import array
from machine import ADC, Pin, mem32
from rp2 import DMA
from uctypes import addressof

from buzzband_fw.core.portable import const, micropython
from buzzband_fw.hal import pins

RING_SAMPLES = const(16384)

_RING_BITS = const(15)
_RING_SIZE = const(32768)
_RING_MASK = const(16383)
_COUNT = const((1 << 30) - 1)  # transfers until the DMA stops by itself, after 62 hours
_CS = const(0x4004C000)
_FCS = const(0x4004C008)
_FIFO = const(0x4004C00C)
_DIV = const(0x4004C010)
_ENABLE_START_MANY = const(9)
_CHANNEL = const(12)  # where its number lies
_OVER_UNDER = const(3 << 10)
_FIFO_ON = const(1 << 24 | 1 << 3 | 1)  # request a transfer for every sample
_OVER = const(1 << 11)
_DIVIDER = const(9999 << 8)  # 48 MHz / (9999 + 1)
_DREQ_ADC = const(36)
_ATTEMPTS = const(4)
_GAPS_MAX = const(512)
_GAP_MIN = const(1024)


def aligned_ring():
    """Return room for the samples at an address that is a multiple of its size, 32 KB, as the DMA's wrap demands.

    The heap gives out the first gap that fits. Fillers take what lies before the next such address, and the ring comes
    behind them. At last twice the size, which surely holds one.
    """
    blank = bytes(_RING_SIZE)  # before the places are looked at: to make an array takes it
    fillers = []
    for _ in range(_ATTEMPTS):
        ring = array("H", blank)
        place = addressof(ring)
        misplaced = place % _RING_SIZE
        if not misplaced:
            return ring
        ring = None
        gc.collect()
        before = _RING_SIZE - misplaced
        if before < _GAP_MIN:  # there may be more gaps as small as that than fillers
            before += _RING_SIZE
        _fill_up_to(place, before, fillers)
    fillers = blank = None
    gc.collect()
    room = array("H", bytes(2 * _RING_SIZE))
    start = -addressof(room) % _RING_SIZE // 2
    return memoryview(room)[start : start + RING_SAMPLES]


def _fill_up_to(place, size, fillers):
    """Add ``size`` bytes at ``place`` to ``fillers``, and as many in each gap before it, for those are taken first."""
    for _ in range(_GAPS_MAX):
        filler = bytearray(size)
        fillers.append(filler)
        if addressof(filler) >= place:
            return


class EmgAdc:
    """The EMG as a ring of 16-bit samples, ``ring``, of which ``taken`` have been written since ``start``."""

    def __init__(self, ring):
        """``ring``: one that ``aligned_ring`` has made."""
        self.ring = ring
        self._dma = None

    def start(self):
        """Start converting; sample 0 is the first conversion."""
        ADC(Pin(pins.EMG))  # takes the pin away from the digital side
        mem32[_CS] = 1  # selects channel 0, which is this pin
        mem32[_FCS] = _OVER_UNDER | _FIFO_ON
        mem32[_DIV] = _DIVIDER
        self._dma = DMA()
        control = self._dma.pack_ctrl(
            size=1, inc_read=False, ring_size=_RING_BITS, ring_sel=True, treq_sel=_DREQ_ADC, irq_quiet=True
        )
        self._dma.config(read=_FIFO, write=self.ring, count=_COUNT, ctrl=control, trigger=True)
        self._convert()

    @micropython.native
    def taken(self):
        """Return how many samples the ring has been given. Sample n is at ``ring[n % RING_SAMPLES]``."""
        return _COUNT - self._dma.count

    def fifo_overflowed(self):
        """Return whether the converter found its FIFO full since the last call: then samples are missing."""
        if not mem32[_FCS] & _OVER:
            return False
        mem32[_FCS] = _OVER_UNDER | _FIFO_ON
        return True

    def borrow(self, channel):
        """Return one conversion of another channel, 12 bits. The sample whose place it takes becomes that before it.

        The channel changes right after a conversion, so the next one is sure to be of the other; 0.4 ms at most.
        """
        self._await_sample()
        mem32[_CS] = _ENABLE_START_MANY | channel << _CHANNEL
        place = self._await_sample()
        mem32[_CS] = _ENABLE_START_MANY
        ring = self.ring
        value = ring[place & _RING_MASK]
        ring[place & _RING_MASK] = ring[place - 1 & _RING_MASK]
        return value

    def _await_sample(self):
        """Wait for the next sample; return its number."""
        taken = before = self.taken()
        while taken == before:
            taken = self.taken()
        return taken - 1

    def stop(self):
        """Stop converter and DMA. A DMA object that is merely dropped would go on writing (micropython 18446)."""
        mem32[_CS] = 1
        if self._dma is not None:
            self._dma.active(0)
            self._dma.close()
            self._dma = None
        mem32[_FCS] = _OVER_UNDER

    def _convert(self):
        mem32[_CS] = _ENABLE_START_MANY
