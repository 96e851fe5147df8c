"""The power budget is computed from the firmware, and what is written down is what comes out."""

import re
from pathlib import Path

import pytest

import power
from netlist import HARDWARE

DOCS = Path(__file__).parents[2] / "docs"


def test_the_committed_table_is_what_the_script_computes() -> None:
    assert (HARDWARE / "power-budget.md").read_text(encoding="utf-8") == power.report()


def test_the_share_awake_is_the_one_that_was_measured_on_the_emulated_chip() -> None:
    low, high = re.search(r"awake\s+([\d.]+) to ([\d.]+) % of the time", (DOCS / "firmware.md").read_text()).groups()
    assert float(high) / 100 == pytest.approx(power.AWAKE)
    assert float(low) < float(high)


def test_parts_add_up_to_the_total() -> None:
    build, use = power.BUILDS[0], power.USES[0]
    parts = (24.9, 3.1, 4.0, 0.16, 0.60)
    assert power.total_ma(build, use, 0.0) == pytest.approx(sum(parts), abs=0.1)


def test_hours_in_the_read_me_are_those_of_the_script() -> None:
    build, use = power.BUILDS[0], power.USES[0]
    ma = [power.total_ma(build, use, saves) for saves in (0.0, power.SLEEP_SAVES)]
    ranges = [" to ".join(f"{power.hours(mah, each):.0f}" for each in ma) for mah in power.CELLS_MAH]
    row = "| hours with 500 mAh, with 1200 mAh | " + ", ".join(ranges)
    assert row in (HARDWARE / "README.md").read_text(encoding="utf-8")


def test_a_pulse_costs_a_kick_and_a_hold() -> None:
    kick, hold, capacitor = power.coin_ma(3.6), power.coin_ma(2.25), power.capacitor_ma()
    assert power.coin_charge_mas("ON_TARGET") == pytest.approx((50 * kick + 70 * hold + 120 * capacitor) / 1000)


def test_a_stronger_kick_in_the_firmware_costs_more(monkeypatch: pytest.MonkeyPatch) -> None:
    before = power.motor_ma(power.USES[0], "coin")
    monkeypatch.setattr(power, "_HOLD_V", 3.0)
    assert power.motor_ma(power.USES[0], "coin") > before
