"""The electrical rule check: no error in any build, each warning explained, each rule finds what it looks for."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from erc import RULES, Finding, check
from netlist import HARDWARE, VARIANTS, Netlist, Part, load

Fault = Callable[[Part], Part]


def on_net(pin: str, net: str) -> Fault:
    return lambda part: replace(part, nets={**part.nets, pin: net})


def with_value(value: str) -> Fault:
    return lambda part: replace(part, value=value)


def with_fact(**facts: Any) -> Fault:
    return lambda part: replace(part, kind=replace(part.kind, facts={**part.kind.facts, **facts}))


def always_fitted(part: Part) -> Part:
    return replace(part, fit={})


def without_open_pins(part: Part) -> Part:
    return replace(part, open=frozenset())


FAULTS: dict[str, tuple[str, dict[str, Fault]]] = {
    "pins are forgotten": ("E1", {"U1": without_open_pins}),
    "a net ends nowhere": ("E2", {"C6": on_net("1", "VREF")}),
    "both sensors are fitted": ("E3", {"U3": always_fitted, "U4": always_fitted}),
    "the supply of the sensor has no source": ("E4", {"R1": on_net("1", "ADC_VREF")}),
    "the ground of the sensor leads nowhere": ("E4", {"U3": on_net("GND", "DGND"), "C2": on_net("2", "DGND")}),
    "the converter's input has no driver": ("E5", {"R3": on_net("1", "AGND")}),
    "an open input is pulled by nothing": ("E5", {"U9": with_fact(inner_pulls={})}),
    "the gate floats": ("E6", {"R10": on_net("1", "MOTOR_LOW")}),
    "the gate is hardly pulled": ("E6", {"R10": with_value("10 MΩ")}),
    "the bus has no pull-up": ("E7", {"R7": on_net("1", "AGND"), "U5": with_fact(i2c_address=0), "U6": always_fitted}),
    "the bus is pulled too hard": ("E7", {"R8": with_value("1 kΩ")}),
    "the bus rises too slowly": ("E7", {"R8": with_value("47 kΩ")}),
    "the bus is pulled up to VSYS": ("E7", {"R8": on_net("1", "VSYS")}),
    "a board pulls the bus up to VSYS": ("E7", {"U5": on_net("VCC", "VSYS")}),
    "two chips have one address": ("E8", {"U5": always_fitted, "U6": with_fact(i2c_address=0x68)}),
    "the coil has no diode": ("E9", {"D1": on_net("A", "GND")}),
    "the diode is the wrong way round": (
        "E9",
        {"D1": lambda part: replace(part, nets={"A": "VSYS", "K": "MOTOR_LOW"})},
    ),
    "an EXG Pill gets 3.3 V": ("E10", {"R2": on_net("1", "3V3")}),
    "a resistor lifts a pin of the Pico to VSYS": ("E10", {"R7": on_net("1", "VSYS")}),
    "no divider behind the EXG Pill": ("E11", {"R4": on_net("1", "AGND")}),
}


def spoilt(netlist: Netlist, faults: dict[str, Fault]) -> Netlist:
    parts = {ref: faults[ref](part) if ref in faults else part for ref, part in netlist.parts.items()}
    return replace(netlist, parts=parts)


def findings(faults: dict[str, Fault] | None = None, variants: tuple[str, ...] = VARIANTS) -> set[Finding]:
    netlists = [spoilt(load(variant), faults or {}) for variant in variants]
    return {finding for netlist in netlists for build in netlist.builds() for finding in check(build)}


def test_there_are_24_builds() -> None:
    assert sum(len(list(load(variant).builds())) for variant in VARIANTS) == 24


def test_no_build_has_an_error() -> None:
    assert [finding for finding in findings() if finding.is_error] == []


def test_each_warning_is_explained_and_nothing_else_is() -> None:
    text = (HARDWARE / "erc-warnings.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| (W\d) \| (\S+) \|", text, re.MULTILINE))
    assert explained == {(finding.code, finding.subject) for finding in findings()}


@pytest.mark.parametrize(("code", "faults"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found(code: str, faults: dict[str, Fault]) -> None:
    assert code in {finding.code for finding in findings(faults, ("pwm",))}


def test_an_en_that_floats_is_found() -> None:
    assert "E6" in {finding.code for finding in findings({"R10": on_net("1", "SCL")}, ("drv2605l",))}


def test_a_drv2605l_board_with_its_pull_ups_is_found() -> None:
    faults = {"U10": with_fact(pullup_ohm=2200)}
    assert ("E7", "U10") in {(finding.code, finding.subject) for finding in findings(faults, ("drv2605l",))}


def test_a_reference_of_3_0_v_is_found() -> None:
    netlist = load("pwm")
    lower = replace(netlist, volts={**netlist.volts, "3V3": (2.9, 3.0, 3.1), "VEMG": (3.2, 3.3, 3.4)})
    assert "E11" in {finding.code for build in lower.builds() for finding in check(build)}


def test_every_kind_of_error_has_a_fault_that_shows_it() -> None:
    source = (HARDWARE / "tools" / "erc.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"(E\d+)"', source)) == {code for code, _ in FAULTS.values()}
    assert len(RULES) == source.count("(circuit: Circuit) -> Iterator[Finding]:")
