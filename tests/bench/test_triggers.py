"""The rules that make cues of an envelope."""

import numpy as np
import pytest
from numpy.typing import NDArray
from triggers import Crossings, Rule, cues

RATE_HZ = 1000


def levels(*parts: tuple[float, int]) -> NDArray[np.float64]:
    """An envelope of so much for so many ms, one after the other."""
    return np.concatenate([np.full(ms, level) for level, ms in parts])


def said(envelope: NDArray[np.float64], rule: Rule) -> list[int]:
    return cues(Crossings(envelope), 1.0, rule, RATE_HZ)


def test_a_cue_comes_with_the_first_sample_at_the_threshold() -> None:
    assert said(levels((0, 100), (1, 50), (0, 100)), Rule()) == [100]


def test_nothing_is_said_before_the_envelope_was_seen_low() -> None:
    assert said(levels((1, 100), (0, 100), (1, 50)), Rule()) == [200]


def test_what_is_to_be_confirmed_must_last() -> None:
    envelope = levels((0, 100), (1, 20), (0, 100), (1, 40))
    assert said(envelope, Rule(confirm_ms=25)) == [245]


def test_it_rearms_only_below_its_level() -> None:
    envelope = levels((0, 100), (1, 50), (0.7, 50), (1, 50), (0.5, 50), (1, 50))
    assert said(envelope, Rule(rearm=0.6)) == [100, 300]


@pytest.mark.parametrize(("ms", "expected"), [(190, [100]), (200, [100, 350])])
def test_it_rearms_only_after_so_long_below(ms: int, expected: list[int]) -> None:
    envelope = levels((0, 100), (1, 50), (0, ms), (1, 50))
    assert said(np.concatenate([np.zeros(200), envelope]), Rule(rearm_ms=200)) == [200 + one for one in expected]


@pytest.mark.parametrize(("gap_ms", "count"), [(300, 1), (500, 2)])
def test_it_says_nothing_for_as_long_as_it_is_locked(gap_ms: int, count: int) -> None:
    envelope = levels((0, 100), (1, 50), (0, gap_ms), (1, 50))
    assert len(said(envelope, Rule(lockout_ms=500))) == count


def test_it_is_armed_again_by_what_comes_after_the_lock() -> None:
    envelope = levels((0, 100), (1, 50), (0, 200), (1, 100), (0, 300), (1, 50))
    assert said(envelope, Rule(lockout_ms=500)) == [100, 750]
