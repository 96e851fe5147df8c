"""Statistics of paired differences: against what is known, and against draws with a known effect."""

import itertools

import numpy as np
import pytest
from scipy import stats

from buzzband.services import paired

EIGHT = np.array([0.12, 0.05, -0.03, 0.2, 0.08, 0.11, -0.01, 0.07])


def test_the_interval_lies_around_the_mean_and_is_the_same_again() -> None:
    low, high = paired.interval(EIGHT)
    assert low < EIGHT.mean() < high
    assert paired.interval(EIGHT.copy()) == (low, high)


def test_the_interval_of_many_normal_differences_is_that_of_student() -> None:
    many = np.random.default_rng(1).normal(0.1, 0.1, 400)
    margin = stats.t.ppf(0.975, 399) * many.std(ddof=1) / 20
    assert paired.interval(many) == pytest.approx((many.mean() - margin, many.mean() + margin), abs=0.001)


def test_differences_that_do_not_differ_have_no_interval_around_them() -> None:
    assert paired.interval(np.full(8, 0.25)) == (0.25, 0.25)
    assert paired.effect_size(np.full(8, 0.25)) is None


def test_a_test_of_few_pairs_counts_all_ways_to_swap_them() -> None:
    means = [abs(np.mean(EIGHT * signs)) for signs in itertools.product((1, -1), repeat=8)]
    expected = np.mean([mean >= EIGHT.mean() - 1e-12 for mean in means])
    assert paired.p_value(EIGHT) == (pytest.approx(expected), True)


def test_a_test_of_many_pairs_draws_ways_and_says_so() -> None:
    many = np.random.default_rng(2).normal(0.03, 0.1, 30)
    p_value, exact = paired.p_value(many)
    assert not exact
    assert p_value == pytest.approx(stats.ttest_1samp(many, 0).pvalue, abs=0.02)


def test_fewer_pairs_than_the_least_can_never_be_significant() -> None:
    assert 2 / 2**paired.PAIRS_MIN <= paired.ALPHA < 2 / 2 ** (paired.PAIRS_MIN - 1)


def test_a_ratio_is_told_in_percent() -> None:
    assert paired.percent(np.log(1.18)) == pytest.approx(18)
    assert paired.percent(0.0) == 0


def test_so_many_pairs_as_are_said_to_be_needed_have_the_power() -> None:
    needed = paired.pairs_needed(0.09, 0.12)
    assert needed is not None
    assert paired.power(0.09, 0.12, needed) >= paired.POWER > paired.power(0.09, 0.12, needed - 1)
    assert paired.pairs_needed(-0.09, 0.12) == needed
    assert paired.pairs_needed(1.0, 0.1) == paired.pairs_needed(1.0, 1e-4) == paired.PAIRS_MIN
    assert paired.pairs_needed(1.0, 0.0) == paired.PAIRS_MIN
    assert paired.pairs_needed(0.0001, 0.12) is None


def test_the_power_is_that_of_the_permutation_test() -> None:
    rng = np.random.default_rng(3)
    needed = paired.pairs_needed(0.12, 0.12)
    assert needed is not None
    found = [paired.p_value(rng.normal(0.12, 0.12, needed))[0] <= paired.ALPHA for _ in range(200)]
    assert np.mean(found) == pytest.approx(paired.power(0.12, 0.12, needed), abs=0.08)
