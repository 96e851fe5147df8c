"""What the pages say of the code: every command, word and test is where they say."""

import re

import bom
import wiring_plot
from buzzband.cli.group import COMMANDS
from doc_pages import page, rows
from docs.blocks import ROOT


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_every_command() -> None:
    listed = {name for row in rows(readme(), "what for") for name in re.findall(r"`(\w+)`", row[0])}
    assert set(COMMANDS) == listed


def test_the_words_that_a_wearer_learns_feel_as_in_the_table_of_words() -> None:
    known = {row[3] for row in rows(page("haptics"), "feels like")}
    taught = {row[0] for row in rows(page("wear"), "you feel")}
    assert len(taught) == 8
    assert taught <= known


def test_the_modes_that_a_wearer_is_led_through_are_those_of_the_table() -> None:
    known = {row[0] for row in rows(page("haptics"), "at its end")}
    assert {row[1] for row in rows(page("wear"), "sessions")} <= known


def test_the_figures_of_the_evidence_are_the_same_wherever_they_stand() -> None:
    science = page("science")
    for figure in ("+9 %", "+17.6 %", "12.4 % against 6.9 %", "at 80 %"):
        assert figure in science
    short = " ".join(readme().split())
    assert "+9 % in the chest, +18 % in the latissimus, nothing at 80 %" in short
    assert "12 % against 7 %" in short


def test_what_the_easiest_build_leaves_out_and_costs_is_what_the_bill_of_materials_says() -> None:
    build, lines = wiring_plot.build(), bom.read()
    text = page("build")
    left_out = re.search(r"leave\s+out ([^.]+)\.", text)
    assert left_out
    unfitted = {ref for line in lines for ref in bom.references(line) if ref not in build.parts}
    assert set(re.findall(r"[A-Z]+\d+", left_out[1])) == unfitted
    assert f"a coin motor behind a transistor, {bom.price_eur(lines, build):.0f} € in all" in text
