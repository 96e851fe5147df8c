"""What the page counts in an outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

from buzzband.outcome import Outcome, QualitySpan, Rep, SetSpan, mean_tempo_s

Stretch = tuple[float, float]
"""Start and end in s."""


def reached(rep: Rep, outcome: Outcome) -> bool:
    """Return whether the peak of ``rep`` is at the target or above."""
    return rep.peak_permille >= outcome.target_permille


def is_good(rep: Rep, outcome: Outcome) -> bool:
    """Return whether ``rep`` is on target, whole, not too fast, done by the muscle, and its signal was trusted."""
    flagged = rep.too_fast or rep.muscle_off or not rep.complete
    return reached(rep, outcome) and not flagged and not untrusted_s(outcome, rep.start_s, rep.end_s)


def merged(spans: Sequence[QualitySpan], gap_s: float = 0.0) -> list[Stretch]:
    """Return the times under any of ``spans``, in order, no two of them ``gap_s`` or less apart."""
    stretches: list[Stretch] = []
    for start_s, end_s in sorted((span.t_s, span.end_s) for span in spans):
        if stretches and start_s <= stretches[-1][1] + gap_s:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], end_s))
        else:
            stretches.append((start_s, end_s))
    return stretches


def untrusted_s(outcome: Outcome, start_s: float, end_s: float) -> float:
    """Return for how long between two moments the band did not trust the signal."""
    return sum(max(0.0, min(end, end_s) - max(start, start_s)) for start, end in merged(outcome.quality))


@dataclass(frozen=True)
class SetFigures:
    """A set in numbers. The means are over its reps, but for ``mean_permille``, which is over all of its time.

    ``reached``: reps on target; ``good``: those of them that ``is_good`` finds good.
    ``tempo_s``: mean times of first phase, hold and second phase. ``muscle_off``, ``too_fast``: how many reps were.
    ``rest_s``: since the set before; None of the first.
    """

    number: int
    span: SetSpan
    reps: tuple[Rep, ...]
    reached: int
    good: int
    mean_peak_permille: float
    mean_permille: float
    tempo_s: tuple[float, float, float] | None
    muscle_off: int
    too_fast: int
    untrusted_s: float
    buzzes: int
    rest_s: float | None

    @property
    def share(self) -> float:
        """Return the share of reps that were good, 0 to 1."""
        return self.good / max(1, len(self.reps))

    @property
    def approximate(self) -> bool:
        """Return whether some of its phases are told by the muscle alone."""
        return any(rep.approximate for rep in self.reps)


def set_figures(outcome: Outcome) -> tuple[SetFigures, ...]:
    """Return every set of the outcome in numbers, counted from 1."""
    reps: list[list[Rep]] = [[] for _ in outcome.sets]
    for rep in outcome.reps:
        reps[rep.set].append(rep)
    ends = [None, *(span.end_s for span in outcome.sets)]
    return tuple(_figures(outcome, index, tuple(reps[index]), ends[index]) for index in range(len(outcome.sets)))


def best(sets: Sequence[SetFigures]) -> SetFigures | None:
    """Return the set with the largest share of good reps; between equals, the one with the higher mean peak."""
    done = [one for one in sets if one.reps]
    return max(done, key=lambda one: (one.share, one.mean_peak_permille), default=None)


def _figures(outcome: Outcome, index: int, reps: tuple[Rep, ...], rested_from_s: float | None) -> SetFigures:
    span = outcome.sets[index]
    work = outcome.permille[outcome.between(span.start_s, span.end_s)]
    return SetFigures(
        number=index + 1,
        span=span,
        reps=reps,
        reached=sum(reached(rep, outcome) for rep in reps),
        good=sum(is_good(rep, outcome) for rep in reps),
        mean_peak_permille=_mean([rep.peak_permille for rep in reps]),
        mean_permille=_mean(work.tolist()),
        tempo_s=mean_tempo_s(reps),
        muscle_off=sum(rep.muscle_off for rep in reps),
        too_fast=sum(rep.too_fast for rep in reps),
        untrusted_s=untrusted_s(outcome, span.start_s, span.end_s),
        buzzes=sum(span.start_s <= cue.t_s <= span.end_s for cue in outcome.on_target),
        rest_s=None if rested_from_s is None else max(0.0, span.start_s - rested_from_s),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
