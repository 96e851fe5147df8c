"""Every block of code in README, docs and hardware runs, or says above itself why it does not."""

import ast
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import click
import pytest

from buzzband.cli import main
from cli.builders import run
from docs.blocks import BLOCKS, PAGES, ROOT, Block, those
from docs.desk import laid, written

SHELL = [block for block in those("sh") if block.is_run]
PYTEST = [block for block in those("python") if block.is_run and "def test_" in block.text]
PYTHON = [block for block in those("python") if block.is_run and block not in PYTEST]
UNTESTED = ("text", "")  # what is printed or written down, unless a mark says by what
DATA: dict[str, Callable[[str], object]] = {"json": json.loads, "toml": tomllib.loads}
LANGUAGES = ("sh", "python", *DATA, *UNTESTED)

INLINE = re.compile(r"`((?:buzzband|make) [^`]+)`")
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def marked(blocks: Iterable[Block]) -> list[object]:
    """The blocks as parameters: those that are long or need a download with their marks."""
    return [
        pytest.param(
            block,
            id=str(block),
            marks=[pytest.mark.long] * block.is_long + [pytest.mark.real_data] * block.needs_download,
        )
        for block in blocks
    ]


@pytest.fixture(scope="module")
def on_the_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(on_the_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_power_cuts: None) -> Path:
    return laid(on_the_desk, tmp_path / "desk", monkeypatch)


def test_the_pages_hold_blocks_that_run() -> None:
    assert len(SHELL) > 12
    assert len(PYTHON) > 8


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_is_of_a_kind_that_is_tested(block: Block) -> None:
    assert block.language in LANGUAGES or block.language.startswith("{"), "name its language, or let this file know it"
    assert block.mark in ("", "run in make test-long") or block.printed_by or block.reason, "the mark says nothing"


@pytest.mark.parametrize("block", marked(SHELL))
def test_the_commands_of_a_page_run(block: Block, desk: Path) -> None:
    for words in block.commands:
        assert words[0] == "buzzband", "above the block: <!-- not run: why -->"
        if words[1] not in block.left_out:
            result = run(*words[1:])
            assert result.exit_code == 0, f"{shlex.join(words)}\n{result.output}"


def test_what_is_left_out_of_a_block_is_in_it() -> None:
    for block in SHELL:
        assert set(block.left_out) <= {words[1] for words in block.commands}, str(block)


@pytest.mark.parametrize("page", sorted({block.page for block in PYTHON}))
def test_the_python_of_a_page_runs_block_after_block(page: str, desk: Path) -> None:
    known: dict[str, object] = {}
    for block in PYTHON:
        if block.page == page:
            exec(compile(block.text, str(block), "exec"), known)


@pytest.mark.parametrize("block", PYTEST, ids=str)
def test_the_tests_of_a_page_pass(block: Block, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(block.text)
    ran = pytester.runpytest_subprocess("-p", "buzzband.testing", "-p", "no:cacheprovider")
    ran.assert_outcomes(passed=block.text.count("def test_"))


@pytest.mark.parametrize("block", [block for block in those("python") if not block.is_run], ids=str)
def test_python_that_is_not_run_imports_what_there_is(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            module = __import__(str(node.module), fromlist=names)
            assert all(hasattr(module, name) for name in names)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language in DATA], ids=str)
def test_data_of_a_page_is_data(block: Block) -> None:
    DATA[block.language](block.text)


@pytest.mark.parametrize("block", marked(block for block in BLOCKS if block.printed_by))
def test_what_a_page_says_that_is_printed_is_printed(block: Block, desk: Path) -> None:
    printed = [line.rstrip() for line in run(*shlex.split(block.printed_by)[1:]).stdout.splitlines()]
    for line in block.text.splitlines():
        assert line.rstrip() in printed, line
        printed = printed[printed.index(line.rstrip()) + 1 :]


COMMANDS = sorted(
    {shlex.join(words) for block in those("sh") for words in block.commands if words[0] in ("buzzband", "make")}
    | {line for path in PAGES for line in INLINE.findall(path.read_text(encoding="utf-8"))}
)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_a_page_names_exists_and_takes_its_options(line: str) -> None:
    program, *words = shlex.split(line, comments=True)
    if program == "make":
        assert {word for word in words if "=" not in word and not word.startswith("-")} <= TARGETS
        return
    command: click.Command = main
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        name = words.pop(0)
        if "|" in name:  # `sessions list|show`
            assert set(name.split("|")) <= set(command.list_commands(click.Context(command)))
            return
        inner = command.get_command(click.Context(command), name)
        assert inner, f"there is no {name}"
        command = inner
    if words and "…" not in words and not isinstance(command, click.Group):
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known | {"--help"}


def test_a_wrong_option_a_missing_target_and_an_unmarked_block_are_found(desk: Path) -> None:
    with pytest.raises(AssertionError):
        test_a_command_that_a_page_names_exists_and_takes_its_options("buzzband sync --keeep")
    with pytest.raises(AssertionError):
        test_a_command_that_a_page_names_exists_and_takes_its_options("make coffee")
    with pytest.raises(AssertionError, match="not run: why"):
        test_the_commands_of_a_page_run(Block("page", 1, "sh", "mpremote ls\n", ""), desk)
    with pytest.raises(AssertionError):
        test_the_commands_of_a_page_run(Block("page", 1, "sh", "buzzband simulate none.csv\n", ""), desk)
