"""The schematic is read back from the picture alone: its wires and names join the pins that the netlist joins."""

import json
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


def wires(text: str) -> list[str]:
    return [found.group() for found in re.finditer(r"<path [^>]*>", text) if WIRE in found.group()]


def missed(variant: str, step: int) -> None:
    text = picture(variant)
    assert len(wires(text)) > 100
    for wire in wires(text)[::step]:
        assert dict(Drawn(text.replace(wire, "", 1)).nets) != wanted(variant)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_wire_that_is_taken_away_is_missed(variant: str) -> None:
    missed(variant, 23)


@pytest.mark.long
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_wire_that_is_taken_away_is_missed(variant: str) -> None:
    missed(variant, 1)


def test_a_wire_that_joins_two_nets_is_seen() -> None:
    text = picture("pwm")
    data = json.loads(re.search(r"<metadata>(.*)</metadata>", text)[1])
    (x1, y1), (x2, y2) = data["pins"]["U1.6"], data["pins"]["U1.7"]
    bridge = f'<path d="M {x1},{y1} L {x2},{y2}" style="stroke:{WIRE};fill:none" />'
    assert Drawn(text.replace("<metadata>", bridge + "<metadata>")).clashes == [{"SDA", "SCL"}]
