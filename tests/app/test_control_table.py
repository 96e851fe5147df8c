"""The ways from state to state: the firmware's table against the drawing in the docs."""

import html
import re
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from buzzband_fw import control, names
from buzzband_fw.link import messages

DOCS = Path(__file__).parents[2] / "docs"
SVG = "{http://www.w3.org/2000/svg}"
BUTTON = (control.SHORT, control.LONG, control.DOUBLE)


def drawn() -> set[tuple[str, str, str]]:
    """The arrows of the picture: state, signal, state."""
    arrows = set()
    for edge in ElementTree.parse(DOCS / "images" / "control.svg").iter(f"{SVG}g"):
        if edge.get("class") != "edge":
            continue
        before, after = html.unescape(edge.findtext(f"{SVG}title") or "").replace("_", " ").split("->")
        labels = " ".join(text.text or "" for text in edge.iter(f"{SVG}text"))
        arrows |= {(before, signal, after) for signal in labels.split(", ")}
    return arrows


def source() -> set[tuple[str, str, str]]:
    """The arrows of the text that the picture is made from."""
    text = (DOCS / "control.dot").read_text(encoding="utf-8").replace("_", " ")
    found = re.findall(r"(\w[\w ]*\w) -> (\w[\w ]*\w) \[label=\"([^\"]+)\"\]", text)
    return {(before, signal, after) for before, after, labels in found for signal in labels.split(", ")}


def table() -> set[tuple[str, str, str]]:
    """The ways of the firmware."""
    return {
        (names.STATES[state], names.SIGNALS[signal], names.STATES[way])
        for state, signal in product(range(len(names.STATES)), range(1, len(names.SIGNALS)))
        if (way := control.way(state, signal)) != state
    }


def test_the_drawing_shows_the_ways_of_the_firmware():
    assert drawn() == table()


def test_the_drawing_is_that_of_its_source():
    assert drawn() == source()


@pytest.mark.parametrize("state", range(len(names.STATES)))
def test_the_button_leads_out_of_every_state_but_the_start(state):
    ways = {control.way(state, press) for press in BUTTON}
    assert (ways == {state}) == (state == messages.STARTING)


@pytest.mark.parametrize("state", [messages.RUNNING, messages.CALIBRATING, messages.WARMING_UP, messages.FINDING])
def test_usb_power_takes_electrodes_off_a_body(state):
    assert control.way(state, control.USB) == messages.IDLE


@pytest.mark.parametrize("state", range(1, len(names.STATES)))
def test_from_everywhere_the_band_can_be_switched_off_within_two_presses(state):
    after_one = {state} | {control.way(state, press) for press in BUTTON}
    after_two = after_one | {control.way(each, press) for each in after_one for press in BUTTON}
    assert messages.OFF in after_two
