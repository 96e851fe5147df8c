"""Two EMG sensors on the ADC, which take turns: 2400 S/s each. Registers: datasheet, 4.9.6."""

from machine import ADC, Pin, mem32

from buzzband_fw.core.portable import const
from buzzband_fw.hal import pins
from buzzband_fw.hal.emg_adc import EmgAdc

_CS = const(0x4004C000)
_ENABLE = const(1)
_READY = const(1 << 8)  # no conversion goes on
_IN_TURN_MANY = const(3 << 16 | 9)  # after channel 0 comes channel 1, after 1 comes 0
_CHANNEL = const(12)  # where the number of the channel lies that is next


class EmgPair(EmgAdc):
    """``EmgAdc`` for two: in the ring even samples are the EMG's, odd ones the other's."""

    def start(self):
        """Start converting."""
        ADC(Pin(pins.EMG_OTHER))
        super().start()

    def restart(self):
        """Stop and start anew; return from which sample on each is surely in its place.

        An odd number of samples that were missing has made all that follow change places.
        """
        mem32[_CS] = _ENABLE
        while not mem32[_CS] & _READY:
            pass
        return self._convert()

    def borrow(self, channel):
        """Return None: a third channel would put the two out of step."""

    def _convert(self):
        taken = self.taken()
        mem32[_CS] = _IN_TURN_MANY | (taken & 1) << _CHANNEL  # the one that the next place in the ring belongs to
        return taken
