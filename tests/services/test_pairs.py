"""Which sets are set side by side, and what is measured of each."""

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.lifter import Lifter as Worn
from app.lifter import lifter
from buzzband.engines.whole_app import on_cpython
from buzzband.recordings.band_log import SessionLog
from buzzband.recordings.lifting import Lifting, Set
from buzzband.recordings.synth.spoil import Motor
from buzzband.services import pairs as service
from buzzband.services.pairs import Pair, bridged, objection, pairs_of, settings_of
from buzzband_fw.core import quality
from buzzband_fw.core.chain import RAW_RATE_HZ
from buzzband_fw.core.tempo import LOWERS_FIRST
from buzzband_fw.store.schema import values_of
from services.comparing import LIFT_SAMPLES, REP_SAMPLES, Lifter, session, session_log

STEADY = Lifter(by_set=0, by_rep=0, by_session=0, helped=0, tiring=0)
FOUR = (False, True, True, False)


def made(silent: tuple[bool, ...] = FOUR, lifter: Lifter = STEADY, **settings: Any) -> SessionLog:
    return session_log(lifter, silent, np.random.default_rng(1), reps=4, **settings)


def found(log: SessionLog) -> list[Pair | str]:
    return list(pairs_of(session(), log))


def only_pairs(log: SessionLog) -> list[Pair]:
    every = found(log)
    assert all(isinstance(one, Pair) for one in every)
    return [one for one in every if isinstance(one, Pair)]


def with_sets(log: SessionLog, *sets: Set) -> SessionLog:
    told = log.lifting
    return replace(log, lifting=Lifting(told.reps, sets, told.holds, told.degrees))


def test_neighbours_are_pairs_whichever_comes_first() -> None:
    first, second = only_pairs(made())
    assert [(first.cued.number, first.silent.number), (second.cued.number, second.silent.number)] == [(0, 1), (3, 2)]
    assert (first.cued_first, second.cued_first) == (True, False)
    assert (first.exercise, first.load_kg) == ("curl", 20)


def test_an_effect_comes_out_as_large_as_it_is() -> None:
    for one in only_pairs(made(lifter=replace(STEADY, effect=0.18))):
        assert np.expm1(one.difference) == pytest.approx(0.18, abs=0.01)


def test_what_the_motor_shakes_is_no_effect() -> None:
    for one in only_pairs(made()):
        assert np.expm1(one.difference) == pytest.approx(0, abs=0.005)


def test_words_are_those_that_were_said_and_those_that_were_due() -> None:
    first, _ = only_pairs(made())
    assert (first.cued.words, first.silent.words) == (4, 4)


def test_sets_behind_the_plan_are_no_pair() -> None:
    assert len(only_pairs(made((False, True, False, False)))) == 1


def test_a_pair_whose_second_set_was_not_done_is_left_out() -> None:
    log = made()
    assert [type(one) for one in found(with_sets(log, *log.lifting.sets[:3]))] == [Pair, str]
    assert found(with_sets(log, *log.lifting.sets[:3]))[1] == service.UNFINISHED
    assert len(found(with_sets(log, *log.lifting.sets[:2]))) == 1


def test_what_the_band_took_back_as_no_set_takes_no_turn() -> None:
    log = made()
    back = Set(0, 0, 3, 0, 0, 0, 0, 0)
    sets = [replace(one, number=one.number + 1) for one in log.lifting.sets]
    reps = tuple(replace(rep, set=rep.set + 1) for rep in log.lifting.reps)
    moved = replace(log, lifting=Lifting(reps, (back, *sets), (), log.lifting.degrees))
    assert [one.difference for one in only_pairs(moved)] == [one.difference for one in only_pairs(log)]


def test_behind_a_set_that_the_log_has_lost_no_number_is_sure() -> None:
    log = made()
    first, second, _, fourth = log.lifting.sets
    assert [type(one) for one in found(with_sets(log, first, second, fourth))] == [Pair]
    assert found(with_sets(log, second, fourth)) == []


def test_sets_that_are_not_as_the_plan_has_them_are_left_out() -> None:
    log = made()
    first, *others = log.lifting.sets
    assert found(with_sets(log, replace(first, pace=others[0].pace), *others))[0] == service.DAMAGED


@pytest.mark.parametrize("flag", [quality.RAIL, quality.FLAT, quality.HUM])
def test_a_set_whose_signal_is_not_to_be_trusted_leaves_its_pair_out(flag: int) -> None:
    log = made()
    flags = log.flags.copy()
    flags[: 4 * REP_SAMPLES : 4] |= flag
    assert [type(one) for one in found(replace(log, flags=flags))] == [str, Pair]
    assert found(replace(log, flags=flags))[0] == service.POOR_SIGNAL
    few = log.flags.copy()
    few[: 4 * REP_SAMPLES : 40] |= flag
    assert len(only_pairs(replace(log, flags=few))) == 2


def test_a_set_that_is_not_in_the_log_leaves_its_pair_out() -> None:
    log = made()
    valid = log.valid.copy()
    valid[: 2 * REP_SAMPLES] = False
    assert found(replace(log, valid=valid))[0] == service.POOR_SIGNAL


def test_a_set_without_reps_leaves_its_pair_out() -> None:
    log = made()
    reps = tuple(rep for rep in log.lifting.reps if rep.set != 1)
    assert found(replace(log, lifting=Lifting(reps, log.lifting.sets, (), log.lifting.degrees)))[0] == service.NO_REPS


def test_where_nothing_is_known_a_straight_line_stands() -> None:
    known = np.array([False, True, False, False, True, False])
    assert bridged(np.array([9, 0, 9, 9, 30, 9]), known).tolist() == [0, 0, 10, 20, 30, 30]


def test_what_lifts_comes_second_where_a_rep_begins_by_lowering() -> None:
    log = made()
    level = np.zeros(len(log.permille), np.int16)
    for rep in log.lifting.reps:
        start = rep.start_block // 2 + 60
        level[start : start + LIFT_SAMPLES] = 400
    reps = tuple(replace(rep, flags=LOWERS_FIRST, eccentric_ms=1200) for rep in log.lifting.reps)
    lifting = Lifting(reps, log.lifting.sets, (), log.lifting.degrees)
    (first, _) = only_pairs(replace(log, permille=level, flags=np.zeros_like(log.flags), lifting=lifting))
    assert first.cued.permille == first.silent.permille == 400


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"mode": "below"}, ""),
        ({"mode": "silent"}, service.OTHER_MODE),
        ({"mode": "faded"}, service.OTHER_MODE),
        ({"exercise": "bike"}, service.OTHER_MODE),
        ({"exercise": "bike", "mode": "reach"}, ""),
        ({"load_kg": 60, "one_rm_kg": 100}, ""),
        ({"load_kg": 61, "one_rm_kg": 100}, service.HEAVY),
        ({"load_kg": 80, "reps_max": 6}, service.HEAVY),
    ],
)
def test_settings_with_which_nothing_can_be_compared_say_why(changes: dict[str, Any], why: str) -> None:
    assert objection(values_of(changes)) == why


def test_what_a_header_does_not_say_or_cannot_mean_is_the_default() -> None:
    log = made(load_kg="heavy", exercise=7)
    assert (settings_of(log)["load_kg"], settings_of(log)["exercise"]) == (None, "custom")


def test_the_same_muscle_is_the_same_whether_the_motor_shakes_it_or_not() -> None:
    worn = lifter(reps=4, sets=2)
    second_silent, first_silent = (_shaken(worn, silent_sets) for silent_sets in (0b10, 0b01))
    for shaken, still in ((second_silent.cued, first_silent.silent), (first_silent.cued, second_silent.silent)):
        assert shaken.number == still.number
        assert (shaken.words, still.words) == (4, 4)
        assert shaken.permille == pytest.approx(still.permille, rel=0.012)


def test_without_the_flags_it_would_seem_to_be_more() -> None:
    worn = lifter(reps=4, sets=2)
    second_silent, first_silent = (_shaken(worn, silent_sets, flagged=False) for silent_sets in (0b10, 0b01))
    assert second_silent.cued.permille > 1.03 * first_silent.silent.permille


@functools.cache
def _log(worn: Worn, silent_sets: int) -> SessionLog:
    """A session in which the motor shakes the electrodes more than it ever should."""
    motor = Motor(RAW_RATE_HZ, amplitude=600, frequency_hz=165)
    return on_cpython(worn.raw, replace(worn.settings, silent_sets=silent_sets), motor, frames=worn.frames).log


def _shaken(worn: Worn, silent_sets: int, *, flagged: bool = True) -> Pair:
    log = _log(worn, silent_sets)
    (pair,) = only_pairs(log if flagged else replace(log, flags=log.flags & 7))
    return pair
