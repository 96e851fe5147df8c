"""Results in plain words."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from buzzband.outcome import CueMark, Outcome, QualitySpan, SetSpan
from buzzband.services import summary
from report.builders import lasting, outcome, with_sets
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
        "  set 1: 0:03.0 to 0:10.0, 2 reps, 1 reached the target, mean peak 60 %",
        "  set 2: 0:22.0 to 0:25.0, 1 rep, 1 reached the target, mean peak 65 %",
    ]


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
    told = with_sets((590, 580))
    assert "0 reached the target" in summary.outcome_text(replace(told, sets=(SetSpan(3.0, 10.0, 0, 2),)))
