"""Reps, sets, holds and flags, from what the log tells."""

import numpy as np
import pytest

from buzzband import outcome
from buzzband.outcome import CueMark, QualitySpan, SetSpan
from buzzband.recordings.lifting import NO_LIFTING, Hold
from buzzband.services import analysis
from buzzband_fw.core import quality, tempo, words
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.reps import STEADY
from recordings.lifting_builder import ended, lifting, rep
from services.builders import tracked


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


def test_a_rep_is_told_in_seconds() -> None:
    (one,), _ = analysis.reps_and_sets(lifting(rep(0), ended(1)))
    assert (one.start_s, one.peak_s, one.end_s) == (10.0, 11.3, 13.4)
    assert (one.concentric_s, one.hold_s, one.eccentric_s) == (1.3, 0.3, 1.8)
    assert (one.peak_permille, one.concentric_permille, one.eccentric_permille) == (700, 450, 250)
    assert (one.set, one.source) == (0, "turn")


def test_a_rep_that_lowers_first_has_its_peak_at_its_end() -> None:
    (one,), _ = analysis.reps_and_sets(lifting(rep(0, flags=tempo.LOWERS_FIRST)))
    assert (one.start_s, one.peak_s, one.end_s) == (10.0, 13.4, 13.4)
    assert one.tempo_s == (1.8, 0.3, 1.3)


def test_the_mean_of_both_phases_is_weighted_by_their_length() -> None:
    told = lifting(rep(0, concentric_ms=1000, eccentric_ms=3000, concentric_permille=800, eccentric_permille=400))
    (one,), _ = analysis.reps_and_sets(told)
    assert one.mean_permille == 500


def test_a_rep_whose_way_back_was_not_seen_has_the_mean_of_its_first_phase() -> None:
    (one,), _ = analysis.reps_and_sets(lifting(rep(0, eccentric_ms=0, eccentric_permille=0)))
    assert (one.mean_permille, one.complete) == (450, False)


def test_a_rep_of_no_length_is_no_crash() -> None:
    (one,), _ = analysis.reps_and_sets(lifting(rep(0, concentric_ms=0, hold_ms=0, eccentric_ms=0)))
    assert (one.start_s, one.end_s, one.mean_permille) == (10.0, 10.0, 0)


@pytest.mark.parametrize("flag", ["muscle_off", "too_fast", "approximate", "lowers_first"])
def test_flags_are_passed_on(flag: str) -> None:
    (one,), _ = analysis.reps_and_sets(lifting(rep(0, flags=getattr(tempo, flag.upper()))))
    told = {name: getattr(one, name) for name in ("muscle_off", "too_fast", "approximate", "lowers_first")}
    assert [name for name, value in told.items() if value] == [flag]


def test_only_reps_that_count_are_told() -> None:
    told = lifting(*(rep(number) for number in range(5)), ended(3))
    reps, sets = analysis.reps_and_sets(told)
    assert (len(reps), [one.reps for one in sets]) == (3, [3])


def test_a_set_is_told_as_the_band_told_its_end() -> None:
    _, sets = analysis.reps_and_sets(lifting(rep(0), rep(1), rep(2), ended(3)))
    assert sets == (SetSpan(10.0, 21.4, 3, "reps", 4.0),)
    assert sets[0].cadence_rpm is None


def test_steady_work_has_a_cadence_and_no_reps() -> None:
    reps, (one,) = analysis.reps_and_sets(lifting(ended(240, pace=STEADY, cycle_ms=750)))
    assert reps == ()
    assert (one.pace, one.reps, one.cycle_s, one.cadence_rpm) == ("steady", 240, 0.75, 80)


def test_a_set_without_an_end_is_made_from_its_reps() -> None:
    _, sets = analysis.reps_and_sets(lifting(rep(0), rep(1), rep(2)))
    assert sets == (SetSpan(10.0, 21.4, 3, "reps", 4.0),)


def test_a_single_rep_has_no_cycle() -> None:
    _, (one,) = analysis.reps_and_sets(lifting(rep(0)))
    assert one.cycle_s == 0


def test_reps_name_their_set_by_where_it_stands() -> None:
    told = lifting(rep(0), ended(0), rep(0, set=1), ended(1, number=1), rep(0, set=7))
    reps, sets = analysis.reps_and_sets(told)
    assert [one.set for one in reps] == [0, 1]
    assert len(sets) == 2


def test_sets_come_in_order_whichever_of_them_has_an_end() -> None:
    told = lifting(rep(0), rep(0, set=1, start_block=5000), ended(1, number=1, start_block=5000, end_block=5340))
    _, sets = analysis.reps_and_sets(told)
    assert [one.start_s for one in sets] == [10.0, 50.0]


def test_a_set_that_began_too_early_is_left_out_with_its_reps() -> None:
    later = [rep(number, set=1, start_block=5000 + 400 * number) for number in range(2)]
    told = lifting(rep(0), rep(1), ended(2), *later, ended(2, number=1, start_block=5000, end_block=5740))
    reps, sets = analysis.reps_and_sets(told, from_s=11.0)
    assert [(one.set, one.start_s) for one in reps] == [(0, 50.0), (0, 54.0)]
    assert [one.start_s for one in sets] == [50.0]


def test_nothing_told_is_nothing() -> None:
    assert analysis.reps_and_sets(NO_LIFTING) == ((), ())
    assert analysis.holds(NO_LIFTING) == ()


def test_holds_are_told_in_seconds() -> None:
    told = lifting(Hold(250, 2500, 480), Hold(1000, 12340, 510))
    assert analysis.holds(told, from_s=3.0) == (outcome.Hold(10.0, 22.34, 510),)


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
