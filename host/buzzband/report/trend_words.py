"""Weeks in sentences. None says more than the data carry."""

from collections.abc import Iterator, Sequence
from datetime import date

from buzzband.weeks import Load, Trends, Week
from buzzband.wording import SPACE, count, length, listed, percent, share, tempo

OWN_CHANGE_PERCENT = 18
"""By so much (CV) does the EMG of the same squeeze differ from day to day in the same person, biceps, maximal
contraction: Howatson & van Someren 2005, Isokinet Exerc Sci 13:103."""

CAVEAT = (
    "Percentages are of each day’s own reference. EMG does not compare across days: the same effort differs by about "
    f"{OWN_CHANGE_PERCENT}{SPACE}% from day to day with nothing changed, and more if the band sits elsewhere."
)


def summary(told: Trends) -> tuple[str, ...]:
    """Return the weeks in a few sentences, each of them by itself."""
    return tuple(filter(None, (_trained(told), adherence(told), _hits(told), _volume(told), _left_out(told))))


def name(told: Trends) -> str:
    """Return what the page is called."""
    span = f"{count(len(told.weeks), 'week')} from {day(told.weeks[0].monday)}"
    return f"{told.wearer}: {span}" if told.wearer else span


def period(told: Trends) -> str:
    """Return from when to when the weeks are."""
    last = told.weeks[-1].monday
    return f"{count(len(told.weeks), 'week')} from {day(told.weeks[0].monday)} to the week of {day(last)}"


def day(when: date) -> str:
    """Return a day: 3 Mar 2026."""
    return f"{when.day} {when:%b %Y}"


def _trained(told: Trends) -> str:
    days = sum(week.days for week in told.weeks)
    if not days:
        return f"Nothing was trained in the {period(told)}."
    sessions = count(len(told.trainings), "session")
    return f"{sessions} on {count(days, 'day')} in the {period(told)}: {days / len(told.weeks):.1f} days a week."


def adherence(told: Trends) -> str:
    """Return how the programme was kept, if there is one."""
    if told.per_week is None:
        return ""
    plan = f"{count(told.per_week, 'day')} a week for {count(len(told.weeks), 'week')}"
    done = f"{told.done} of {told.planned} days ({share(told.done, told.planned)}), {told.kept} of "
    goes_on = " The last week goes on." if told.goes_on(told.weeks[-1]) else ""
    return f"Of the programme, {plan}, you did {done}{count(len(told.weeks), 'week')} in full.{goes_on}"


def _hits(told: Trends) -> str:
    reps, hits, good = (sum(week.total(name) for week in told.weeks) for name in ("reps", "hits", "good"))
    if not reps:
        return ""
    return (
        f"{hits} of {count(reps, 'rep')} reached the target of their session ({share(hits, reps)}), {good} were good."
    )


def _volume(told: Trends) -> str:
    work_ms, held_ms, cycles, kg = (
        sum(numbers)
        for numbers in zip(
            *(
                (week.total("work_ms"), week.total("held_ms"), week.total("cycles"), week.lifted_kg)
                for week in told.weeks
            ),
            strict=True,
        )
    )
    parts = [f"{length(work_ms / 1000)} in reps and cycles"] if work_ms else []
    parts += [f"{length(held_ms / 1000)} in holds"] if held_ms else []
    parts += [count(cycles, "cycle")] if cycles else []
    parts += [f"{kg:,}{SPACE}kg lifted, load times reps"] if kg else []
    return f"In all {listed(parts)}." if parts else ""


def _left_out(told: Trends) -> str:
    parts = []
    if told.unplaced:
        parts.append(f"{count(told.unplaced, 'session')} that nobody can place in a week")
    if told.outside:
        parts.append(f"{told.outside} of other weeks")
    return f"Not counted: {listed(parts)}." if parts else ""


def load_name(load: Load) -> str:
    """Return an exercise and its load."""
    return load.exercise if load.load_kg is None else f"{load.exercise}, {load.load_kg}{SPACE}kg"


def weeks_alt(told: Trends) -> str:
    """Return what the figure of the weeks shows, for those who cannot see it."""
    days = listed([str(week.days) for week in told.weeks])
    return f"Days trained in each of the {period(told)}: {days}. Reps, their share on target and tempo below."


def loads_alt(loads: Sequence[Load]) -> str:
    """Return what the figure of the loads shows, for those who cannot see it."""
    return f"Mean peak of each session for {listed([load_name(load) for load in loads])}. {CAVEAT}"


def week_rows(told: Trends) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table of weeks: Monday, days, reps, good, on target, tempo, in reps, held, kg."""
    for week in told.weeks:
        reps = week.total("reps")
        yield (
            day(week.monday) + (" (goes on)" if told.goes_on(week) else ""),
            _days(told, week),
            str(reps),
            str(week.total("good")) if reps else "–",
            share(week.total("hits"), reps) if reps else "–",
            tempo(week.tempo_s) if week.tempo_s else "–",
            _length(week.total("work_ms")),
            _length(week.total("held_ms")),
            f"{week.lifted_kg:,}" if week.lifted_kg else "–",
        )


def session_rows(told: Trends) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table of sessions: when, what, sets, reps, good, target, mean peak, calibrated, trusted."""
    for one in reversed(told.trainings):
        peak = one.mean_peak_permille
        yield (
            f"{one.began:%Y-%m-%d %H:%M}",
            one.exercise if one.load_kg is None else f"{one.exercise}, {one.load_kg}{SPACE}kg",
            str(one.sets),
            str(one.reps),
            str(one.good),
            percent(one.target_permille),
            "–" if peak is None else percent(peak),
            "yes" if one.calibrated else "no",
            percent(one.trusted_permille),
            one.session_id[:10],
        )


def _length(time_ms: int) -> str:
    return length(time_ms / 1000) if time_ms else "–"


def _days(told: Trends, week: Week) -> str:
    return str(week.days) if told.per_week is None else f"{week.days} of {told.per_week}"
