"""What the page says in sentences."""

from dataclasses import replace

import pytest

from buzzband.outcome import Hold, Outcome, QualitySpan, SetSpan
from buzzband.report.measures import set_figures
from buzzband.report.words import about_set, quality_of, session_alt, set_alt, summary, timing, trust
from report.builders import lasting, moving, outcome, rep, steady, with_sets


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            lasting(0.0),
            "The recording is too short to say anything about.",
        ),
        (
            lasting(1.0),
            "No reps were found in this recording of 1.0 s. The highest activation was 2 %, below the target of 60 %. "
            "The band did not buzz. The signal could be trusted throughout.",
        ),
        (
            outcome(permille=outcome().permille + 580),
            "No reps were found in this recording of 10 s. The highest activation was 60 %, at or above the target of "
            "60 %. The band did not buzz. The signal could be trusted throughout.",
        ),
        (
            with_sets((700,)),
            "This session has 1 set with 1 rep in 18 s. The muscle reached the target of 60 % in that rep. "
            "The band buzzed once. The signal could be trusted throughout.",
        ),
        (
            with_sets((599,)),
            "This session has 1 set with 1 rep in 18 s. The muscle did not reach the target of 60 % in that rep. "
            "The band did not buzz. The signal could be trusted throughout.",
        ),
        (
            with_sets((600, 700)),
            "This session has 1 set with 2 reps in 22 s. The muscle reached the target of 60 % in both reps. "
            "The band buzzed 2 times. The signal could be trusted throughout.",
        ),
        (
            with_sets((500, 550), (400, 300)),
            "This session has 2 sets with 4 reps in 41 s. The muscle did not reach the target of 60 % in any rep. "
            "The band did not buzz. The signal could be trusted throughout.",
        ),
        (
            with_sets((700, 500, 500), (700, 650, 500)),
            "This session has 2 sets with 6 reps in 49 s. The muscle reached the target of 60 % in 3 of 6 reps. "
            "The band buzzed 3 times. The signal could be trusted throughout.",
        ),
        (
            with_sets((700,) * 9 + (500,)),
            "This session has 1 set with 10 reps in 54 s. The muscle reached the target of 60 % in 9 of 10 reps "
            "(90 %). The band buzzed 9 times. The signal could be trusted throughout.",
        ),
        (
            steady(90, 0.75),
            "This session has 1 set with 90 cycles in 1 min 28 s. The highest activation was 30 %, below the target of "
            "60 %. The band did not buzz. The signal could be trusted throughout.",
        ),
        (
            replace(with_sets((700,)), reps=(rep(3.0, 700, muscle_off=True, too_fast=True),)),
            "This session has 1 set with 1 rep in 18 s. The muscle reached the target of 60 % in that rep. "
            "In 1 rep the limb moved while the muscle was off. 1 rep was too fast. The band buzzed once. "
            "The signal could be trusted throughout.",
        ),
        (
            outcome(holds=(Hold(1.0, 3.5, 500), Hold(5.0, 9.0, 500))),
            "No reps were found in this recording of 10 s. The highest activation was 2 %, below the target of 60 %. "
            "There were 2 holds, 6.5 s in all. The band did not buzz. The signal could be trusted throughout.",
        ),
    ],
    ids=lambda value: None if isinstance(value, Outcome) else plain(value)[:30],
)
def test_summary(one: Outcome, said: str) -> None:
    assert plain(summary(one)) == said


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ((), "The signal could be trusted throughout."),
        (
            (QualitySpan(1.0, 3.0, "hum"), QualitySpan(2.0, 4.0, "rail")),
            "The signal could not be trusted for 3.0 s of 10 s (30 %); the figures show where.",
        ),
        (
            (QualitySpan(1.0, 1.05, "rail"),),
            "The signal could not be trusted for 0.1 s of 10 s (under 1 %); the figures show where.",
        ),
        (
            (QualitySpan(0.0, 9.0, "flat"),),
            "The signal could not be trusted for 9.0 s of 10 s (90 %): see to the electrodes before you read anything "
            "into this page.",
        ),
        (
            (QualitySpan(-5.0, 99.0, "flat"),),
            "The signal could not be trusted for 10 s of 10 s (100 %): see to the electrodes before you read anything "
            "into this page.",
        ),
    ],
)
def test_trust_counts_overlapping_spans_once(spans: tuple[QualitySpan, ...], said: str) -> None:
    assert plain(trust(outcome(quality=spans))) == said


@pytest.mark.parametrize(
    ("peaks", "said"),
    [
        ((700,), "From 0:03 to 0:06: 1 rep, all on target, with a peak of 70 %."),
        ((700, 500), "From 0:03 to 0:10: 2 reps, 1 of 2 on target, with peaks from 50 % to 70 %."),
        ((505, 501), "From 0:03 to 0:10: 2 reps, none on target, with peaks of 50 %."),
    ],
)
def test_about_a_set(peaks: tuple[int, ...], said: str) -> None:
    one = with_sets(peaks)
    assert plain(about_set(set_figures(one)[0], one)) == said


def test_a_set_with_doubtful_signal_says_so() -> None:
    one = with_sets((700,), quality=(QualitySpan(0.0, 4.0, "hum"),))
    said = plain(about_set(set_figures(one)[0], one))
    assert said.endswith(" The signal could not be trusted for 1.0 s of it.")


@pytest.mark.parametrize(("cycle_s", "cadence"), [(0.75, "90 cycles, 80 a minute"), (0.0, "90 cycles")])
def test_a_steady_set_is_told_in_cycles(cycle_s: float, cadence: str) -> None:
    one = steady()
    one = replace(one, sets=(replace(one.sets[0], cycle_s=cycle_s),))
    (cycled,) = set_figures(one)
    assert plain(about_set(cycled, one)) == f"From 0:10 to 1:17: {cadence}, with a mean activation of 30 %."
    assert set_alt(cycled) == f"Activation in set 1: {cadence}, no buzzes."


def test_a_set_whose_reps_were_lost_is_told_by_its_count() -> None:
    one = outcome(sets=(SetSpan(1.0, 5.0, 4),))
    assert plain(about_set(set_figures(one)[0], one)) == "From 0:01 to 0:05: 4 reps, with a mean activation of 2 %."


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (("turn", "turn"), "Reps were found by the turning of the limb."),
        (("tilt", "emg"), "Reps were found by the muscle and the tilt of the limb."),
        (("hat",), "Reps were found by hat."),
    ],
)
def test_what_the_reps_were_found_by_is_told(sources: tuple[str, ...], said: str) -> None:
    assert timing(outcome(reps=tuple(rep(4.0 * n, source=source) for n, source in enumerate(sources)))) == said


def test_times_by_the_muscle_are_explained() -> None:
    assert "≈" in timing(outcome(reps=(rep(1.0), rep(4.0, approximate=True))))
    assert "≈" not in timing(outcome(reps=(rep(1.0),)))


def test_figures_are_told_in_words() -> None:
    one = with_sets((700, 500), quality=(QualitySpan(1.0, 2.0, "hum"),))
    assert plain(session_alt(one)) == (
        "Activation over 22 s, target 60 %: 1 set, 2 reps, 1 buzz, 1 stretch of signal not trusted."
    )
    assert session_alt(moving(one)).startswith("Activation and movement over 22")
    assert plain(set_alt(set_figures(one)[0])) == "Activation in set 1: 2 reps, 1 buzz, with peaks from 50 % to 70 %."


def test_a_flag_that_is_not_known_is_still_told() -> None:
    name, when, meaning = quality_of("bitten", (QualitySpan(61.0, 62.0, "bitten"),), 50)
    assert (name, plain(when)) == ("bitten", "1:01–1:02; 1.0 s in all")
    assert "does not know" in meaning


def test_many_stretches_are_cut_short() -> None:
    spans = tuple(QualitySpan(2.0 * index, 2.0 * index + 1, "flat") for index in range(40))
    _, when, _ = quality_of("flat", spans, 50)
    assert plain(when).endswith("0:22–0:23 and 28 more; 40 s in all")
