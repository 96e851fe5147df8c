import pytest

from buzzband_fw.core import exercises, modes
from buzzband_fw.core.exercises import NAMES, PACES, named
from buzzband_fw.core.modes.tempo import phases_ms
from buzzband_fw.core.reps import ANY, MOVEMENT, MUSCLE_ONLY, REPS, STEADY
from doc_pages import page, rows

EXERCISES = [named(name) for name in NAMES]
EVERY = pytest.mark.parametrize("exercise", EXERCISES, ids=NAMES)
LOWER_FIRST = {"push-up", "squat", "romanian-deadlift", "good-morning", "hinge"}
HISTORY_MS = 10_240


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_is_found_by_its_name(name):
    assert named(name).name == name


def test_an_unknown_name_is_a_value_error():
    with pytest.raises(ValueError):
        named("plank")


def test_names_are_unique_and_custom_comes_first():
    assert len(set(NAMES)) == len(NAMES)
    assert NAMES[0] == "custom"


def test_these_lower_first():
    assert {exercise.name for exercise in EXERCISES if exercise.lowers_first} == LOWER_FIRST


def test_bike_and_run_are_steady():
    assert {exercise.name for exercise in EXERCISES if exercise.pace == STEADY} == {"bike", "run"}
    assert PACES[STEADY] == "steady"
    assert PACES[REPS] == "reps"


@EVERY
def test_a_preset_hangs_together(exercise):
    assert exercise.source in (ANY, MOVEMENT, MUSCLE_ONLY)
    assert exercise.mode in modes.NAMES
    assert (exercise.mode == "steady") == (exercise.pace == STEADY)
    assert exercise.tempo is None or phases_ms(exercise.tempo)
    assert (exercise.tempo is None) == (exercise.pace == STEADY)
    assert 0 < exercise.cycle_min_ms < exercise.cycle_max_ms <= 14_000
    assert exercise.concentric_min_ms + exercise.eccentric_min_ms <= exercise.cycle_max_ms // 2


def test_explosive_work_is_not_talked_into():
    explosive = named("explosive")
    assert explosive.mode == "silent"
    assert (explosive.concentric_min_ms, explosive.eccentric_min_ms) == (0, 0)


@pytest.mark.parametrize("exercise", [one for one in EXERCISES if one.tempo], ids=lambda one: one.name)
def test_a_preset_s_tempo_is_not_too_fast_for_it(exercise):
    lift_ms, _, lower_ms, _ = phases_ms(exercise.tempo)
    assert lift_ms >= exercise.concentric_min_ms
    assert lower_ms >= exercise.eccentric_min_ms
    assert exercise.cycle_min_ms <= sum(phases_ms(exercise.tempo)) <= exercise.cycle_max_ms


@EVERY
def test_half_of_the_longest_cycle_fits_into_the_history(exercise):
    assert exercise.cycle_max_ms // 2 < HISTORY_MS


def test_custom_takes_cycles_of_400_ms_to_14_s_and_asks_for_no_tempo():
    custom = exercises.named("custom")
    assert (custom.cycle_min_ms, custom.cycle_max_ms) == (400, 14_000)
    assert (custom.concentric_min_ms, custom.eccentric_min_ms) == (0, 0)


@pytest.mark.parametrize(
    "cells", rows(page("simulate-json"), "least concentric, s"), ids=lambda cells: cells[0].strip("`")
)
def test_a_preset_is_the_one_of_the_docs(cells):
    name, begins, pace, *phases_s = cells
    exercise = named(name.strip("`"))
    assert (exercise.lowers_first, PACES[exercise.pace]) == (begins == "letting down", pace)
    least_ms = [exercise.concentric_min_ms, exercise.eccentric_min_ms]
    assert least_ms == [round(1000 * float(phase_s or 0)) for phase_s in phases_s]


def test_the_docs_know_every_preset():
    assert [cells[0].strip("`") for cells in rows(page("simulate-json"), "least concentric, s")] == list(NAMES)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("custom", "hinge", "explosive", "bike", "run")]
)
def test_a_lift_takes_1_to_14_s(name):
    assert (named(name).cycle_min_ms, named(name).cycle_max_ms) == (1000, 14_000)


@pytest.mark.parametrize(
    ("name", "least_ms", "most_ms"),
    [
        ("explosive", 400, 14_000),
        ("hinge", 2000, 14_000),
        ("bike", 60_000 / 150, 60_000 / 30),
        ("run", 400, 60_000 / 40),
    ],
)
def test_others_have_limits_of_their_own_a_ride_30_to_150_a_minute_a_run_40_to_150(name, least_ms, most_ms):
    assert (named(name).cycle_min_ms, named(name).cycle_max_ms) == (least_ms, most_ms)
