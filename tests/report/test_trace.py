"""Thinning keeps what matters."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband.report.trace import blanks_hidden, extremes, movement, trace
from report.builders import lasting, moving, outcome, synthetic


@given(st.lists(st.integers(-(2**20), 2**20), min_size=1, max_size=300), st.integers(1, 100))
def test_thinning_keeps_the_extremes_of_every_column(values: list[int], columns: int) -> None:
    columns = min(columns, len(values))
    course = np.array(values, np.int32)
    kept = extremes(course, columns)
    assert len(kept) <= 2 * columns
    assert (np.diff(kept) > 0).all()
    for start, end in pairwise(len(values) * column // columns for column in range(columns + 1)):
        inside = course[kept[(kept >= start) & (kept < end)]]
        assert (inside.min(), inside.max()) == (course[start:end].min(), course[start:end].max())


def test_a_single_sample_peak_in_an_hour_survives() -> None:
    hour = lasting(3600.0)
    hour.permille[123_456] = 987
    points = trace(hour, 0.0, 3600.0, 640)
    assert points.thinned
    assert points.percent.max() == 98.7
    assert points.times_s[points.percent.argmax()] == pytest.approx(1234.56)


def test_a_short_stretch_is_drawn_sample_by_sample() -> None:
    points = trace(outcome(), 2.0, 4.0, 300)
    assert not points.thinned
    assert points.times_s.tolist() == pytest.approx((np.arange(200, 400) / 100).tolist())


def test_a_stretch_beyond_the_end_stops_there() -> None:
    assert trace(outcome(), 9.0, 12.0, 300).times_s[-1] == pytest.approx(9.99)


def test_blanked_samples_are_in_the_lighter_line_only_and_the_lines_meet() -> None:
    one = outcome()
    one.blanked[300:324] = True
    points = trace(one, 0.0, 10.0, 640)
    assert np.flatnonzero(np.isnan(points.clean())).tolist() == list(range(300, 324))
    assert np.flatnonzero(~np.isnan(points.spoilt())).tolist() == list(range(299, 325))


def test_a_column_that_is_mostly_blanked_is_drawn_as_blanked() -> None:
    one = lasting(60.0)
    one.blanked[1000:2000] = True
    points = trace(one, 0.0, 60.0, 100)
    assert points.blanked.mean() == pytest.approx(1 / 6, abs=0.02)


def test_movement_lies_at_the_ends_of_its_steps() -> None:
    told = moving(lasting(10.0))
    times, degrees = movement(told, 2.0, 4.0, 300)
    assert times.tolist() == pytest.approx(((np.arange(25, 50) + 1) / 12.5).tolist())
    assert degrees.tolist() == told.movement[25:50].tolist()


def test_thinned_movement_keeps_its_extremes() -> None:
    told = moving(lasting(3600.0), degrees=20)
    told.movement[12_345] = 170
    times, degrees = movement(told, 0.0, 3600.0, 640)
    assert len(times) == len(degrees) <= 2 * 640
    assert times[degrees.argmax()] == pytest.approx(12_346 / 12.5)


def test_hidden_blanks_are_known_to_be() -> None:
    assert not blanks_hidden(outcome(), 300)
    short = synthetic()
    assert not blanks_hidden(short, 2000)
    assert blanks_hidden(short, 50)
    assert not blanks_hidden(replace(short, blanked=np.ones_like(short.blanked)), 50)
