"""The three answers at the top of a session's page."""

from dataclasses import replace

import pytest

from buzzband.outcome import Answer, Hold, Logged, Outcome, QualitySpan
from buzzband.report.headline import SENTENCES, advice, cards
from buzzband.report.measures import set_figures
from report.builders import outcome, steady, with_sets


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def changed(one: Outcome, reps: int, **changes: object) -> Outcome:
    """The same with its first so many reps changed."""
    return replace(
        one,
        reps=tuple(replace(rep, **changes) if at < reps else rep for at, rep in enumerate(one.reps)),  # type: ignore[arg-type]
    )


def answered(*felt: tuple[int | None, int]) -> Outcome:
    answers = tuple(Answer(at, *one) for at, one in enumerate(felt))
    return replace(with_sets(*((700,) * 8,) * len(felt)), logged=Logged("", answers=answers))


EVEN = with_sets((700, 500) * 4, (700, 500) * 4)

CASES: dict[str, tuple[Outcome, tuple[str, ...]]] = {
    "nothing to change": (EVEN, ("Nothing in these numbers asks for a change.",)),
    "no reps": (outcome(), ("Do at least three reps alike, one after the other, so that there is a set to tell of.",)),
    "holds": (outcome(holds=(Hold(1.0, 7.0, 500),)), ("Nothing in these numbers asks for a change.",)),
    "doubtful": (
        replace(EVEN, quality=(QualitySpan(3.0, 20.0, "hum"),)),
        ("See to the electrodes first: for 27 % of the time in sets the signal could not be trusted.",),
    ),
    "muscle off": (
        changed(EVEN, 4, muscle_off=True),
        (
            "In 4 of 16 reps the limb moved and the muscle hardly worked: tense it before you lift, and check that the "
            "band sits on it.",
        ),
    ),
    "too fast": (
        changed(EVEN, 4, too_fast=True),
        ("Slow down: 4 of 16 reps had a phase shorter than the exercise asks for.",),
    ),
    "just not too often too fast": (changed(EVEN, 3, too_fast=True), ("Nothing in these numbers asks for a change.",)),
    "target too high": (
        with_sets((700, 480, 470, 460, 455)),
        (
            "4 of 5 reps stayed below the target of 60 %: work harder in the muscle, or aim for 45 %, which 5 of them "
            "reached.",
        ),
    ),
    "target too low": (
        with_sets((700, 900, 810, 820, 790) * 2),
        ("Every rep reached the target: try 75 %, which 8 of 10 reached.",),
    ),
    "too few reps to raise it": (
        with_sets((700, 900, 810, 820, 790)),
        ("Nothing in these numbers asks for a change.",),
    ),
    "fading": (
        with_sets((700,) * 5, (700,) * 2 + (500,) * 3, (700, 500, 500, 500, 500)),
        ("Set 1 had 5 of 5 reps good, set 3 only 1 of 5: rest longer than 12 s between sets, or do fewer.",),
    ),
    "felt": (
        answered((4, 8), (None, 8)),
        (
            "You felt 4 reps on target where the band counted 8: do a set with buzzes, and learn what the target feels "
            "like.",
        ),
    ),
}


@pytest.mark.parametrize(("one", "said"), CASES.values(), ids=CASES)
def test_what_to_change(one: Outcome, said: tuple[str, ...]) -> None:
    found = tuple(map(plain, advice(one, set_figures(one))))
    assert [sentence for sentence in found if sentence in said] == list(said)
    assert len(found) <= SENTENCES


def test_what_matters_most_comes_first_and_two_are_enough() -> None:
    one = changed(with_sets((500,) * 10), 10, too_fast=True, muscle_off=True)
    one = replace(one, quality=(QualitySpan(0.0, 60.0, "flat"),))
    told = advice(one, set_figures(one))
    assert [sentence.split()[0] for sentence in told] == ["See", "In"]


def big(one: Outcome) -> list[str]:
    return [card.answer for card in cards(one, set_figures(one))]


@pytest.mark.parametrize(
    ("one", "answers"),
    [
        (with_sets((700, 500), (650,)), ["2 of 3", "Set 2", ""]),
        (with_sets((700, 500)), ["1 of 2", "Set 1", ""]),
        (changed(with_sets((700, 700)), 1, too_fast=True), ["1 of 2", "Set 1", ""]),
        (changed(with_sets((700, 700)), 1, eccentric_s=0.0), ["1 of 2", "Set 1", ""]),
        (replace(with_sets((700, 700)), quality=(QualitySpan(8.0, 8.1, "rail"),)), ["1 of 2", "Set 1", ""]),
        (outcome(), ["none", "–", ""]),
        (steady(90, 0.75), ["90 cycles", "Set 1", ""]),
    ],
)
def test_how_many_reps_were_good_and_which_set_was_best(one: Outcome, answers: list[str]) -> None:
    assert big(one) == answers


def test_between_equal_sets_the_one_with_the_higher_mean_peak_is_the_best() -> None:
    assert big(with_sets((700, 700), (800, 800), (750, 750)))[1] == "Set 2"


def test_a_set_that_is_on_target_and_too_fast_is_not_the_best() -> None:
    assert big(changed(with_sets((900, 900), (700, 500)), 2, too_fast=True))[1] == "Set 2"
