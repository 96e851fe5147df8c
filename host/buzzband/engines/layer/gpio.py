"""Pins: what is wired to them, and a record of what the chip did with them."""

from typing import Any

FULL_DUTY = 65535


class Gpio:
    """The wires of a band. ``edges``: (µs, pin, level) of every output; ``duties``: (µs, duty) of the motor.

    With ``haptics``, a model of the chip that drives the motor, the motor's pin is its EN, and duties are its drives:
    negative while it brakes.
    """

    def __init__(self, world: Any, pins: Any, usb_power: bool, haptics: Any = None) -> None:
        self.pins = pins
        self.usb_power = usb_power
        self.button_down = False
        self.edges: list[tuple[int, int, int]] = []
        self.duties: list[tuple[int, int]] = []
        self._world = world
        self._haptics = haptics
        if haptics is not None:
            self.duties = haptics.drives
            haptics.on_change = self._before_change
        self._bus = (pins.SDA, pins.SCL)
        self._levels: dict[int, int] = {}
        self._duty = 0

    def read(self, number: int, pull: int) -> int:
        """Return the level of a pin."""
        if number == self.pins.BUTTON:
            return int(pull == Pin.PULL_UP and not self.button_down)
        if number == self.pins.VBUS:
            return int(self.usb_power)
        if number in self._bus:
            return int(self._world.wires.read(number))
        return self._levels.get(number, 0)

    def write(self, number: int, level: int) -> None:
        """Set the level of a pin."""
        if number in self._bus:
            self._world.wires.write(number, level)
            return
        if number == self.pins.MOTOR:
            self._drive_pin(level)
        if self._levels.get(number) != level:
            self._world.open_heap()
            self._levels[number] = level
            self.edges.append((self._world.now_us, number, level))
            self._world.shut_heap()

    def drive(self, duty: int) -> None:
        """Let the motor have that share of the supply, of 65535. What it shook so far is in the samples before."""
        if duty == self._duty:
            return
        self._before_change()
        self._duty = duty
        self._world.open_heap()
        self.duties.append((self._world.now_us, duty))
        self._world.shut_heap()

    def _drive_pin(self, level: int) -> None:
        if self._haptics is None:
            self.drive(FULL_DUTY * level)
            return
        self._world.open_heap()
        self._haptics.enable(level)
        self._world.shut_heap()

    def _before_change(self) -> None:
        self._world.converter.catch_up()
        self._world.stir()

    @property
    def motor_on(self) -> bool:
        """Return whether the motor is driven."""
        return self._duty > 0 if self._haptics is None else bool(self._haptics.is_driven())

    def let_go(self) -> None:
        """Let all pins float, as a reset does."""
        self._drive_pin(0)
        self._world.wires.let_go()
        for number in self._levels:
            self.write(number, 0)
        self._levels = {}


class Pin:
    """``machine.Pin``, as far as it is used."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    world: Any = None

    def __init__(self, number: int, mode: int = -1, pull: int = -1, value: int | None = None) -> None:
        self.number = number
        self._pull = pull
        if value is not None:
            self.value(value)

    def value(self, level: int | None = None) -> int:
        """Return the level, or set it."""
        self.world.spend(1)
        if level is None:
            return int(self.world.gpio.read(self.number, self._pull))
        self.world.gpio.write(self.number, 1 if level else 0)
        return 0


class PWM:
    """``machine.PWM`` on the motor's pin."""

    world: Any = None

    def __init__(self, pin: Pin, freq: int, duty_u16: int) -> None:
        if pin.number != self.world.gpio.pins.MOTOR:
            raise NotImplementedError("only the motor is driven by PWM")
        if self.world.wires.haptics is not None:
            raise NotImplementedError("PWM at the pin of a chip that drives the motor")
        self.freq = freq
        self.duty_u16(duty_u16)

    def duty_u16(self, duty: int) -> None:
        """Set the duty."""
        self.world.spend(2)
        self.world.gpio.drive(duty)
