"""Figures in the documents are those of netlist and firmware."""

import math
import re

import pytest

import bom
from firmware import FIRMWARE, constants
from netlist import HARDWARE, VARIANTS, load, number

README = (HARDWARE / "README.md").read_text(encoding="utf-8")
BOM = (HARDWARE / "bom.csv").read_text(encoding="utf-8")
SAFETY = (HARDWARE / "safety.md").read_text(encoding="utf-8")

PARTS = load("pwm").parts
SERIES, SHUNT, CAPACITY = (number(PARTS[ref].value) for ref in ("R3", "R4", "C4"))
MOTOR = constants("hal/motor_pwm.py")
DRV2605L = constants("hal/motor_drv2605l.py")
SUPPLY = constants("hal/supply.py")


def told(figure: str) -> str:
    """What the read-me's table of figures tells."""
    found = re.search(rf"^\| {re.escape(figure)} \| (.*?) \|", README, re.MULTILINE)
    assert found, figure
    return found[1]


def corner_hz(ohm: float, farad: float) -> float:
    return 1 / (2 * math.pi * ohm * farad)


def test_corners_of_the_filters() -> None:
    alone, divided = corner_hz(SERIES, CAPACITY), corner_hz(SERIES * SHUNT / (SERIES + SHUNT), CAPACITY)
    assert told("filter in front of the converter, MyoWare") == f"{alone:.0f} Hz"
    assert told("the same, EXG Pill") == f"{divided:.0f} Hz"
    assert f"{alone:.0f} Hz (EXG Pill: with R4 {divided:.0f} Hz)" in BOM
    assert f"a filter of {corner_hz(number(PARTS['R1'].value), number(PARTS['C2'].value)):.0f} Hz" in BOM
    assert f"above {corner_hz(200, 2.2e-6 + number(PARTS['C6'].value)):.0f} Hz" in BOM


def test_the_divider_of_the_exg_pill() -> None:
    ratio = SHUNT / (SERIES + SHUNT)
    assert told("divider, EXG Pill") == f"{ratio:.3f}"
    assert f"divides by {1 / ratio:.2f}: 5 V become {5 * ratio:.2f} V" in BOM


def test_both_channels_are_alike() -> None:
    for one, other in (("R3", "R5"), ("R4", "R6"), ("C4", "C5")):
        assert PARTS[one].value == PARTS[other].value


def test_the_band_of_the_firmware_lies_below_the_filter_and_the_filter_below_half_the_rate() -> None:
    source = (FIRMWARE.parent / "tools" / "design_filters.py").read_text(encoding="utf-8")
    low, high = (int(re.search(rf"^{name} = (\d+)", source, re.MULTILINE)[1]) for name in ("HIGHPASS_HZ", "LOWPASS_HZ"))
    assert told("what the firmware listens to") == f"{low} to {high} Hz"
    rate = 48_000_000 // (9999 + 1)
    assert constants("hal/emg_adc.py")["_DIVIDER"] == 9999 << 8
    assert told("sampling") == f"{rate} S/s"
    assert high < corner_hz(SERIES, CAPACITY) < rate / 4  # two channels share the rate


def test_gain_and_reference() -> None:
    assert told("gain of the MyoWare's RAW") == str(PARTS["U3"].kind.facts["gain"])
    assert f"Gain of RAW {PARTS['U3'].kind.facts['gain']}" in BOM
    assert told("reference of the converter") == f"{SUPPLY['_REFERENCE_MV']} mV"
    assert load("pwm").volts["3V3"][1] * 1000 == SUPPLY["_REFERENCE_MV"]
    assert told("divider of VSYS") == str(SUPPLY["_DIVIDER"])


def test_pwm_kick_hold_and_duty() -> None:
    assert told("PWM of the motor") == f"{MOTOR['_PWM_HZ']} Hz"
    assert f"{MOTOR['_PWM_HZ']} times a second" in BOM
    assert told("kick, hold of a coin motor") == f"{MOTOR['_KICK_MV']} mV, {MOTOR['_HOLD_MV']} mV"
    kick, hold = (100 * MOTOR[name] / 3700 for name in ("_KICK_MV", "_HOLD_MV"))
    assert told("duty at VSYS = 3.7 V: kick, hold") == f"{kick:.0f} %, {hold:.0f} %"
    assert f"{MOTOR['_PWM_HZ'] / 1000} kHz = {100e-9 * 3.7 * MOTOR['_PWM_HZ'] * 1000:.0f} mA" in README


def test_the_lra_is_the_one_the_firmware_drives_and_above_the_band() -> None:
    hertz, rated, peak = DRV2605L["LRA_HZ"], DRV2605L["LRA_RATED_MV"], DRV2605L["LRA_PEAK_MV"]
    assert told("LRA") == f"{hertz} Hz, {rated} mV RMS, {peak} mV peak"
    assert load("drv2605l").parts["M2"].kind.facts["resonance_hz"] == hertz >= 175


def test_pull_ups_of_the_bus() -> None:
    pull = number(PARTS["R7"].value)
    assert PARTS["R7"].value == PARTS["R8"].value
    both = [1 / (1 / pull + 1 / PARTS[ref].kind.facts["pullup_ohm"]) / 1000 for ref in ("U5", "U6")]
    hertz = constants("hal/i2c_bus.py")["FREQUENCY_HZ"]
    text = f"{hertz // 1000} kHz; pull-ups {both[0]:.1f} kΩ with GY-521, {both[1]:.1f} kΩ with LSM6DSOX"
    assert told("I2C") == text


def test_addresses_are_those_the_firmware_looks_at() -> None:
    imu = constants("hal/imu.py")
    assert PARTS["U5"].kind.facts["i2c_address"] in imu["_MPU6050"][0]
    assert PARTS["U6"].kind.facts["i2c_address"] in imu["_LSM6DSOX"][0]
    assert load("drv2605l").parts["U10"].kind.facts["i2c_address"] == DRV2605L["_ADDRESS"]


def test_the_battery_is_low_and_empty_where_the_documents_say() -> None:
    default = int(re.search(r"low_battery_mv\W+.*?(\d{4})", (FIRMWARE.parents[1] / "docs/settings.md").read_text())[1])
    empty = default - constants("band.py")["_EMPTY_MV"]
    assert told("battery low, off") == f"{default} mV, {empty} mV"
    assert f"low battery at {default / 1000} V, off at {empty / 1000} V" in SAFETY


def test_the_button_is_pulled_up_by_the_firmware_as_the_netlist_says() -> None:
    assert load("pwm").pulls == {"BUTTON": "up"}
    assert "Pin(pins.BUTTON, Pin.IN, Pin.PULL_UP)" in (FIRMWARE / "hal" / "button.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_a_build_costs(variant: str) -> None:
    chosen = {"emg": "myoware", "imu": "gy-521", "second": "no", **({"motor": "lra"} if variant == "drv2605l" else {})}
    build = next(build for build in load(variant).builds() if build.chosen == chosen)
    row = re.search(r"^\| with MyoWare and GY-521, about \| (\d+) € \| (\d+) € \|", README, re.MULTILINE)
    assert row
    assert row[1 + VARIANTS.index(variant)] == f"{bom.price_eur(bom.read(), build):.0f}"
