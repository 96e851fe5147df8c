"""What was told of the movement: which reps count, and what they say."""

from dataclasses import replace

import numpy as np
import pytest

from buzzband.recordings.lifting import MOVEMENT_RATE_HZ, NO_LIFTING, Hold
from recordings.lifting_builder import ended, lifting, rep


def test_a_rep_counts_as_soon_as_it_is_told() -> None:
    assert lifting(rep(0), rep(1)).counted() == (rep(0), rep(1))


def test_of_a_set_that_has_ended_only_its_revision_counts() -> None:
    again = [rep(number, revision=1) for number in (0, 2)]  # 1 was lost
    told = lifting(*(rep(number) for number in range(4)), *again, ended(3, revision=1))
    assert told.counted() == tuple(again)


def test_reps_beyond_the_count_of_their_set_do_not_count() -> None:
    assert lifting(rep(0), rep(1), rep(2), ended(2)).counted() == (rep(0), rep(1))


def test_a_set_of_no_reps_takes_all_of_them_back() -> None:
    told = lifting(rep(0), rep(1), ended(0))
    assert (told.counted(), told.counted_sets()) == ((), ())


def test_the_end_of_one_set_says_nothing_of_another() -> None:
    assert lifting(rep(0, set=1), ended(0)).counted() == (rep(0, set=1),)


def test_without_an_end_what_was_told_last_counts() -> None:
    assert lifting(rep(0), rep(0, revision=1)).counted() == (rep(0, revision=1),)


def test_reps_and_sets_come_in_order() -> None:
    told = lifting(rep(1), rep(0, set=1), rep(0), ended(1, number=1), ended(2))
    assert [(one.set, one.number) for one in told.counted()] == [(0, 0), (0, 1), (1, 0)]
    assert [one.number for one in told.counted_sets()] == [0, 1]


@pytest.mark.parametrize(
    ("source", "name"), [(0, "tilt"), (3, "turn"), (6, "tilt"), (7, "turn"), (8, "emg"), (9, "number 9")]
)
def test_sources_have_names(source: int, name: str) -> None:
    assert rep(source=source).source_name == name


@pytest.mark.parametrize(("pace", "name", "steady"), [(0, "reps", False), (1, "steady", True), (7, "number 7", False)])
def test_paces_have_names(pace: int, name: str, steady: bool) -> None:
    assert (ended(3, pace=pace).pace_name, ended(3, pace=pace).steady) == (name, steady)


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (0, set()),
        (1, {"muscle_off"}),
        (2, {"too_fast"}),
        (4, set()),
        (8, {"approximate"}),
        (16, {"lowers_first"}),
        (31, {"muscle_off", "too_fast", "approximate", "lowers_first"}),
    ],
)
def test_flags_are_told_apart(flags: int, names: set[str]) -> None:
    every = ("muscle_off", "too_fast", "approximate", "lowers_first")
    assert {name for name in every if getattr(rep(flags=flags), name)} == names


def test_until_a_block_is_what_began_before_it() -> None:
    told = lifting(rep(0), rep(1), ended(2), Hold(1399, 5000, 500), Hold(1400, 5000, 500), degrees=200)
    kept = told.until(1400)
    assert (kept.reps, kept.sets, kept.holds) == ((rep(0),), (ended(2),), (Hold(1399, 5000, 500),))
    assert kept.degrees.tolist() == list(range(175))


def test_what_takes_reps_back_is_kept_whatever_its_blocks() -> None:
    told = lifting(rep(0), ended(0, start_block=5000, end_block=5000))
    assert told.until(1400).counted() == ()


def test_movement_has_a_value_every_80_ms() -> None:
    assert MOVEMENT_RATE_HZ == 12.5
    assert NO_LIFTING.until(100).degrees.dtype == np.uint8


def test_a_rep_that_was_told_twice_alike_counts_once() -> None:
    assert lifting(rep(0), replace(rep(0)), ended(1)).counted() == (rep(0),)
