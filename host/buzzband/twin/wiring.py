"""What is wired to the chip's pins: a button, and recorders of what the motor and the LED are told."""

from dataclasses import dataclass
from typing import Any

from buzzband.twin.chip import NANOS, Chip
from buzzband.twin.haptics import Drv2605lModel
from buzzband.twin.haptics.drv2605l import FULL_DRIVE
from buzzband_fw.hal import pins

GAP_NANOS = 200_000.0  # a motor that has been off for longer is off; a period of its PWM takes 46 µs
STEP_DUTY = 0.02  # a duty that differs by more is another one

MICROS = 1e6

_HIGH = 1  # the emulator's GPIOPinState


class Led:
    """Records when the LED goes on and off."""

    def __init__(self, chip: Chip, pin: int = pins.LED) -> None:
        self.on = False
        self.changes: list[tuple[float, bool]] = []
        self._chip = chip
        chip.mcu.gpio[pin].add_listener(self._on_edge)
        chip.on_release(lambda: self._set(False))

    def _on_edge(self, state: int, _before: int) -> None:
        self._set(state == _HIGH)

    def _set(self, on: bool) -> None:
        if on != self.on:
            self.on = on
            self.changes.append((self._chip.seconds, on))


class Button:
    """The button, to ground. Nobody presses it at first."""

    def __init__(self, chip: Chip, pin: int = pins.BUTTON) -> None:
        self.pressed = False
        self._chip = chip
        self._pin: Any = chip.mcu.gpio[pin]

    def hold(self) -> None:
        """Press it and do not let go, not even over a reset."""
        with self._chip.turn():
            self.pressed = True
            self._pin.set_input_value(False)

    def release(self) -> None:
        """Let go."""
        with self._chip.turn():
            self.pressed = False
            self._pin.release_input()

    def press(self, ms: float, after_s: float = 0.0) -> None:
        """Press it for ``ms`` of chip time, ``after_s`` from now."""
        start_s = self._chip.seconds + after_s
        self._chip.at(start_s, self.hold)
        self._chip.at(start_s + ms / 1000, self.release)


@dataclass(frozen=True)
class Step:
    """A part of a burst with one duty, 0 to 1; below 0 where the motor is braked."""

    start_s: float
    duty: float


@dataclass(frozen=True)
class Burst:
    """The motor on, from the first rising edge to the last falling one. ``duty``: mean, over whole periods.

    ``steps``: where the duty changed. A full duty shows as one long period.
    """

    start_s: float
    end_s: float
    duty: float
    steps: tuple[Step, ...]

    @property
    def duration_s(self) -> float:
        """Return how long it lasted."""
        return self.end_s - self.start_s


class Motor:
    """Records the motor's bursts, however many edges the PWM makes of them.

    ``high`` is the level of its pin now, ``edge_s`` the time of the last edge, ``longest_high_s`` the longest time that
    the pin was high without a break.
    """

    def __init__(self, chip: Chip, pin: int = pins.MOTOR) -> None:
        self.high = False
        self._clock = chip.clock
        self._longest = 0.0
        self._closed: list[Burst] = []
        self._steps: list[tuple[float, float]] = []
        self._first_rise = self._rise = self._fall = -NANOS  # of the burst that is on, or was the last; in ns
        self._high_nanos = 0.0  # in whole periods of it
        chip.mcu.gpio[pin].add_listener(self._on_edge)
        chip.on_release(lambda: self._on_edge(0, 0))

    def _on_edge(self, state: int, _before: int) -> None:
        now = self._clock.nanos
        if state == _HIGH:
            self._on_rise(now)
        elif self.high:
            self.high = False
            self._fall = now
            self._longest = max(self._longest, now - self._rise)

    def _on_rise(self, now: float) -> None:
        if now - self._fall > GAP_NANOS:
            if self._first_rise >= 0:
                self._closed.append(self._burst())
            self._first_rise = now
            self._high_nanos = 0.0
            self._steps = []
        else:
            high = self._fall - self._rise
            duty = high / (now - self._rise)
            self._high_nanos += high
            if not self._steps or abs(duty - self._steps[-1][1]) > STEP_DUTY:
                self._steps.append((self._rise, duty))
        self._rise = now
        self.high = True

    def _burst(self) -> Burst:
        whole = self._rise - self._first_rise
        duty = self._high_nanos / whole if whole else 1.0
        steps = self._steps or [(self._first_rise, duty)]
        return Burst(
            self._first_rise / NANOS, self._fall / NANOS, duty, tuple(Step(at / NANOS, part) for at, part in steps)
        )

    @property
    def on(self) -> bool:
        """Return whether a burst is on."""
        return self.high or self._clock.nanos - self._fall <= GAP_NANOS

    @property
    def on_since_s(self) -> float | None:
        """Return when the burst that is on started, None if none is."""
        return self._first_rise / NANOS if self.on else None

    @property
    def bursts(self) -> tuple[Burst, ...]:
        """Return the bursts that are over."""
        if self._first_rise < 0 or self.on:
            return tuple(self._closed)
        return (*self._closed, self._burst())

    @property
    def edge_s(self) -> float:
        """Return the chip time of the last edge, -1 if there was none."""
        return max(self._rise, self._fall) / NANOS

    @property
    def longest_high_s(self) -> float:
        """Return the longest time for which the pin was high, up to now if it is."""
        return max(self._longest, self._clock.nanos - self._rise if self.high else 0.0) / NANOS


class DrivenMotor:
    """Records the bursts of a motor behind ``haptics``, whose EN is the motor's pin. The same as ``Motor`` tells.

    A burst lasts as long as the motor gets anything, brake included; what it gets while it brakes is no part of its
    duty. ``high`` and ``longest_high_s`` are of the pin.
    """

    def __init__(self, chip: Chip, haptics: Drv2605lModel, pin: int = pins.MOTOR) -> None:
        self.high = False
        self._chip = chip
        self._haptics = haptics
        self._longest_s = 0.0
        self._rise_s = -1.0
        chip.mcu.gpio[pin].add_listener(lambda state, _before: self._set(state == _HIGH))
        chip.on_release(lambda: self._set(False))

    def _set(self, high: bool) -> None:
        if high == self.high:
            return
        self._longest_s = self.longest_high_s
        self._rise_s = self._chip.seconds
        self.high = high
        self._haptics.enable(high)

    @property
    def on(self) -> bool:
        """Return whether a burst is on."""
        return self._haptics.is_driven()

    @property
    def on_since_s(self) -> float | None:
        """Return when the burst that is on started, None if none is."""
        return self._all()[-1].start_s if self.on else None

    @property
    def bursts(self) -> tuple[Burst, ...]:
        """Return the bursts that are over."""
        return self._all()[:-1] if self.on else self._all()

    @property
    def edge_s(self) -> float:
        """Return the chip time of the last change, -1 if there was none."""
        passed = [when / MICROS for when, _ in self._haptics.drives if when / MICROS <= self._chip.seconds]
        return passed[-1] if passed else -1.0

    @property
    def longest_high_s(self) -> float:
        """Return the longest time for which the pin was high, up to now if it is."""
        return max(self._longest_s, self._chip.seconds - self._rise_s if self.high else 0.0)

    def _all(self) -> tuple[Burst, ...]:
        found: list[Burst] = []
        steps: list[Step] = []
        for when_us, drive in [*self._haptics.drives, (round(self._chip.seconds * MICROS), 0)]:
            if drive:
                steps.append(Step(when_us / MICROS, drive / FULL_DRIVE))
            elif steps:
                found.append(_burst(steps, when_us / MICROS))
                steps = []
        return tuple(found)


def _burst(steps: list[Step], end_s: float) -> Burst:
    """Return the burst of ``steps`` that ends then."""
    ends_s = [step.start_s for step in steps[1:]] + [end_s]
    lasts_s = end_s - steps[0].start_s
    driven = sum(max(step.duty, 0.0) * (until_s - step.start_s) for step, until_s in zip(steps, ends_s, strict=True))
    return Burst(steps[0].start_s, end_s, driven / lasts_s if lasts_s else 1.0, tuple(steps))
