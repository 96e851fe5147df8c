"""The electrical rule check: no error in any build, each warning explained, and each rule able to find what it looks for."""

import re
import shutil
from pathlib import Path

import pytest
from erc import RULES, Finding, check
from netlist import HARDWARE, VARIANTS, load

MUTATIONS = {
    "a pin is forgotten": ("E1", "netlist-common.toml", '"26", "27", "29"', '"26", "27"'),
    "a net ends nowhere": ("E2", "netlist-pwm.toml", '1 = "MOTOR", 2 = "GATE"', '1 = "MOTOR", 2 = "GAET"'),
    "both supplies of the sensor are fitted": ("E3", "netlist-common.toml", 'type = "boost_5v"\nfit = "emg=exg-pill"\npins = { VIN = "VSYS", GND = "GND", VOUT = "V5"', 'type = "boost_5v"\npins = { VIN = "VSYS", GND = "GND", VOUT = "3V3"'),
    "a supply has no source": ("E4", "netlist-common.toml", 'pins = { 1 = "3V3", 2 = "VEMG" }', 'pins = { 1 = "AGND", 2 = "VEMG" }'),
    "a ground is left out": ("E4", "netlist-common.toml", 'U3]\ntype = "myoware"\nfit = "emg=myoware"\npins = { VIN = "VEMG", GND = "AGND"', 'U3]\ntype = "myoware"\nfit = "emg=myoware"\npins = { VIN = "VEMG", GND = "DGND"'),
    "an input has no driver": ("E5", "netlist-common.toml", 'R3]\ntype = "resistor"\nvalue = "3.3 kΩ"\npins = { 1 = "EMG_RAW"', 'R3]\ntype = "resistor"\nvalue = "3.3 kΩ"\npins = { 1 = "AGND"'),
    "an open input is pulled by nothing": ("E5", "parts.toml", 'inner_pulls = { SHDN = "up" }', ""),
    "the gate floats": ("E6", "netlist-pwm.toml", 'pins = { 1 = "GATE", 2 = "GND" }', 'pins = { 1 = "MOTOR_LOW", 2 = "GND" }'),
    "the gate is pulled by too much": ("E6", "netlist-pwm.toml", 'value = "100 kΩ"', 'value = "10 MΩ"'),
    "EN floats": ("E6", "netlist-drv2605l.toml", 'pins = { 1 = "MOTOR", 2 = "GND" }\nplace = "carrier"\n\n[part.J7]', 'pins = { 1 = "SCL", 2 = "GND" }\nplace = "carrier"\n\n[part.J7]'),
    "the bus has no pull-ups": ("E7", "netlist-common.toml", 'pins = { 1 = "3V3", 2 = "SDA" }', 'pins = { 1 = "AGND", 2 = "SDA" }'),
    "the bus is pulled too hard": ("E7", "netlist-common.toml", 'value = "4.7 kΩ"\npins = { 1 = "3V3", 2 = "SCL" }', 'value = "1 kΩ"\npins = { 1 = "3V3", 2 = "SCL" }'),
    "the bus rises too slowly": ("E7", "netlist-common.toml", 'value = "4.7 kΩ"\npins = { 1 = "3V3", 2 = "SCL" }', 'value = "47 kΩ"\npins = { 1 = "3V3", 2 = "SCL" }'),
    "the bus is pulled up to VSYS": ("E7", "netlist-common.toml", 'pins = { 1 = "3V3", 2 = "SCL" }', 'pins = { 1 = "VSYS", 2 = "SCL" }'),
    "a board pulls the bus to VSYS": ("E7", "parts.toml", 'i2c_address = 0x5A', 'i2c_address = 0x5A\npullup_ohm = 2200'),
    "two chips have one address": ("E8", "parts.toml", "i2c_address = 0x6A", "i2c_address = 0x5A"),
    "no diode": ("E9", "netlist-pwm.toml", 'pins = { A = "MOTOR_LOW", K = "VSYS" }', 'pins = { A = "GND", K = "VSYS" }'),
    "the diode the wrong way round": ("E9", "netlist-pwm.toml", '{ A = "MOTOR_LOW", K = "VSYS" }', '{ A = "VSYS", K = "MOTOR_LOW" }'),
    "an EXG Pill at 3.3 V": ("E10", "netlist-common.toml", 'pins = { 1 = "V5", 2 = "VEMG" }', 'pins = { 1 = "3V3", 2 = "VEMG" }'),
    "the button to VSYS": ("E10", "netlist-common.toml", 'S2]\ntype = "button"\npins = { 1 = "BUTTON", 2 = "GND" }', 'S2]\ntype = "resistor"\nvalue = "1 kΩ"\npins = { 1 = "BUTTON", 2 = "VSYS" }'),
    "no divider behind the EXG Pill": ("E11", "netlist-common.toml", 'pins = { 1 = "EMG", 2 = "AGND" }\nplace = "carrier"\n\n[part.C4]', 'pins = { 1 = "EMG", 2 = "EMG" }\nplace = "carrier"\n\n[part.C4]'),
    "a reference of 3.0 V": ("E11", "netlist-common.toml", "3V3 = [3.23, 3.3, 3.37]", "3V3 = [2.9, 3.0, 3.1]"),
}  # fmt: skip


def findings(hardware: Path = HARDWARE) -> set[Finding]:
    return {finding for variant in VARIANTS for build in load(variant, hardware).builds() for finding in check(build)}


def test_there_are_24_builds() -> None:
    assert sum(len(list(load(variant).builds())) for variant in VARIANTS) == 24


def test_no_build_has_an_error() -> None:
    assert [finding for finding in findings() if finding.is_error] == []


def test_each_warning_is_explained_and_nothing_else_is() -> None:
    text = (HARDWARE / "erc-warnings.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| (W\d) \| (\S+) \|", text, re.MULTILINE))
    assert explained == {(finding.code, finding.subject) for finding in findings()}


@pytest.mark.parametrize(("code", "file", "was", "becomes"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_fault_is_found(tmp_path: Path, code: str, file: str, was: str, becomes: str) -> None:
    for path in HARDWARE.glob("*.toml"):
        shutil.copy(path, tmp_path)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert was in text
    (tmp_path / file).write_text(text.replace(was, becomes, 1), encoding="utf-8")
    assert code in {finding.code for finding in findings(tmp_path)}


def test_every_kind_of_error_has_a_fault_that_shows_it() -> None:
    source = (HARDWARE / "tools" / "erc.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"(E\d+)"', source)) == {code for code, *_ in MUTATIONS.values()}
    assert len(RULES) == source.count("(circuit: Circuit) -> Iterator[Finding]:")
