"""Supply: the voltage that feeds the motor, and whether USB power is there."""

from machine import ADC, Pin

from buzzband_fw.core.portable import const
from buzzband_fw.hal import pins

_READINGS = const(8)
_REFERENCE_MV = const(3300)
_DIVIDER = const(3)  # the board's: 200 kΩ over 100 kΩ
_FULL_SCALE = const(65535)
_SAMPLE_FULL_SCALE = const(4095)


def read_mv():
    """Return VSYS in mV, the mean of 8 readings. Not while the EMG is sampled: this takes the converter's channel."""
    adc = ADC(Pin(pins.VSYS))
    total = sum(adc.read_u16() for _ in range(_READINGS))
    return total * _DIVIDER * _REFERENCE_MV // (_READINGS * _FULL_SCALE)


def borrow_mv(emg_adc):
    """Return VSYS in mV while ``emg_adc`` samples: one reading, in place of one of its samples; None if it refuses."""
    reading = emg_adc.borrow(pins.VSYS - pins.EMG)
    return None if reading is None else reading * _DIVIDER * _REFERENCE_MV // _SAMPLE_FULL_SCALE


class UsbPower:
    """Tells whether the USB cable delivers power: then the electrodes are not to be on a body."""

    def __init__(self):
        self._value = Pin(pins.VBUS, Pin.IN).value

    def present(self):
        """Return whether it does."""
        return self._value() == 1
