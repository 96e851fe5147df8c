"""The error tree: drawn as it is, each error with an exit code, words and what to do next."""

import pytest

from buzzband import errors
from buzzband.errors import BuzzbandError, EngineMissing
from cli.error_tree import classes, drawn

HINTS_WHERE_THEY_ARE_RAISED = {"FirmwareMissing", "EngineFailed", "BudgetSpent", "NotInLog"}


@pytest.mark.parametrize("kind", classes())
def test_every_error_is_drawn_in_its_place_with_its_exit_code(kind: type[BuzzbandError]) -> None:
    parent = kind.__mro__[1].__name__ if kind is not BuzzbandError else None
    assert drawn()[kind.__name__] == (parent, kind.exit_code)


def test_nothing_is_drawn_that_is_not_there() -> None:
    assert set(drawn()) == {kind.__name__ for kind in classes()}


@pytest.mark.parametrize("kind", classes())
def test_every_error_says_what_it_is(kind: type[BuzzbandError]) -> None:
    assert kind.__doc__
    assert kind.__doc__ != kind.__mro__[1].__doc__


@pytest.mark.parametrize("kind", classes())
def test_every_error_that_is_raised_says_what_to_do_next(kind: type[BuzzbandError]) -> None:
    is_parent = bool(kind.__subclasses__())
    assert is_parent or kind("It happened.").hint or kind.__name__ in HINTS_WHERE_THEY_ARE_RAISED


def test_a_hint_given_where_it_is_raised_takes_the_place_of_the_usual_one() -> None:
    assert EngineMissing("It is gone.").hint == EngineMissing.hint
    assert EngineMissing("It is gone.", "Look for it.").hint == "Look for it."
    assert EngineMissing("It is gone.", "").hint == ""
    assert str(EngineMissing("It is gone.", "Look for it.")) == "It is gone."


@pytest.mark.parametrize("kind", classes())
def test_messages_and_hints_are_sentences(kind: type[BuzzbandError]) -> None:
    assert not kind.hint or kind.hint[0].isupper()
    assert not kind.hint or kind.hint.endswith(".")


def test_exit_codes_leave_0_to_success_and_2_to_click() -> None:
    assert {kind.exit_code for kind in classes()}.isdisjoint({0, 2})
    assert all(0 < kind.exit_code < 126 for kind in classes())


def test_each_family_has_an_exit_code_of_its_own() -> None:
    families = BuzzbandError.__subclasses__()
    assert len({kind.exit_code for kind in families}) == len(families)
    for kind in families:
        assert {child.exit_code for child in kind.__subclasses__()} <= {kind.exit_code}


def test_click_s_exit_code_is_told() -> None:
    assert "exit 2" in (errors.__doc__ or "")
