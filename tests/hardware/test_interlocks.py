"""What the hardware excludes by its circuit, whatever the firmware does."""

import pytest

from netlist import VARIANTS, Netlist, load

THROUGH = {"F1": [("1", "2")], "Q1": [("D", "S")], "U2": [("J+", "BAT")]}
ON = {"S1": [("2", "1"), ("5", "4")]}
OFF = {"S1": [("2", "3"), ("5", "6")]}


def reached(netlist: Netlist, start: str, *ways: dict[str, list[tuple[str, str]]]) -> set[str]:
    """Nets that power gets to from one, through parts and the pairs of their pins."""
    found, new = {start}, [start]
    while new:
        now = new.pop()
        for way in ways:
            for ref, pairs in way.items():
                for pair in pairs:
                    ends = [netlist.parts[ref].nets.get(pin, "") for pin in pair]
                    if now in ends:
                        new += [end for end in ends if end and end not in found]
                        found |= {end for end in ends if end}
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_switch_never_feeds_band_and_charger_at_once(variant: str) -> None:
    netlist = load(variant)
    assert "VSYS" in reached(netlist, "CELL", THROUGH, ON)
    assert "VCHG" not in reached(netlist, "VBUS", THROUGH, ON)
    assert "VSYS" not in reached(netlist, "CELL", THROUGH, OFF)
    assert "VCHG" in reached(netlist, "VBUS", THROUGH, OFF)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_cell_is_behind_a_fuse_and_usb_power_never_reaches_it_but_through_the_charger(variant: str) -> None:
    netlist = load(variant)
    without_fuse = {ref: pairs for ref, pairs in THROUGH.items() if ref != "F1"}
    assert reached(netlist, "CELL", without_fuse, ON) == {"CELL"}
    assert {ref for ref, _ in netlist.nets()["CELL"]} == {"BT1", "U2", "F1"}
    off_with_usb_power = {"G": "VBUS", "D": "VSW", "S": "VSYS"}  # and its diode leads out of the cell
    assert netlist.parts["Q1"].nets == off_with_usb_power
    assert {ref for ref, _ in netlist.nets()["VCHG"]} == {"J1", "S1", "U2"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_all_power_comes_in_where_gp24_sees_it(variant: str) -> None:
    netlist = load(variant)
    sources = {part.ref for part in netlist.parts.values() for pin in part.nets if part.pin_kind(pin) == "supply_out"}
    assert sources == {"U1", "BT1", "U9"}
    assert netlist.parts["U1"].kind.facts["internal"]["VBUS"] == 24
