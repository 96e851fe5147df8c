"""Weeks: what falls into them, and how a programme was kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from buzzband.weeks import Training, Trends, Week, monday_of, weeks_of

MONDAY = date(2026, 3, 2)


def training(day: date = MONDAY, **changes: object) -> Training:
    """Ten reps, eight of them on target and six good."""
    told = Training(
        session_id="00112233445566aa",
        began=datetime(day.year, day.month, day.day, 18, tzinfo=UTC),
        exercise="curl",
        load_kg=12,
        target_permille=600,
        calibrated=True,
        sets=1,
        reps=10,
        good=6,
        hits=8,
        cycles=0,
        peaks_permille=7000,
        complete=10,
        concentric_ms=12_000,
        pause_ms=3_000,
        eccentric_ms=18_000,
        work_ms=33_000,
        holds=0,
        held_ms=0,
        trusted_permille=1000,
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def trained(*days_of_weeks: int, per_week: int | None = 3, today: date = MONDAY + timedelta(days=700)) -> Trends:
    """Weeks with so many days of training each."""
    trainings = [
        training(MONDAY + timedelta(days=7 * week + day))
        for week, days in enumerate(days_of_weeks)
        for day in range(days)
    ]
    return Trends("", weeks_of(trainings, MONDAY, len(days_of_weeks)), today, per_week)


@pytest.mark.parametrize("day", range(7))
def test_a_week_is_from_monday_to_sunday(day: int) -> None:
    assert monday_of(MONDAY + timedelta(days=day)) == MONDAY


def test_two_sessions_on_a_day_are_one_day() -> None:
    assert Week(MONDAY, (training(), training())).days == 1


def test_what_falls_outside_is_in_no_week() -> None:
    days = (MONDAY - timedelta(days=1), MONDAY, MONDAY + timedelta(days=13), MONDAY + timedelta(days=14))
    assert [len(week.trainings) for week in weeks_of(map(training, days), MONDAY + timedelta(days=4), 2)] == [1, 1]


@pytest.mark.parametrize(
    ("days", "done", "kept"), [((3, 3), 6, 2), ((5, 1), 4, 1), ((0, 0), 0, 0), ((2, 4), 5, 1)], ids=str
)
def test_more_days_in_one_week_do_not_stand_for_another(days: tuple[int, ...], done: int, kept: int) -> None:
    told = trained(*days)
    assert (told.planned, told.done, told.kept) == (6, done, kept)


def test_a_week_goes_on_until_its_sunday_is_over() -> None:
    week = Week(MONDAY, ())
    assert replace(trained(1), today=MONDAY + timedelta(days=6)).goes_on(week)
    assert not replace(trained(1), today=MONDAY + timedelta(days=7)).goes_on(week)


def test_shares_and_tempo_are_those_of_all_reps_of_the_week() -> None:
    week = Week(
        MONDAY,
        (training(), training(reps=30, hits=12, good=0, complete=0, concentric_ms=0, pause_ms=0, eccentric_ms=0)),
    )
    assert (week.hit_share, week.good_share) == (0.5, 0.15)
    assert week.tempo_s == (1.2, 0.3, 1.8)


def test_a_week_without_reps_has_no_shares() -> None:
    week = Week(MONDAY, (training(reps=0, hits=0, good=0, complete=0),))
    assert (week.hit_share, week.good_share, week.tempo_s) == (None, None, None)


def test_only_what_had_a_load_was_lifted() -> None:
    assert Week(MONDAY, (training(), training(load_kg=None), training(load_kg=20, reps=5))).lifted_kg == 220


def test_each_exercise_is_apart_at_each_load_the_most_frequent_first() -> None:
    kinds = [("curl", 12), ("squat", None), ("curl", 14), ("curl", 12), ("squat", 12)]
    trainings = [training(exercise=exercise, load_kg=load) for exercise, load in kinds]
    told = Trends("", weeks_of([*trainings, training(reps=0)], MONDAY, 1), MONDAY)
    assert [(load.exercise, load.load_kg, len(load.trainings)) for load in told.loads()] == [
        ("curl", 12, 2),
        ("curl", 14, 1),
        ("squat", None, 1),
        ("squat", 12, 1),
    ]
