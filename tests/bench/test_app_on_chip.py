"""When blocks are begun is told against the pace at which they come."""

import pytest
from app_on_chip import lateness_us


def test_a_block_is_late_by_what_the_pace_of_10_ms_does_not_explain() -> None:
    late_us = lateness_us([500, 10_400, 20_450, 30_400])
    assert late_us == pytest.approx({"median": 25.0, "95 %": 92.5, "worst": 100.0})


def test_a_pace_that_is_kept_is_never_late() -> None:
    assert set(lateness_us([7, 10_007, 20_007]).values()) == {0.0}
