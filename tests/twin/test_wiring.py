"""Motor, LED and button: what the pins are told, and when."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from buzzband.twin.chip import Chip
from buzzband.twin.wiring import Motor
from twin.bench import TwinBench, ask, wait_for_prompt

# Tests start the motor after 20 ms, when USB has come up.
LOW, HIGH = 0, 1
PERIOD_US = 46.3


@dataclass
class FakePin:
    """Stands for the emulator's pin, and for the chip that it belongs to."""

    nanos: float = 0.0
    listeners: list[Any] = field(default_factory=list)
    released: list[Any] = field(default_factory=list)

    @property
    def clock(self) -> "FakePin":
        return self

    @property
    def mcu(self) -> "FakePin":
        return self

    @property
    def gpio(self) -> list["FakePin"]:
        return [self] * 30

    def add_listener(self, listener: Any) -> None:
        self.listeners.append(listener)

    def on_release(self, listener: Any) -> None:
        self.released.append(listener)

    def wait_us(self, us: float) -> None:
        self.nanos += us * 1000

    def drive(self, high_us: float, low_us: float) -> None:
        self.listeners[0](HIGH, LOW)
        self.wait_us(high_us)
        self.listeners[0](LOW, HIGH)
        self.wait_us(low_us)

    def pwm(self, duty: float, ms: float) -> None:
        for _ in range(round(ms * 1000 / PERIOD_US)):
            self.drive(duty * PERIOD_US, (1 - duty) * PERIOD_US)


def motor_on(pin: FakePin) -> Motor:
    pin.wait_us(1000)
    return Motor(cast(Chip, pin))


def test_the_edges_of_a_pulse_are_one_burst() -> None:
    motor = motor_on(pin := FakePin())
    pin.pwm(0.6, ms=100)
    assert (motor.on, motor.bursts) == (True, ())
    pin.wait_us(300)
    (burst,) = motor.bursts
    assert not motor.on
    assert (burst.start_s, burst.duty) == (0.001, pytest.approx(0.6))
    assert burst.duration_s == pytest.approx(0.1, abs=PERIOD_US / 1e6)


def test_a_pause_of_more_than_200_us_makes_two_bursts_of_it() -> None:
    motor = motor_on(pin := FakePin())
    for pause_us in (190, 210, 300):
        pin.pwm(0.5, ms=1)
        pin.wait_us(pause_us - PERIOD_US / 2)
    assert len(motor.bursts) == 2


def test_kick_and_hold_are_steps_of_a_burst() -> None:
    motor = motor_on(pin := FakePin())
    pin.pwm(0.97, ms=50)
    pin.pwm(0.6, ms=70)
    pin.wait_us(300)
    kick, hold = motor.bursts[0].steps
    assert (kick.start_s, kick.duty, hold.duty) == (0.001, pytest.approx(0.97), pytest.approx(0.6))
    assert hold.start_s == pytest.approx(0.051, abs=PERIOD_US / 1e6)
    assert motor.bursts[0].duty == pytest.approx((0.97 * 50 + 0.6 * 70) / 120, rel=0.01)


def test_a_full_duty_is_one_long_period() -> None:
    motor = motor_on(pin := FakePin())
    pin.drive(50_000, 0.4 * PERIOD_US)
    pin.pwm(0.6, ms=70)
    pin.wait_us(300)
    assert [step.duty for step in motor.bursts[0].steps] == [pytest.approx(1, abs=0.001), pytest.approx(0.6)]
    assert motor.longest_high_s == pytest.approx(0.05)


def test_a_pin_that_stays_high_is_told_while_it_is() -> None:
    motor = motor_on(pin := FakePin())
    pin.listeners[0](HIGH, LOW)
    pin.wait_us(2_000_000)
    assert (motor.high, motor.on, motor.on_since_s, motor.edge_s) == (True, True, 0.001, 0.001)
    assert motor.longest_high_s == pytest.approx(2)


def test_a_released_pin_is_low() -> None:
    motor = motor_on(pin := FakePin())
    pin.listeners[0](HIGH, LOW)
    pin.wait_us(500)
    pin.released[0]()
    pin.wait_us(300)
    assert (motor.high, motor.on_since_s, motor.bursts[0].end_s) == (False, None, 0.0015)


def test_a_single_edge_is_a_burst_of_full_duty() -> None:
    motor = motor_on(pin := FakePin())
    pin.drive(100, 300)
    (burst,) = motor.bursts
    assert (burst.duty, len(burst.steps)) == (1.0, 1)


@pytest.mark.pico(0.04)
def test_pwm_of_the_chip_is_recorded_with_its_duty(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(
        "from machine import PWM, Pin\nfrom time import sleep_ms\npwm = PWM(Pin(16), freq=21600, duty_u16=0)"
    )
    ask(twin, "pwm.duty_u16(63764), sleep_ms(5), pwm.duty_u16(39853), sleep_ms(7), pwm.duty_u16(0)")
    twin.run_for(0.001)
    (burst,) = twin.motor.bursts
    assert burst.duration_s == pytest.approx(0.012, abs=0.002)
    assert [step.duty for step in burst.steps] == [pytest.approx(0.973, abs=0.001), pytest.approx(0.608, abs=0.001)]


@pytest.mark.pico(0.19)
@pytest.mark.parametrize("level", ["PWM(Pin(16), freq=21600, duty_u16=30000)", "Pin(16, Pin.OUT, value=1)"])
def test_every_reset_and_cut_takes_the_motors_pin_low_at_once(twin_bench: TwinBench, level: str) -> None:
    twin = twin_bench.boot(
        f"import machine\nfrom machine import PWM, Pin, Timer\nfrom time import sleep_ms\nsleep_ms(20)\n{level}\n"
        "if machine.reset_cause() != 3:\n while 'reset' not in input(): pass\n machine.reset()"
    )
    for restart in (twin.reset, twin.power_cycle, lambda: twin.serial.write(b"reset\r")):
        twin.run_for(0.04)
        assert twin.motor.on
        restart()
        twin.run_for(0.005)
        assert not twin.motor.on
        assert twin.motor.bursts[-1].end_s <= twin.resets[-1].at_s + 1e-6
    twin.run_for(0.04)
    twin.cut()
    assert not twin.motor.high


@pytest.mark.pico(0.06)
def test_the_leds_changes_are_recorded(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("from machine import Pin\nfrom time import sleep_ms\nled = Pin(25, Pin.OUT)")
    ask(twin, "led.on(), sleep_ms(20), led.off(), sleep_ms(10), led.on()")
    assert [on for _, on in twin.led.changes] == [True, False, True]
    first, second, third = (at_s for at_s, _ in twin.led.changes)
    assert (second - first, third - second) == (pytest.approx(0.02, abs=2e-3), pytest.approx(0.01, abs=2e-3))
    assert twin.led.on
    twin.reset()
    assert not twin.led.on


@pytest.mark.pico(0.11)
def test_a_press_lasts_as_long_as_it_is_told(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("from machine import Pin\nbutton = Pin(14, Pin.IN, Pin.PULL_UP)")
    twin.button.press(50, after_s=0.02)
    levels = [ask(twin, "button()")]
    for pause_s in (0.03, 0.05):
        twin.run_for(pause_s)
        levels.append(ask(twin, "button()"))
    assert levels == ["1", "0", "1"]
    assert not twin.button.pressed


@pytest.mark.pico(0.04)
def test_a_button_that_is_held_stays_down_over_a_reset(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot("from machine import Pin\nfound = Pin(14, Pin.IN, Pin.PULL_UP)()")
    twin.button.hold()
    twin.reset()
    twin.run_for(0.03)
    wait_for_prompt(twin)
    assert ask(twin, "found") == "0"
    twin.button.release()
    assert ask(twin, "Pin(14, Pin.IN, Pin.PULL_UP)()") == "1"
