"""The EMG sensor and the supply, as the chip's converter reads them."""

from typing import Any

import numpy as np
import pytest

from buzzband.bundle import native_files, pack_image
from buzzband.twin import Emg
from twin.bench import RING, TwinBench, ask, wait_for_prompt

PERIOD_S = 1 / 4800
BOTH = b"""
import time
from buzzband_fw.hal.emg_adc import aligned_ring
from buzzband_fw.hal.emg_pair import EmgPair
adc = EmgPair(aligned_ring())
adc.start()
while not adc.fifo_overflowed(): time.sleep_ms(3)
first = adc.restart()
while adc.taken() < 96: time.sleep_ms(1)
adc.stop()
"""
WAIT = "\nimport time\nwhile taken() < {}: time.sleep_ms(1)\nmem32[0x4004C000] = 1\n"
READ = "[ring[2 * n] | ring[2 * n + 1] << 8 for n in range(%d, %d)]"


def fed(twin_bench: TwinBench, emg: Emg, first: int, end: int) -> tuple[Any, list[int]]:
    """Return a twin that has sampled ``end`` samples of ``emg``, and the samples from ``first``."""
    twin = twin_bench.run(RING + WAIT.format(end), emg=emg)
    return twin, [int(code) for code in ask(twin, READ % (first, end)).strip("[]").split(",")]


@pytest.mark.pico(0.05)
def test_the_first_conversion_gets_sample_0_and_after_the_last_comes_mid_scale(twin_bench: TwinBench) -> None:
    twin, found = fed(twin_bench, Emg([7, 4095, 0, 300]), 0, 60)
    assert found == [7, 4095, 0, 300, *[2048] * 56]
    assert twin.emg.samples_fed >= 60


@pytest.mark.pico(0.05)
def test_a_recording_can_start_again_when_it_is_over(twin_bench: TwinBench) -> None:
    _, found = fed(twin_bench, Emg(np.arange(50, dtype=np.uint16), loop=True), 45, 55)
    assert found == [45, 46, 47, 48, 49, 0, 1, 2, 3, 4]


@pytest.mark.pico(0.09)
def test_the_time_of_every_sample_is_known_and_they_are_208_us_apart(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot(RING + "\nimport time\ntime.sleep(1)")
    times: list[float] = []
    convert = twin.chip.mcu.adc.on_adc_read

    def noting(channel: int) -> None:
        times.append(twin.chip_s)
        convert(channel)

    twin.chip.mcu.adc.on_adc_read = noting
    twin.run_for(0.08)
    assert len(times) == twin.emg.samples_fed > 200
    np.testing.assert_allclose(np.diff(times), PERIOD_S, rtol=0, atol=1e-9)
    np.testing.assert_allclose([twin.emg.time_s(n) for n in range(len(times))], times, rtol=0, atol=1e-9)


@pytest.mark.pico(0.08)
def test_a_chip_that_starts_anew_goes_on_in_the_recording(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot(RING + "\nimport time\ntime.sleep(1)", emg=Emg(range(4096)))
    twin.run_for(0.035)
    twin.reset()
    before = twin.emg.samples_fed
    reset_s = twin.chip_s
    twin.run_for(0.035)
    assert twin.emg.starts == [0, before]
    assert twin.emg.time_s(before) > reset_s > twin.emg.time_s(before - 1)
    assert twin.chip.mcu.adc.result == twin.emg.samples_fed - 1


@pytest.mark.pico(0.05)
def test_two_sensors_take_turns_and_each_conversion_finds_the_sample_of_its_time(twin_bench: TwinBench) -> None:
    emg = Emg(range(1000, 2000), other=range(3000, 4000))
    program = RING.replace("] = 9\n", "] = 9 | 3 << 16\n")
    twin = twin_bench.run(program + WAIT.format(60), emg=emg)
    found = [int(code) for code in ask(twin, READ % (0, 60)).strip("[]").split(",")]
    assert found == [n + (3000 if n % 2 else 1000) for n in range(60)]


@pytest.mark.pico(0.5)
def test_after_a_full_fifo_the_driver_brings_two_sensors_back_in_step(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot(image=pack_image({**native_files(), "main.py": BOTH}), emg=Emg([1] * 4000, other=[2] * 4000))
    adc = twin.chip.mcu.adc
    twin.wait_until(lambda: twin.emg.samples_fed > 32, budget_s=0.3)
    slip = twin.emg.samples_fed
    adc.fcs |= 1 << 11
    adc.cs ^= 1 << 12  # as if one had found no room
    wait_for_prompt(twin)
    first, *whose = (int(number) for number in ask(twin, "[first] + list(adc.ring[:96])").strip("[]").split(","))
    assert slip < first < 80
    assert whose == [1 + (n + (slip <= n < first)) % 2 for n in range(96)]


def test_a_sample_that_was_never_taken_has_no_time() -> None:
    with pytest.raises(IndexError, match="Sample 0 has not been taken"):
        Emg([1, 2]).time_s(0)


@pytest.mark.pico(0.02)
def test_a_single_conversion_finds_the_next_sample_and_leaves_it(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("from machine import ADC\nadc = ADC(26)", emg=Emg([1000, 2000]))
    assert ask(twin, "adc.read_u16() >> 4, adc.read_u16() >> 4") == "(1000, 1000)"
    assert twin.emg.samples_fed == 0


class Shaker:
    """Adds 100 while the motor is on, 1 while it is off, and notes the blocks it was asked for."""

    def __init__(self) -> None:
        self.blocks: list[tuple[bool, int]] = []

    def block(self, on: bool, n: int) -> np.ndarray:
        self.blocks.append((on, n))
        return np.full(n, 100.0 if on else 1.4)


@pytest.mark.pico(0.17)
def test_the_motor_shakes_the_electrodes_block_by_block(twin_bench: TwinBench) -> None:
    shaker = Shaker()
    twin, found = fed(twin_bench, Emg([2000] * 470 + [4090] * 100, shaken_by=shaker), 0, 96)
    assert set(found) == {2001}
    twin.serial.write(b"from machine import PWM, Pin; motor = PWM(Pin(16), freq=21600, duty_u16=30000)\r")
    twin.run_for(0.02)
    twin.serial.write(b"mem32[0x4004C000] = 9\r")
    twin.wait_until(lambda: twin.emg.samples_fed > 480, budget_s=1)
    assert {n for _, n in shaker.blocks} == {48}
    on = [on for on, _ in shaker.blocks]
    assert on == sorted(on)
    assert on[-1]
    assert twin.chip.mcu.adc.result == 4095  # and not 4190


@pytest.mark.pico(0.02)
def test_the_supply_is_read_as_a_third_of_what_it_is_set_to(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("from machine import ADC\nadc = ADC(29)", supply_mv=4150)
    assert abs(int(ask(twin, "adc.read_u16() * 3 * 3300 // 65535")) - 4150) <= 3
    twin.supply.mv = 3100
    assert abs(int(ask(twin, "adc.read_u16() * 3 * 3300 // 65535")) - 3100) <= 3


@pytest.mark.pico(0.02)
def test_usb_power_shows_on_its_pin(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("from machine import Pin\npin = Pin(24, Pin.IN)", usb_power=True)
    assert ask(twin, "pin()") == "1"
    twin.supply.usb_power = False
    assert ask(twin, "pin()") == "0"
