"""Rows of the tables on a session's page, as texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from buzzband.outcome import Hold, Outcome, Rep
from buzzband.report import words
from buzzband.report.effort import Effort, RepEffort
from buzzband.report.measures import SetFigures, best, is_good, reached
from buzzband.wording import SPACE, clock, length, percent, points, seconds, tempo

NONE = "–"


@dataclass(frozen=True)
class SetRow:
    """A set as the table of sets shows it."""

    number: int
    best: bool
    reps: str
    good: str
    reached: str
    peak: str
    tempo: str
    rest: str
    muscle_off: str
    too_fast: str


@dataclass(frozen=True)
class EffortRow:
    """How the muscle worked in a set. ``rates``: zero crossings a second in the first and in the last reps."""

    number: int
    average: str
    deviation: str
    above: str
    onset: str
    release: str
    bursts: str
    rates: str
    felt: str


@dataclass(frozen=True)
class RepRow:
    """A rep as the table shows it. ``mean``: of both phases, the concentric one first. ``remarks``: what was odd."""

    number: int
    start: str
    good: bool
    peak: str
    above: str
    tempo: str
    mean: str
    onset: str
    release: str
    remarks: str


def set_rows(sets: Sequence[SetFigures]) -> Iterator[SetRow]:
    """Yield a row for each set; the best one is marked, if there is any to choose from."""
    found = best(sets) if len(sets) > 1 else None
    for one in sets:
        rest = NONE if one.rest_s is None else length(one.rest_s)
        if not one.reps:
            yield SetRow(one.number, False, words.amount(one), NONE, NONE, NONE, NONE, rest, NONE, NONE)
            continue
        yield SetRow(
            one.number,
            one is found and one.good > 0,
            str(len(one.reps)),
            str(one.good),
            str(one.reached),
            percent(one.mean_peak_permille),
            _tempo(one.tempo_s, one.approximate),
            rest,
            str(one.muscle_off),
            str(one.too_fast),
        )


def effort_rows(outcome: Outcome, sets: Sequence[SetFigures], efforts: Sequence[Effort]) -> Iterator[EffortRow]:
    """Yield a row for each set."""
    answers = {answer.set: answer for answer in outcome.logged.answers} if outcome.logged else {}
    for index, (one, effort) in enumerate(zip(sets, efforts, strict=True)):
        answer = answers.get(index)
        felt = NONE if answer is None else f"{NONE if answer.felt is None else answer.felt} / {answer.actual}"
        known = effort.first_hz is not None and effort.last_hz is not None
        yield EffortRow(
            one.number,
            NONE if effort.average_permille is None else percent(effort.average_permille),
            NONE if effort.deviation_permille is None else points(effort.deviation_permille),
            seconds(effort.above_s),
            _seconds(effort.onset_s),
            _seconds(effort.release_s),
            f"{effort.good_bursts} of {len(effort.bursts)}",
            f"{effort.first_hz:.0f} / {effort.last_hz:.0f}{SPACE}Hz" if known else NONE,
            felt,
        )


def rep_rows(outcome: Outcome, one: SetFigures, effort: Effort) -> Iterator[RepRow]:
    """Yield a row for each rep of a set."""
    for number, (rep, worked) in enumerate(zip(one.reps, effort.reps, strict=True), 1):
        yield _rep_row(outcome, number, rep, worked)


def hold_row(hold: Hold) -> tuple[str, str, str]:
    """Return start, length and mean activation."""
    return clock(hold.start_s), length(hold.end_s - hold.start_s), percent(hold.mean_permille)


def remarks(outcome: Outcome, rep: Rep) -> list[str]:
    """Return what was odd about a rep."""
    good_but_for_trust = reached(rep, outcome) and rep.complete and not (rep.too_fast or rep.muscle_off)
    told = (
        _buzz(outcome, rep),
        "muscle off" if rep.muscle_off else "",
        "too fast" if rep.too_fast else "",
        "" if rep.complete else "not finished",
        "not trusted" if good_but_for_trust and not is_good(rep, outcome) else "",
    )
    return list(filter(None, told))


def _rep_row(outcome: Outcome, number: int, rep: Rep, worked: RepEffort) -> RepRow:
    return RepRow(
        number,
        clock(rep.start_s),
        is_good(rep, outcome),
        percent(rep.peak_permille),
        seconds(worked.above_s),
        _tempo(rep.tempo_s if rep.complete else None, rep.approximate),
        f"{rep.concentric_permille // 10} / {percent(rep.eccentric_permille)}",
        _seconds(worked.onset_s),
        _seconds(worked.release_s),
        ", ".join(remarks(outcome, rep)),
    )


def _seconds(time_s: float | None) -> str:
    return NONE if time_s is None else seconds(time_s)


def _tempo(phases_s: tuple[float, float, float] | None, approximate: bool) -> str:
    if phases_s is None:
        return NONE
    return f"≈{SPACE}{tempo(phases_s)}" if approximate else tempo(phases_s)


def _buzz(outcome: Outcome, rep: Rep) -> str:
    """Say so where buzz and peak disagree, in the only mode in which they should agree."""
    if outcome.mode != "reach" or outcome.cued(rep) == reached(rep, outcome):
        return ""
    return "buzzed" if outcome.cued(rep) else "no buzz"
