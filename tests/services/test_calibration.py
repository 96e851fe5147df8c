"""Rest and reference, from the recording or from squeezes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband.services import calibration
from services.builders import course


def test_the_best_mean_is_that_of_the_best_half_second() -> None:
    assert calibration.best_mean(course((100, 80), (900, 25), (700, 25), (100, 80))) == 800


def test_a_peak_shorter_than_half_a_second_counts_by_its_share() -> None:
    assert calibration.best_mean(course((0, 100), (1000, 5), (0, 100))) == 100


def test_of_less_than_half_a_second_the_best_mean_is_the_mean() -> None:
    assert calibration.best_mean(course((100, 10), (300, 10))) == 200


@pytest.mark.parametrize("at", [0, 150])
def test_the_best_half_second_may_be_the_first_or_the_last(at: int) -> None:
    envelope = course((0, 200))
    envelope[at : at + 50] = 500
    assert calibration.best_mean(envelope) == 500


@given(st.lists(st.integers(0, (1 << 20) - 1), min_size=1, max_size=300))
def test_rest_and_reference_lie_within_the_envelope_and_in_order(values: list[int]) -> None:
    scale = calibration.from_recording(np.array(values, np.int32), None, None)
    assert min(values) <= scale.reference <= max(values)
    assert min(values) <= scale.rest <= max(values)
    if len(values) <= 50:
        assert scale.reference == sum(values) // len(values)


def test_a_long_envelope_does_not_overflow_the_best_mean() -> None:
    assert calibration.best_mean(np.full(1_000_000, 1 << 19, np.int32)) == 1 << 19


def test_rest_is_the_10th_percentile() -> None:
    assert calibration.rest_level(np.arange(101, dtype=np.int32)) == 10


@pytest.mark.parametrize(
    ("rest", "reference", "expected", "how"),
    [
        (None, None, (10, 900), "rest: 10th percentile of the envelope; reference: its best 500 ms mean"),
        (None, 700, (10, 700), "rest: 10th percentile of the envelope; reference: given"),
        (5, None, (5, 900), "rest: given; reference: best 500 ms mean of the envelope"),
        (0, 700, (0, 700), "given"),
    ],
)
def test_what_is_given_is_taken_and_the_rest_is_found(
    rest: int | None, reference: int | None, expected: tuple[int, int], how: str
) -> None:
    found = calibration.from_recording(course((10, 100), (900, 100)), rest, reference)
    assert ((found.rest, found.reference), found.how) == (expected, how)


SQUEEZES = ((2.0, 3.0), (4.0, 5.0), (6.0, 7.0))


def squeezed(*peaks: int) -> np.ndarray:
    """Two seconds of rest at 20, then squeezes of a second each with a second of rest after it."""
    return course((20, 200), *(stretch for peak in peaks for stretch in ((peak, 100), (20, 100))))


def test_squeezes_give_the_mean_of_the_rest_and_the_median_of_the_best_means() -> None:
    found = calibration.from_squeezes(squeezed(800, 1000, 700), (0.5, 1.5), SQUEEZES)
    assert (found.rest, found.reference, found.how) == (20, 800, "rest and 3 squeezes at the start")


@pytest.mark.parametrize("odd_one", [30, 9000])
def test_one_squeeze_that_went_wrong_does_not_matter(odd_one: int) -> None:
    found = calibration.from_squeezes(squeezed(800, odd_one, 800), (0.5, 1.5), SQUEEZES)
    assert found.reference == 800


def test_what_happens_outside_the_squeezes_is_not_looked_at() -> None:
    envelope = np.concatenate((squeezed(800, 800, 800), course((5000, 100))))
    assert calibration.from_squeezes(envelope, (0.5, 1.5), SQUEEZES).reference == 800
