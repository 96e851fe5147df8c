"""Results in plain words."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from buzzband.outcome import CueMark, Hold, Outcome, QualitySpan, SetSpan
from buzzband.services import summary
from report.builders import lasting, outcome, steady, with_sets
from services.builders import flat, ran

BLOCKS = "▁▂▃▄▅▆▇█"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0:00.0"),
        (9.94, "0:09.9"),
        (9.96, "0:10.0"),
        (59.94, "0:59.9"),
        (59.96, "1:00.0"),
        (119.99, "2:00.0"),
        (3599.97, "60:00.0"),
        (36_000, "600:00.0"),
    ],
)
def test_a_time_is_minutes_and_seconds_that_stay_below_60(seconds: float, said: str) -> None:
    assert summary.clock(seconds) == said


@pytest.mark.parametrize("seconds", [1.0, 1.5, 10.0, 3600.0])
def test_the_strip_is_at_most_72_wide(seconds: float) -> None:
    told = lasting(seconds)
    bars, _ = summary.strip(told)
    assert len(bars) == min(summary.STRIP_WIDTH, len(told.permille))


@pytest.mark.parametrize(
    ("permille", "bar"), [(0, " "), (74, " "), (75, "▁"), (300, "▄"), (599, "▇"), (600, "█"), (4000, "█")]
)
def test_a_bar_is_full_at_the_target_of_60_percent_and_above(permille: int, bar: str) -> None:
    bars, _ = summary.strip(outcome(permille=np.full(1000, permille, np.int32)))
    assert set(bars) == {bar}


def test_cues_stand_below_their_moment() -> None:
    told = outcome(cues=(CueMark(0.01, "on_target"), CueMark(5.0, "on_target"), CueMark(10.0, "on_target")))
    bars, marks = summary.strip(told)
    assert [index for index, mark in enumerate(marks[: len(bars)]) if mark == "^"] == [0, 36, 71]


def test_the_strip_explains_itself() -> None:
    assert "█ at the target" in summary.strip(outcome())[1]


def test_the_first_line_says_what_was_run_on_what() -> None:
    told = outcome(name="monday.csv", sample_rate_hz=1024.5, engine="pico")
    assert summary.outcome_text(told).splitlines()[0] == "monday.csv: 0:10.0 at 1024.5 Hz, engine pico"


def test_target_and_calibration_are_said_in_words() -> None:
    line = summary.outcome_text(outcome(target_permille=505)).splitlines()[1]
    assert line == "Target 50.5 % of the reference; re-arms below 30.3 % for 300 ms. Calibration: squeezes."


@pytest.mark.parametrize(
    ("peaks", "counted"),
    [
        ((), "No cues in no reps."),
        ((700,), "1 cue in 1 rep."),
        ((500,), "No cues in 1 rep."),
        ((700, 700), "2 cues in 2 reps."),
    ],
)
def test_one_is_singular_and_all_else_plural(peaks: tuple[int, ...], counted: str) -> None:
    assert counted in summary.outcome_text(with_sets(peaks) if peaks else outcome()).splitlines()


def test_each_set_has_a_line() -> None:
    lines = summary.outcome_text(with_sets((700, 500), (650,))).splitlines()
    assert lines[-2:] == [
        "  set 1: 0:03.0 to 0:10.0, 2 reps, 1 reached the target, mean peak 60 %, 1.2-0.4-1.4 s",
        "  set 2: 0:22.0 to 0:25.0, 1 rep, 1 reached the target, mean peak 65 %, 1.2-0.4-1.4 s",
    ]


def test_reps_without_the_muscle_and_too_fast_ones_are_counted() -> None:
    told = with_sets((700, 100, 700))
    marked = (replace(told.reps[0], too_fast=True), replace(told.reps[1], muscle_off=True, too_fast=True), told.reps[2])
    line = summary.outcome_text(replace(told, reps=marked)).splitlines()[-1]
    assert line.endswith(", 1.2-0.4-1.4 s, 1 with the muscle off, 2 too fast")


def test_a_rep_that_was_not_finished_has_no_part_in_the_tempo() -> None:
    told = with_sets((700, 700))
    unfinished = replace(told.reps[1], hold_s=0.0, eccentric_s=0.0)
    assert "1.2-0.4-1.4 s" in summary.outcome_text(replace(told, reps=(told.reps[0], unfinished)))
    alone = replace(told, reps=(replace(unfinished, set=0),))
    assert summary.outcome_text(alone).splitlines()[-1].endswith("mean peak 70 %")


def test_a_tempo_that_the_muscle_tells_is_called_approximate() -> None:
    told = with_sets((700, 700))
    vague = (told.reps[0], replace(told.reps[1], approximate=True))
    assert ", about 1.2-0.4-1.4 s" in summary.outcome_text(replace(told, reps=vague))
    assert "about" not in summary.outcome_text(told)


def test_a_steady_set_has_a_cadence() -> None:
    assert summary.outcome_text(steady(90, 0.75)).splitlines()[-2:] == [
        "No cues in 90 cycles.",
        "  set 1: 0:10.0 to 1:17.5, 90 cycles, 80 a minute",
    ]


def test_a_set_whose_reps_were_lost_has_its_count() -> None:
    told = outcome(sets=(SetSpan(1.0, 5.0, 4),))
    assert summary.outcome_text(told).splitlines()[-1] == "  set 1: 0:01.0 to 0:05.0, 4 reps"


def test_each_hold_has_a_line() -> None:
    told = outcome(holds=(Hold(1.0, 3.5, 489),))
    assert summary.outcome_text(told).splitlines()[-1] == "  hold: 0:01.0, 2.5 s, mean 48 %"


@pytest.mark.parametrize(("holds", "said"), [(12, None), (13, "  and 1 more hold"), (14, "  and 2 more holds")])
def test_from_the_thirteenth_on_holds_are_only_counted(holds: int, said: str | None) -> None:
    lines = summary.outcome_text(outcome(holds=(Hold(1.0, 3.5, 489),) * holds)).splitlines()
    assert sum(line.startswith("  hold: ") for line in lines) == 12
    assert [line for line in lines if line.startswith("  and")] == ([said] if said else [])


@pytest.mark.parametrize(("sets", "said"), [(12, None), (13, "  and 1 more set"), (14, "  and 2 more sets")])
def test_from_the_thirteenth_on_sets_are_only_counted(sets: int, said: str | None) -> None:
    lines = summary.outcome_text(with_sets(*[(700,)] * sets)).splitlines()
    assert sum(line.startswith("  set ") for line in lines) == 12
    assert [line for line in lines if line.startswith("  and")] == ([said] if said else [])


def test_doubt_and_notes_come_last() -> None:
    told = outcome(quality=(QualitySpan(1.0, 61.25, "hum"),), notes=("Mind this.",))
    assert summary.outcome_text(told).splitlines()[-2:] == [
        "Not trusted from 0:01.0 to 1:01.2: hum.",
        "Note: Mind this.",
    ]


@pytest.mark.parametrize("told", [lambda: ran(), lambda: ran(flat()), lambda: ran(flat(1.0))])
def test_the_words_are_not_those_of_a_programmer(told: Callable[[], Outcome]) -> None:
    text = summary.outcome_text(told())
    assert not {"nan", "None", "inf", "permille", "Outcome"} & set(text.replace(".", " ").split())


def test_a_set_with_reps_that_were_not_buzzed_says_none_reached() -> None:
    assert "0 reached the target" in summary.outcome_text(with_sets((590, 580)))
