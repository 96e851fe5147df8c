"""Exit codes: one enum, one page, and what help says."""

import re

import pytest

from buzzband.errors import BuzzbandError
from buzzband.exit_codes import ExitCode
from cli.builders import run
from cli.error_tree import classes
from doc_pages import page, rows

PAGE = {
    int(code): (word, re.findall(r"`(\w+)`", errors)) for code, word, errors, *_ in rows(page("exit-codes"), "errors")
}


def codes_in_help() -> dict[int, str]:
    """Each exit code that the help names, with its word."""
    text = " ".join(run("--help").stdout.split())
    (listed,) = re.findall(r"Exit codes: ([^.]*)\.", text)
    return {int(code): word for code, word in (one.split(" ", 1) for one in listed.split(", "))}


def test_enum_help_and_page_have_the_same_codes_with_the_same_words() -> None:
    words = {code.value: code.word for code in ExitCode}
    assert codes_in_help() == words
    assert {code: word for code, (word, _) in PAGE.items()} == words


@pytest.mark.parametrize("kind", classes())
def test_every_error_stands_in_the_row_of_its_code_and_in_no_other(kind: type[BuzzbandError]) -> None:
    assert isinstance(kind.exit_code, ExitCode)
    assert [code for code, (_, errors) in PAGE.items() if kind.__name__ in errors] == [kind.exit_code]


def test_the_page_names_no_error_that_there_is_not() -> None:
    named = [error for _, errors in PAGE.values() for error in errors]
    assert sorted(named) == sorted(kind.__name__ for kind in classes())


def test_every_code_but_those_of_success_and_of_click_belongs_to_a_family() -> None:
    families = {kind.exit_code for kind in (BuzzbandError, *BuzzbandError.__subclasses__())}
    assert families == set(ExitCode) - {ExitCode.DONE, ExitCode.WRONG_OPTIONS}
    assert ExitCode.DONE == 0
    assert ExitCode.WRONG_OPTIONS == 2


@pytest.mark.parametrize("kind", BuzzbandError.__subclasses__())
def test_a_family_s_code_has_its_word(kind: type[BuzzbandError]) -> None:
    assert kind.__name__.lower().startswith(kind.exit_code.word)


def test_done_and_wrong_options_are_what_click_makes_of_them() -> None:
    assert run("--help").exit_code == ExitCode.DONE
    assert run("--dance").exit_code == ExitCode.WRONG_OPTIONS
