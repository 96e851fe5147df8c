"""``buzzband`` itself: help, version, how it fails, completion."""

import re
import shutil
import sys
from collections.abc import Callable
from types import SimpleNamespace

import click
import pytest

import buzzband
from buzzband.cli import group, main
from buzzband.cli.group import COMMANDS
from buzzband.errors import BuzzbandError
from cli.builders import run, subprocess_run
from cli.error_tree import classes, drawn

Failing = Callable[[BaseException], None]


def codes_in_help() -> dict[int, str]:
    """Each exit code that the help names, with its word or words."""
    text = " ".join(run("--help").stdout.split())
    (listed,) = re.findall(r"Exit codes: ([^.]*)\.", text)
    return {int(code): words for code, words in (one.split(" ", 1) for one in listed.split(", "))}


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_command_with_what_it_does(option: str) -> None:
    result = run(option)
    assert result.exit_code == 0
    listed = dict(re.findall(r"^  (\w+) +(\w.*)$", result.stdout.split("Commands:")[1], re.MULTILINE))
    assert list(listed) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help_and_json(command: str, option: str) -> None:
    result = run(command, option)
    assert result.exit_code == 0
    assert "--json" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_is_for(command: str) -> None:
    found = main.get_command(click.Context(main), command)
    assert found is not None
    for option in found.params:
        assert isinstance(option, click.Argument) or getattr(option, "help", None), option.name


def test_the_version_is_that_of_the_package() -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"buzzband, version {buzzband.__version__}\n")


def test_the_version_need_not_wait_for_numpy() -> None:
    done = subprocess_run("--version", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert b"buzzband.cli.group" in done.stderr
    assert not re.search(rb"\| +(numpy|matplotlib|buzzband\.services)$", done.stderr, re.MULTILINE)


@pytest.mark.parametrize("arguments", [["dance"], ["--dance"], ["simulate", "--dance"]])
def test_an_unknown_command_or_option_is_exit_2_and_named(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "dance" in result.stderr
    assert "--help" in result.stderr


@pytest.mark.parametrize("kind", classes())
def test_class_tree_and_help_agree_on_exit_codes(kind: type[BuzzbandError]) -> None:
    assert kind.exit_code == drawn()[kind.__name__][1]
    assert kind.exit_code in codes_in_help()


def test_the_help_names_no_other_exit_code_and_gives_each_its_family() -> None:
    named = codes_in_help()
    assert {code: named.pop(code) for code in (0, 1, 2)} == {0: "done", 1: "failed", 2: "wrong options"}
    families = {kind.exit_code: kind.__name__.lower() for kind in BuzzbandError.__subclasses__()}
    assert set(named) == set(families)
    for code, word in named.items():
        assert families[code].startswith(word)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Makes ``buzzband selftest`` raise."""

    def fail_with(error: BaseException) -> None:
        @click.command()
        def selftest() -> None:
            raise error

        monkeypatch.setattr(group, "import_module", lambda _name: SimpleNamespace(selftest=selftest))

    return fail_with


@pytest.mark.parametrize("kind", classes())
def test_our_errors_become_message_hint_and_exit_code(kind: type[BuzzbandError], failing: Failing) -> None:
    failing(kind("It went wrong.", "Mend it."))
    result = run("selftest")
    assert (result.exit_code, result.stdout) == (kind.exit_code, "")
    assert result.stderr == "Error: It went wrong.\nMend it.\n"


def test_without_a_hint_there_is_no_empty_line(failing: Failing) -> None:
    failing(BuzzbandError("It went wrong."))
    assert run("selftest").stderr == "Error: It went wrong.\n"


def test_an_interrupt_is_no_traceback(failing: Failing) -> None:
    failing(KeyboardInterrupt())
    result = run("selftest")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Aborted" in result.stderr


def test_other_errors_are_bugs_and_are_not_hidden(failing: Failing) -> None:
    failing(ZeroDivisionError("a bug"))
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run("selftest")


needs_bash = pytest.mark.skipif(not shutil.which("bash") or sys.platform == "win32", reason="there is no bash")


@needs_bash
def test_bash_gets_a_completion_script() -> None:
    done = subprocess_run(_BUZZBAND_COMPLETE="bash_source")
    assert done.returncode == 0
    assert b"complete -o nosort -F _buzzband_completion buzzband" in done.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("buzzband ", list(COMMANDS)),
        ("buzzband s", ["simulate", "sync", "sessions", "selftest"]),
        ("buzzband simulate --eng", ["--engine"]),
        ("buzzband simulate --engine p", ["pico"]),
        ("buzzband simulate --example f", ["fatigue"]),
        ("buzzband selftest --engine ", ["cpython", "micropython", "pico"]),
    ],
)
def test_commands_options_and_choices_are_completed(typed: str, offered: list[str]) -> None:
    done = subprocess_run(
        _BUZZBAND_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(len(typed.split(" ")) - 1)
    )
    assert [line.split(",")[1] for line in done.stdout.decode().splitlines()] == offered


def test_a_file_is_completed_by_the_shell() -> None:
    done = subprocess_run(_BUZZBAND_COMPLETE="bash_complete", COMP_WORDS="buzzband simulate mon", COMP_CWORD="2")
    assert done.stdout.decode().startswith("file,")
