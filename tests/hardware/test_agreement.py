"""Firmware, netlist, schematic, harness, bill of materials and read-me say the same of each pin and part."""

import shutil
from pathlib import Path

import pytest

import agreement
from firmware import FIRMWARE, pins
from netlist import HARDWARE

TEXTS = ("*.toml", "*.csv", "*.yml", "README.md", "images/schematic-*.svg")

MUTATIONS = {
    "netlist: two pins of the bus change places": (
        "netlist-common.toml",
        '6 = "SDA", 7 = "SCL"',
        '6 = "SCL", 7 = "SDA"',
    ),
    "netlist: the button on the next pin": ("netlist-common.toml", '19 = "BUTTON"', '20 = "BUTTON"'),
    "netlist: the motor on GP15": ("netlist-common.toml", '21 = "MOTOR"', '20 = "MOTOR"'),
    "netlist: a part goes": ("netlist-pwm.toml", "[part.D1]", "[part.D2]"),
    "netlist: another value": ("netlist-common.toml", 'value = "3.3 kΩ"', 'value = "3.9 kΩ"'),
    "parts: VBUS on another GPIO": ("parts.toml", "VBUS = 24", "VBUS = 22"),
    "harness: two colours' wires change places": ("harness-pwm.yml", "- J4: [3]", "- J4: [4]"),
    "harness: another GPIO": ("harness-pwm.yml", "'SCL GP5'", "'SCL GP6'"),
    "harness: another net": ("harness-drv2605l.yml", "'MOTOR GP16'", "'BUTTON GP14'"),
    "bom: another pin": ("bom.csv", ",GP27,,0.05,As R3", ",GP26,,0.05,As R3"),
    "bom: a row goes": ("bom.csv", "D1,Schottky", "D9,Schottky"),
    "bom: another variant": ("bom.csv", "FR-25FBF52-100R,1,pwm", "FR-25FBF52-100R,1,both"),
    "bom: another value": ("bom.csv", "Resistor 100 kOhm", "Resistor 10 kOhm"),
    "bom: another number of them": ("bom.csv", "SEN-12969,3,both,,", "SEN-12969,2,both,,"),
    "read-me: another GPIO": ("README.md", "| MOTOR | GP16 | 21 |", "| MOTOR | GP17 | 22 |"),
    "read-me: another pin": ("README.md", "| EMG | GP26 | 31 |", "| EMG | GP26 | 32 |"),
    "schematic: another name at a wire": ("images/schematic-pwm.svg", ">BUTTON<", ">MOTOR<"),
    "schematic: another value": ("images/schematic-drv2605l.svg", "R10 100 kΩ", "R10 10 kΩ"),
    "schematic: another GPIO on the board": ("images/schematic-pwm.svg", "GP24 VBUS", "GP23 VBUS"),
}


def copied(folder: Path) -> Path:
    for pattern in TEXTS:
        for path in HARDWARE.glob(pattern):
            target = folder / path.relative_to(HARDWARE)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path, target)
    return folder


def test_they_agree() -> None:
    assert agreement.differences(HARDWARE, pins()) == []


@pytest.mark.parametrize(("file", "was", "becomes"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_change_in_one_of_them_is_seen(tmp_path: Path, file: str, was: str, becomes: str) -> None:
    hardware = copied(tmp_path)
    text = (hardware / file).read_text(encoding="utf-8")
    assert was in text
    (hardware / file).write_text(text.replace(was, becomes, 1), encoding="utf-8")
    assert agreement.differences(hardware, pins())


@pytest.mark.parametrize("name", pins())
def test_a_change_of_a_pin_in_the_firmware_is_seen(name: str) -> None:
    assert agreement.differences(HARDWARE, {**pins(), name: 22})


def test_a_pin_that_the_firmware_gains_or_loses_is_seen() -> None:
    assert agreement.differences(HARDWARE, {**pins(), "BUZZER": 22})
    fewer = {name: gpio for name, gpio in pins().items() if name != "EMG_OTHER"}
    assert agreement.differences(HARDWARE, fewer)


def test_pins_are_read_as_the_firmware_reads_them() -> None:
    space: dict[str, int] = {}
    exec((FIRMWARE / "hal" / "pins.py").read_text(encoding="utf-8"), space)
    assert {name: value for name, value in space.items() if name.isupper()} == pins()
