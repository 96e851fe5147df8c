"""The EMG sensors: recordings, one sample for every conversion of the chip's ADC."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, cycle, islice, repeat
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from buzzband.twin.chip import NANOS, Chip
from buzzband_fw.hal import pins

MID_SCALE = 2048
FULL_SCALE = 4095
REFERENCE_MV = 3300
SUPPLY_DIVIDER = 3
BLOCK_SAMPLES = 48  # how often the vibration learns whether the motor is on: every 10 ms at 4800 S/s

_FIRST_PIN = 26  # the GPIO of channel 0
EMG_CHANNEL = pins.EMG - _FIRST_PIN
OTHER_CHANNEL = pins.EMG_OTHER - _FIRST_PIN
SUPPLY_CHANNEL = pins.VSYS - _FIRST_PIN
_CHANNELS = (EMG_CHANNEL, OTHER_CHANNEL)
_START_MANY = 1 << 3
_SELECTED_SHIFT = 12
_SELECTED = 7 << _SELECTED_SHIFT
_CONVERTER_MHZ = 48
_JITTER_NANOS = 1000.0


class Vibration(Protocol):
    """Something that shakes the electrodes while the motor is on."""

    def block(self, on: bool, n: int) -> NDArray[np.float64]:
        """Return the next ``n`` samples of what it adds to the signal, in ADC codes."""
        ...


class Emg:
    """Feeds ``codes``, 12 bits each, to the free-running conversions of the EMG channel; then mid-scale, or all again.

    A single conversion finds the sample that is next, and leaves it. A chip that starts anew goes on where it was.
    ``samples_fed`` counts. ``shaken_by``: what is added while ``motor_on`` says so. ``other``: what a second sensor
    gives, for every one of ``codes``: of the two, each conversion finds the one of its channel.
    """

    def __init__(
        self,
        codes: Iterable[int] | NDArray[np.integer[Any]] = (),
        *,
        loop: bool = False,
        shaken_by: Vibration | None = None,
        other: Iterable[int] | NDArray[np.integer[Any]] = (),
    ) -> None:
        self.samples_fed = 0
        self.motor_on: Callable[[], bool] = lambda: False
        self._shaken_by = shaken_by
        self._sources = [_endless(each, loop) for each in (codes, other)]
        self._block: list[tuple[int, ...]] = []
        self._starts: list[tuple[int, float, float]] = []  # first sample, its time, the period: in ns

    def attach(self, chip: Chip) -> None:
        """Wire it to the converter of ``chip``."""
        adc, clock = chip.mcu.adc, chip.clock
        _mend_turns(adc)
        convert = adc.on_adc_read
        due, period = -NANOS, 0.0

        def on_conversion(channel: int) -> None:
            nonlocal due, period
            runs = adc.cs & _START_MANY
            if channel in _CHANNELS or runs:
                if not self._block:
                    self._block = self._next_block()
                if channel in _CHANNELS:
                    adc.channel_values[channel] = self._block[-1][channel]
                if runs:  # a conversion of the supply in between takes the place of a sample
                    self._block.pop()
                    now = clock.nanos
                    if not -_JITTER_NANOS < now - due < _JITTER_NANOS:
                        period = adc.divider * 1e3 / _CONVERTER_MHZ
                        self._starts.append((self.samples_fed, now, period))
                    due = now + period
                    self.samples_fed += 1
            convert(channel)

        adc.on_adc_read = on_conversion

    @property
    def starts(self) -> Sequence[int]:
        """Return with which samples the converter started to run freely; it never pauses between two of them."""
        return [first for first, _, _ in self._starts]

    def time_s(self, sample: int) -> float:
        """Return the chip time at which ``sample`` is or will be taken. Raises IndexError before the converter runs."""
        index = bisect_right(self._starts, (sample, np.inf, 0.0)) - 1
        if index < 0:
            raise IndexError(f"Sample {sample} has not been taken.")
        first, start, period = self._starts[index]
        return (start + (sample - first) * period) / NANOS

    def _next_block(self) -> list[tuple[int, ...]]:
        """Return the next samples of both channels, the first ones last."""
        codes = [list(islice(source, BLOCK_SAMPLES)) for source in self._sources]
        if self._shaken_by is not None:
            added = self._shaken_by.block(self.motor_on(), BLOCK_SAMPLES)
            codes = np.clip(np.rint(np.array(codes) + added), 0, FULL_SCALE).astype(int).tolist()
        return list(zip(*codes, strict=True))[::-1]


def _endless(codes: Iterable[int] | NDArray[np.integer[Any]], loop: bool) -> Iterator[int]:
    known = codes.tolist() if isinstance(codes, np.ndarray) else codes
    return chain(cycle(known) if loop else known, repeat(MID_SCALE))  # nothing in a circle is nothing


def _mend_turns(adc: Any) -> None:
    """Let channels take turns: the emulator takes bits 2 and 3 of the next one's number, where it has bits 0 to 2."""

    def selected(self: Any) -> int:
        return int(self.cs & _SELECTED) >> _SELECTED_SHIFT

    def select(self: Any, channel: int) -> None:
        self.cs = self.cs & ~_SELECTED | channel << _SELECTED_SHIFT

    adc.__class__ = type("Converter", (type(adc),), {"_active_channel": property(selected, select)})


class Supply:
    """The voltages: ``mv`` at VSYS, and whether USB power is there. A serial line works without, as no cable would."""

    def __init__(self, chip: Chip, mv: int, usb_power: bool) -> None:
        self._chip = chip
        self.mv = mv
        self.usb_power = usb_power

    @property
    def mv(self) -> int:
        """VSYS in mV; the converter sees a third of it."""
        return self._mv

    @mv.setter
    def mv(self, mv: int) -> None:
        self._mv = mv
        code = round(mv / SUPPLY_DIVIDER / REFERENCE_MV * FULL_SCALE)
        with self._chip.turn():
            self._chip.mcu.adc.channel_values[SUPPLY_CHANNEL] = min(code, FULL_SCALE)

    @property
    def usb_power(self) -> bool:
        """Whether VBUS is high."""
        return self._usb_power

    @usb_power.setter
    def usb_power(self, on: bool) -> None:
        self._usb_power = on
        with self._chip.turn():
            self._chip.mcu.gpio[pins.VBUS].set_input_value(on)
