"""The reference for real recordings: what it finds and when, where the truth is known."""

import numpy as np
import pytest
import takes
from takes import Take

from buzzband.recordings.catalogue import EXAMPLES


@pytest.mark.parametrize("rise_s", takes.RISES_S)
def test_hindsight_dates_the_onsets_of_a_synthetic_muscle_within_its_rise(rise_s: float) -> None:
    take = takes.contractions("synthetic, good signal", rise_s, seed=100)
    found = takes.bursts_of(take.signal)
    assert len(found) == takes.BURSTS
    late_s = np.array([one.onset_s - told.onset_s for one, told in zip(found, take.bursts, strict=True)])
    # 5 % of the way up is reached after a fifth of the rise
    assert np.median(late_s) == pytest.approx(0.2 * rise_s, abs=0.03)
    assert np.mean(abs(late_s - np.median(late_s)) <= 0.06) >= 0.9


def test_onsets_of_synthetic_muscles_come_at_any_time_of_a_block() -> None:
    late_ms = {round(1000 * take.bursts[0].onset_s % 10, 2) for take in takes.synthetic()}
    assert late_ms == {0.0, 1.67, 3.33, 5.0, 6.67, 8.33}


def test_a_muscle_that_comes_early_is_the_same_muscle() -> None:
    on_time, early = (takes.contractions("synthetic, good signal", 0.1, seed=100, early=each) for each in (0, 24))
    assert on_time.raw[24:].tolist() == early.raw.tolist()
    assert on_time.bursts[5].onset_s - early.bursts[5].onset_s == pytest.approx(0.005)


@pytest.mark.real_data
@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=[entry.name for entry in EXAMPLES])
def test_hindsight_finds_the_bursts_that_an_observer_counts(number: int) -> None:
    take: Take = takes.real()[number]
    assert len(take.bursts) == EXAMPLES[number].contractions
    assert all(one.end_s < after.onset_s for one, after in zip(take.bursts, take.bursts[1:], strict=False))
