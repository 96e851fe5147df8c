import pytest

from buzzband_fw.core.load import estimated_one_rm, is_heavy


@pytest.mark.parametrize(("reps", "kg"), [(1, 60), (2, 64), (10, 80), (30, 120)])
def test_the_maximum_is_estimated_from_reps_by_epley(reps, kg):
    assert estimated_one_rm(60, reps) == pytest.approx(kg)


@pytest.mark.parametrize(("load_kg", "heavy"), [(59, False), (60, False), (60.4, True), (61, True)])
def test_more_than_60_percent_of_the_maximum_is_heavy(load_kg, heavy):
    assert is_heavy(load_kg, 100, None) is heavy


@pytest.mark.parametrize(("reps", "heavy"), [(1, True), (19, True), (20, False), (30, False)])
def test_what_can_be_done_20_times_is_not_heavy(reps, heavy):
    assert is_heavy(40, None, reps) is heavy


def test_a_known_maximum_counts_for_more_than_an_estimate():
    assert not is_heavy(40, 100, 5)


@pytest.mark.parametrize("known", [(None, 100, 5), (40, None, None), (None, None, None)])
def test_what_is_not_known_is_not_heavy(known):
    assert not is_heavy(*known)
