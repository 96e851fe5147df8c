"""What the documents name exists: tests, commands, pins in commands, files."""

import ast
import re
import shlex
from pathlib import Path

import click
import pytest

from buzzband.cli import main
from firmware import pins
from netlist import HARDWARE, VARIANTS, load

ROOT = HARDWARE.parent
DOCUMENTS = sorted(HARDWARE.glob("*.md"))
SAFETY = (HARDWARE / "safety.md").read_text(encoding="utf-8")
ASSEMBLY = (HARDWARE / "assembly.md").read_text(encoding="utf-8")

NAMED_TESTS = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", SAFETY)
BLOCKS = [line for block in re.findall(r"```sh\n(.*?)```", ASSEMBLY, re.DOTALL) for line in block.splitlines() if line]
INLINE = re.findall(r"`(buzzband [^`]+)`", ASSEMBLY + SAFETY)
COMMANDS = [line for line in BLOCKS + INLINE if line.startswith("buzzband ")]
SNIPPETS = [shlex.split(line)[2] for line in BLOCKS if line.startswith("mpremote exec")]
BY_STEP = {"Pin(16": "MOTOR"}


def test_safety_names_tests() -> None:
    assert len(NAMED_TESTS) > 20


@pytest.mark.parametrize(("path", "name"), NAMED_TESTS)
def test_a_test_that_safety_names_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert not name or name in names


def test_a_hazard_without_a_test_says_so() -> None:
    rows = [line.split("|")[1:-1] for line in SAFETY.splitlines() if line.startswith("| ")]
    hazards = [row for row in rows if len(row) == 4 and row[0].strip() != "hazard"]
    assert len(hazards) > 10
    for row in hazards:
        assert "`tests/" in row[3] or row[3].strip() == "none"


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_exists(line: str) -> None:
    command: click.Command = main
    words = shlex.split(line)[1:]
    while words and isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), words.pop(0))
        assert inner, line
        command = inner


def test_commands_are_found() -> None:
    assert {shlex.split(line)[1] for line in COMMANDS} == {"selftest", "flash", "doctor", "config"}
    assert len(SNIPPETS) == 1


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_what_is_sent_to_the_board_is_python_and_names_the_pins_of_the_firmware(snippet: str) -> None:
    ast.parse(snippet)
    gpios = {text + ")" * (not text.endswith(")")) for text in re.findall(r"(?:Pin|ADC)\(\d+", snippet)}
    known = {text.rstrip(")") + ")": pins()[name] for text, name in BY_STEP.items()}
    for text in gpios:
        assert known[text] == int(re.search(r"\d+", text)[0])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", path.read_text(encoding="utf-8")):
        assert target.startswith("http") or (HARDWARE / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_parts_that_are_named_are_in_the_netlist(path: Path) -> None:
    known = set().union(*(load(variant).parts for variant in VARIANTS))
    known |= {ref for variant in VARIANTS for ref in load(variant).cables}
    named = set(re.findall(r"\b([BCDEFHJMQRSUW]T?\d{1,2})\b", path.read_text(encoding="utf-8")))
    assert named <= known | set(re.findall(r"W[1-5]", (HARDWARE / "erc-warnings.md").read_text(encoding="utf-8")))


def test_it_says_that_nobody_has_built_it() -> None:
    assert "**Nobody has built this yet.**" in (HARDWARE / "README.md").read_text(encoding="utf-8").split("\n## ")[0]
