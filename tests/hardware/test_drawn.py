"""The schematic is read back from the picture alone: its wires and names join the pins that the netlist joins."""

import re

import pytest
from drawn import WIRE, Drawn
from netlist import HARDWARE, VARIANTS, load


def picture(variant: str) -> str:
    return (HARDWARE / "images" / f"schematic-{variant}.svg").read_text(encoding="utf-8")


def wanted(variant: str) -> dict[str, set[str]]:
    return {net: {f"{ref}.{pin}" for ref, pin in nodes} for net, nodes in load(variant).nets().items()}


@pytest.mark.parametrize("variant", VARIANTS)
def test_nets_of_the_picture_are_those_of_the_netlist(variant: str) -> None:
    assert dict(Drawn(picture(variant)).nets) == wanted(variant)


@pytest.mark.parametrize("variant", VARIANTS)
def test_pins_without_a_wire_are_those_declared_open(variant: str) -> None:
    alone = {node for nodes in Drawn(picture(variant)).unnamed for node in nodes}
    assert alone == {f"{part.ref}.{pin}" for part in load(variant).parts.values() for pin in part.open}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_wire_that_is_taken_away_is_missed(variant: str) -> None:
    """But for those that only lead to a name: the name would stand at the pin's end all the same, and is missed too."""
    text = picture(variant)
    wires = [found.group() for found in re.finditer(r"<path [^>]*>", text) if WIRE in found.group()]
    assert len(wires) > 100
    for wire in wires:
        drawn = Drawn(text.replace(wire, "", 1))
        assert dict(drawn.nets) != wanted(variant)


def test_a_wire_that_joins_two_nets_is_seen() -> None:
    text = picture("pwm")
    path = f'<path d="M 43.2,-748.8 L 43.2,0" style="stroke:{WIRE};fill:none" />'
    bridged = Drawn(text.replace("<metadata>", path + "<metadata>"))
    assert bridged.clashes or dict(bridged.nets) != wanted("pwm")
