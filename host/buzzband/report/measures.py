"""What the page counts in an outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

from buzzband.outcome import Outcome, QualitySpan, Rep, SetSpan

Stretch = tuple[float, float]
"""Start and end in s."""


def reached(rep: Rep, outcome: Outcome) -> bool:
    """Return whether the peak of ``rep`` is at the target or above."""
    return rep.peak_permille >= outcome.target_permille


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
    """A set in numbers; the means are over its reps."""

    number: int
    span: SetSpan
    reps: tuple[Rep, ...]
    reached: int
    mean_peak_permille: float
    mean_concentric_s: float
    mean_eccentric_s: float
    untrusted_s: float
    buzzes: int

    @property
    def share(self) -> float:
        """Return the share of reps that reached the target, 0 to 1."""
        return self.reached / max(1, len(self.reps))


def set_figures(outcome: Outcome) -> tuple[SetFigures, ...]:
    """Return every set of the outcome in numbers, counted from 1."""
    return tuple(_figures(outcome, number, span) for number, span in enumerate(outcome.sets, 1))


def best(sets: Sequence[SetFigures]) -> SetFigures | None:
    """Return the set with the largest share of reps on target; between equals, the one with the higher mean peak."""
    done = [one for one in sets if one.reps]
    return max(done, key=lambda one: (one.share, one.mean_peak_permille), default=None)


def _figures(outcome: Outcome, number: int, span: SetSpan) -> SetFigures:
    reps = outcome.reps[span.first : span.first + span.reps]
    return SetFigures(
        number,
        span,
        reps,
        sum(reached(rep, outcome) for rep in reps),
        _mean([rep.peak_permille for rep in reps]),
        _mean([rep.concentric_s for rep in reps]),
        _mean([rep.eccentric_s for rep in reps]),
        untrusted_s(outcome, span.start_s, span.end_s),
        sum(span.start_s <= cue.t_s <= span.end_s for cue in outcome.cues),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
