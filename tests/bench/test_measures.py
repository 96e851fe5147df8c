"""What the benchmarks count, on cases small enough to count by hand."""

import math

import pytest
from measures import Burst, Tally, fastest, matched, total

BURSTS = (Burst(1.0, 2.0), Burst(4.0, 5.0), Burst(7.0, 8.0))


def counted(cues_s: list[float], early_s: float = 0.0) -> Tally:
    return matched(cues_s, BURSTS, early_s).between(0.0, 10.0)


def test_latency_runs_from_the_onset_to_the_first_cue() -> None:
    assert counted([1.05, 4.2, 7.3]).latencies_s == pytest.approx((0.05, 0.2, 0.3))
    assert counted([1.05, 4.2, 7.3]).median_latency_s == pytest.approx(0.2)


def test_a_burst_without_a_cue_is_infinitely_late_and_half_of_them_leave_no_median() -> None:
    assert counted([1.1, 4.3]).median_latency_s == pytest.approx(0.3)
    assert counted([1.1]).median_latency_s == math.inf


def test_a_second_cue_in_a_burst_is_false() -> None:
    one = counted([1.1, 1.6, 4.1, 7.1])
    assert (one.found, one.false) == (3, 1)


def test_a_cue_between_bursts_is_false() -> None:
    one = counted([0.5, 1.1, 3.0, 4.1, 7.1, 9.0])
    assert (one.found, one.false) == (3, 3)


def test_a_cue_counts_until_100_ms_after_the_end() -> None:
    assert counted([2.09]).found == 1
    assert counted([2.11]).found == 0


@pytest.mark.parametrize(("early_s", "found"), [(0.0, 0), (0.1, 1)])
def test_a_cue_before_the_onset_counts_only_where_the_onset_is_not_exact(early_s: float, found: int) -> None:
    one = counted([0.95], early_s)
    assert (one.found, one.false) == (found, 1 - found)


def test_one_cue_is_not_counted_for_two_bursts_that_nearly_touch() -> None:
    touching = (Burst(1.0, 2.0), Burst(2.05, 3.0))
    assert matched([2.06], touching, 0.1).between(0.0, 4.0).found == 1
    assert matched([1.1, 2.06], touching, 0.1).between(0.0, 4.0).found == 2


def test_false_cues_are_counted_per_minute_of_what_was_counted() -> None:
    assert counted([0.1, 3.0]).false_per_min == pytest.approx(12.0)
    assert matched([0.1, 3.0], BURSTS, 0.0).between(2.5, 5.5).false_per_min == pytest.approx(20.0)


def test_a_span_takes_bursts_by_their_onset_and_false_cues_by_their_time() -> None:
    all_of_it = matched([1.1, 3.0, 4.5], BURSTS, 0.0)
    first, second = all_of_it.between(0.0, 4.5), all_of_it.between(4.5, 10.0)
    assert (len(first.latencies_s), first.found, first.false) == (2, 2, 1)
    assert (len(second.latencies_s), second.found, second.false) == (1, 0, 0)
    assert total([first, second]) == counted([1.1, 3.0, 4.5])


def test_burst_f1_weighs_misses_and_false_cues_alike() -> None:
    assert counted([1.1, 4.1, 7.1]).burst_f1 == 1.0
    assert counted([1.1, 4.1]).burst_f1 == pytest.approx(2 * 2 / (2 * 2 + 0 + 1))
    assert counted([1.1, 4.1, 7.1, 9.0]).burst_f1 == pytest.approx(2 * 3 / (2 * 3 + 1 + 0))
    assert counted([]).burst_f1 == 0.0


def test_onset_f1_takes_a_cue_later_than_100_ms_for_a_miss_and_a_false_one() -> None:
    one = counted([1.05, 4.05, 7.15])
    assert one.burst_f1 == 1.0
    assert one.onset_f1 == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))


def test_the_fastest_within_a_limit_of_false_cues_is_taken_and_none_if_all_are_beyond() -> None:
    eager, calm, slow = Tally((0.01,), 9, 60.0), Tally((0.05,), 1, 60.0), Tally((0.2,), 0, 60.0)
    assert fastest([slow, eager, calm], 1.0) is calm
    assert fastest([slow, eager, calm], 9.0) is eager
    assert fastest([eager], 1.0) is None


def test_the_fastest_may_have_to_find_most_bursts() -> None:
    quick, sure = Tally((0.01, 0.01, math.inf), 0, 60.0), Tally((0.05, 0.05, 0.05), 0, 60.0)
    assert fastest([quick, sure], 1.0) is quick
    assert fastest([quick, sure], 1.0, 0.95) is sure
