"""What a reader wants first: how many good reps, which set was best, what to change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from buzzband.outcome import Outcome
from buzzband.report.measures import SetFigures, best, is_good, reached
from buzzband.wording import count, cycles, length, percent, share

SENTENCES = 2  # of advice: nobody changes more at once
MANY_REPS = 10  # below that, a share of them says little
DOUBTFUL = 0.1  # share of the work
OFTEN = 0.2  # share of reps
HALF = 0.5
NEARLY_ALL = 0.95
FELT_OFF = 2  # reps a set
SUGGESTED_QUANTILE = 0.3  # of the peaks: seven of ten reps reach it
STEP_PERMILLE = 50
HIGHEST_PERMILLE = 2000  # that can be set


@dataclass(frozen=True)
class Card:
    """``label``: what is asked; ``answer``: in large letters, empty if it takes a sentence; ``told``: in small ones."""

    label: str
    answer: str
    told: str


def cards(outcome: Outcome, sets: Sequence[SetFigures]) -> tuple[Card, ...]:
    """Return the answers to the three questions."""
    return _good(outcome), _best(sets), Card("What to change", "", " ".join(advice(outcome, sets)))


def _good(outcome: Outcome) -> Card:
    if outcome.reps:
        good = sum(is_good(rep, outcome) for rep in outcome.reps)
        on_target = sum(reached(rep, outcome) for rep in outcome.reps)
        told = (
            f"A good rep reaches the target of {percent(outcome.target_permille)}, is finished and not too fast, the "
        )
        told += "muscle does it, and the signal was trusted all through it."
        if on_target > good:
            told += f" {count(on_target - good, 'more rep')} reached the target, but not the rest of that."
        return Card("Good reps", f"{good} of {len(outcome.reps)}", told)
    if outcome.cycles:
        return Card("Good reps", count(outcome.cycles, "cycle"), "Steady work is told in cycles, not rep by rep.")
    return Card("Good reps", "none", "No reps were found; below stands what a set is.")


def _best(sets: Sequence[SetFigures]) -> Card:
    found = best(sets)
    if found is None:
        one = max(sets, key=lambda one: one.span.reps, default=None)
        told = cycles(one.span.reps, one.span.cadence_rpm) if one else "There is no set to choose from."
        return Card("Best set", f"Set {one.number}" if one else _NONE, told)
    told = f"{found.good} of {len(found.reps)} reps good, mean peak {percent(found.mean_peak_permille)}."
    if len(sets) == 1:
        return Card("Best set", "Set 1", f"There was one: {told}")
    rule = "Best: the largest share of good reps; between equals, the higher mean peak, which is the average of the "
    return Card("Best set", f"Set {found.number}", f"{told} {rule}highest activation in each rep.")


def advice(outcome: Outcome, sets: Sequence[SetFigures]) -> tuple[str, ...]:
    """Return what to change, what matters most first: at most two sentences, none that the numbers do not carry."""
    rules: tuple[Callable[[Outcome, Sequence[SetFigures]], str], ...] = (
        _no_reps,
        _doubtful,
        _muscle_off,
        _too_fast,
        _too_high,
        _too_low,
        _fading,
        _felt,
    )
    told = [found for rule in rules if (found := rule(outcome, sets))]
    return tuple(told[:SENTENCES]) or ("Nothing in these numbers asks for a change.",)


def _no_reps(outcome: Outcome, sets: Sequence[SetFigures]) -> str:
    if sets or outcome.holds:
        return ""
    return "Do at least three reps alike, one after the other, so that there is a set to tell of."


def _doubtful(outcome: Outcome, sets: Sequence[SetFigures]) -> str:
    work_s = sum(one.span.end_s - one.span.start_s for one in sets)
    doubt_s = sum(one.untrusted_s for one in sets)
    if doubt_s <= DOUBTFUL * work_s:
        return ""
    part = share(doubt_s, work_s)
    return f"See to the electrodes first: for {part} of the time in sets the signal could not be trusted."


def _muscle_off(outcome: Outcome, sets: Sequence[SetFigures]) -> str:
    off = sum(rep.muscle_off for rep in outcome.reps)
    if off <= OFTEN * len(outcome.reps):
        return ""
    return (
        f"In {off} of {count(len(outcome.reps), 'rep')} the limb moved and the muscle hardly worked: tense it before "
        "you lift, and check that the band sits on it."
    )


def _too_fast(outcome: Outcome, sets: Sequence[SetFigures]) -> str:
    fast = sum(rep.too_fast for rep in outcome.reps)
    if fast <= OFTEN * len(outcome.reps):
        return ""
    return f"Slow down: {fast} of {count(len(outcome.reps), 'rep')} had a phase shorter than the exercise asks for."


def _too_high(outcome: Outcome, sets: Sequence[SetFigures]) -> str:
    peaks, hits = _peaks(outcome)
    if not peaks or hits >= HALF * len(peaks):
        return ""
    told = f"{len(peaks) - hits} of {count(len(peaks), 'rep')} stayed below the target of "
    told += f"{percent(outcome.target_permille)}: work harder in the muscle"
    lower = _suggested(peaks)
    if not 0 < lower < outcome.target_permille:
        return f"{told}."
    return f"{told}, or aim for {percent(lower)}, which {sum(peak >= lower for peak in peaks)} of them reached."


def _too_low(outcome: Outcome, sets: Sequence[SetFigures]) -> str:
    peaks, hits = _peaks(outcome)
    higher = _suggested(peaks) if peaks else 0
    if len(peaks) < MANY_REPS or hits < NEARLY_ALL * len(peaks) or higher <= outcome.target_permille:
        return ""
    reach = sum(peak >= higher for peak in peaks)
    every = "Every rep" if hits == len(peaks) else "Nearly every rep"
    return f"{every} reached the target: try {percent(higher)}, which {reach} of {len(peaks)} reached."


def _fading(outcome: Outcome, sets: Sequence[SetFigures]) -> str:
    done = [one for one in sets if one.reps]
    if len(done) < 2 or done[-1].share >= HALF * done[0].share:
        return ""
    first, last = done[0], done[-1]
    told = f"Set {first.number} had {first.good} of {len(first.reps)} reps good, set {last.number} only {last.good} of "
    rested = [one.rest_s for one in done if one.rest_s is not None]
    rest = f" than {length(float(np.mean(rested)))}" if rested else ""
    return f"{told}{len(last.reps)}: rest longer{rest} between sets, or do fewer."


def _felt(outcome: Outcome, sets: Sequence[SetFigures]) -> str:
    answers = outcome.logged.answers if outcome.logged else ()
    told = [(one.felt, one.actual) for one in answers if one.felt is not None]
    off = [abs(felt - actual) for felt, actual in told]
    if not off or np.mean(off) < FELT_OFF:
        return ""
    felt, counted = (sum(numbers) for numbers in zip(*told, strict=True))
    return (
        f"You felt {felt} reps on target where the band counted {counted}: do a set with buzzes, and learn what the "
        "target feels like."
    )


def _peaks(outcome: Outcome) -> tuple[list[int], int]:
    """Return the peaks of the reps, and how many of them are on target."""
    peaks = [rep.peak_permille for rep in outcome.reps]
    return peaks, sum(peak >= outcome.target_permille for peak in peaks)


def _suggested(peaks: Sequence[int]) -> int:
    """Return a target in round percent that about seven of ten reps reach."""
    reached_by_most = int(np.quantile(peaks, SUGGESTED_QUANTILE))
    return min(reached_by_most // STEP_PERMILLE * STEP_PERMILLE, HIGHEST_PERMILLE)


_NONE = "–"
