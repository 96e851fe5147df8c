"""Reps, sets and flags, from what the log tells every 20 ms."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband.engines.job import BLOCKS_PER_S
from buzzband.outcome import CueMark, QualitySpan
from buzzband.services import analysis
from buzzband_fw.core import quality, words
from buzzband_fw.core.cue import BLANKED
from services.builders import course, rep, tracked

TARGET = 500
LEVEL = 200  # 40 % of it
REST = (0, 100)


def spans(*stretches: tuple[int, int]) -> list[tuple[float, float]]:
    """Start and end of the contractions in such a course."""
    return [(one.start_s, one.end_s) for one in analysis.contractions(course(*stretches), TARGET)]


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ("", []),
        ("...", []),
        ("xxx", [(0, 3)]),
        ("x.x", [(0, 1), (2, 3)]),
        (".xx.", [(1, 3)]),
        ("x..xx", [(0, 1), (3, 5)]),
    ],
)
def test_runs_are_the_stretches_of_true(mask: str, expected: list[tuple[int, int]]) -> None:
    assert list(analysis.runs(np.array([mark == "x" for mark in mask], np.bool_))) == expected


@pytest.mark.parametrize(("level", "found"), [(LEVEL - 1, 0), (LEVEL, 1)])
def test_a_contraction_reaches_40_percent_of_the_target(level: int, found: int) -> None:
    assert len(spans(REST, (level, 50), REST)) == found


@pytest.mark.parametrize(("length", "found"), [(4, 0), (5, 1)])
def test_a_contraction_lasts_100_ms(length: int, found: int) -> None:
    assert len(spans(REST, (300, length), REST)) == found


@pytest.mark.parametrize(("gap", "expected"), [(24, [(2.0, 4.48)]), (25, [(2.0, 3.0), (3.5, 4.5)])])
def test_a_dip_of_half_a_second_parts_two_contractions(gap: int, expected: list[tuple[float, float]]) -> None:
    assert spans(REST, (300, 50), (LEVEL - 1, gap), (300, 50), REST) == expected


def test_pieces_too_short_by_themselves_may_be_one_contraction_together() -> None:
    assert spans(REST, (300, 3), (0, 20), (300, 3), REST) == [(2.0, 2.52)]


def test_a_contraction_may_run_from_the_first_block_to_the_last() -> None:
    assert spans((300, 70)) == [(0.0, 1.4)]


@pytest.mark.parametrize("permille", [course(), course((0, 500)), course((199, 500))])
def test_without_a_contraction_there_are_no_reps_and_no_sets(permille: np.ndarray) -> None:
    assert analysis.contractions(permille, TARGET) == ()
    assert analysis.sets(()) == ()


def test_a_tiny_target_does_not_make_rest_a_contraction() -> None:
    assert analysis.contractions(course((0, 500)), target_permille=1) == ()


def test_a_rep_is_held_while_within_10_percent_of_its_peak() -> None:
    (one,) = analysis.contractions(course(REST, (500, 40), (900, 20), (1000, 10), (900, 30), (899, 60), REST), TARGET)
    assert (one.concentric_s, one.hold_s, one.eccentric_s) == (0.8, 1.2, 1.2)
    assert (one.start_s, one.peak_s, one.end_s) == (2.0, 3.2, 5.2)


def test_a_dip_within_the_hold_belongs_to_it() -> None:
    (one,) = analysis.contractions(course(REST, (1000, 10), (300, 30), (950, 10), REST), TARGET)
    assert (one.concentric_s, one.hold_s, one.eccentric_s) == (0.0, 1.0, 0.0)


def test_peak_and_mean_are_those_of_the_contraction_alone() -> None:
    (one,) = analysis.contractions(course(REST, (600, 10), (400, 30), REST), TARGET)
    assert (one.peak_permille, one.mean_permille, one.source) == (600, 450, "emg")


@given(
    stretches=st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 120)), max_size=20), target=st.integers(50, 2000)
)
def test_reps_come_in_order_and_their_phases_add_up(stretches: list[tuple[int, int]], target: int) -> None:
    reps = analysis.contractions(course(*stretches), target)
    for one in reps:
        assert one.start_s <= one.peak_s < one.end_s
        assert one.concentric_s + one.hold_s + one.eccentric_s == pytest.approx(one.end_s - one.start_s)
        assert one.hold_s > 0
        assert one.mean_permille <= one.peak_permille
        assert one.peak_permille >= target * 40 // 100
    for one, after in itertools.pairwise(reps):
        assert after.start_s - one.end_s >= 0.5 - 1e-9


@given(end=st.integers(0, 4_000_000))
def test_a_set_ends_with_8_s_without_a_rep(end: int) -> None:
    first = rep(0.0, end / BLOCKS_PER_S)
    apart = [analysis.sets((first, rep((end + gap) / BLOCKS_PER_S, 1e6))) for gap in (799, 800)]
    assert [len(sets) for sets in apart] == [1, 2]


@given(gaps=st.lists(st.floats(0.5, 20), min_size=1, max_size=20))
def test_every_rep_is_in_one_set(gaps: list[float]) -> None:
    starts = np.cumsum(gaps) + 3 * np.arange(len(gaps))
    reps = [rep(start, start + 3) for start in starts.tolist()]
    sets = analysis.sets(reps)
    assert [index for one in sets for index in range(one.first, one.first + one.reps)] == list(range(len(reps)))
    for one in sets:
        assert one.start_s == reps[one.first].start_s
        assert one.end_s == reps[one.first + one.reps - 1].end_s


def test_a_cue_is_timed_at_the_end_of_the_block_that_decided() -> None:
    told = tracked(100, cues=((0, words.ON_TARGET), (150, words.ON_TARGET)))
    assert analysis.cue_marks(told) == (CueMark(0.01, "on_target"), CueMark(1.51, "on_target"))


def test_no_words_are_no_cues() -> None:
    assert analysis.cue_marks(tracked(100)) == ()


def test_quality_spans_are_told_per_flag_in_order_of_time() -> None:
    hum_then_both = {50: quality.HUM, 51: quality.HUM | quality.RAIL, 52: quality.RAIL}
    told = tracked(150, flags={**hum_then_both, 149: quality.FLAT})
    assert analysis.quality_spans(told) == (
        QualitySpan(1.0, 1.04, "hum"),
        QualitySpan(1.02, 1.06, "rail"),
        QualitySpan(2.98, 3.0, "flat"),
    )


def test_blanking_is_not_a_fault_of_the_signal() -> None:
    assert analysis.quality_spans(tracked(150, flags=dict.fromkeys(range(50, 62), BLANKED))) == ()


def test_blanking_does_not_part_a_quality_span() -> None:
    told = tracked(150, flags={10: quality.HUM, 11: quality.HUM | BLANKED, 12: quality.HUM})
    assert analysis.quality_spans(told) == (QualitySpan(0.2, 0.26, "hum"),)
