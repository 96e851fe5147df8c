"""Trainings week by week: the common ground of ``buzzband trends`` and its page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

DAYS = 7


@dataclass(frozen=True)
class Training:
    """A session in numbers. ``began``: in the time zone of the wearer. ``load_kg``: None where none was set.

    ``calibrated``: whether the band was calibrated in it; otherwise its percentages are of an earlier reference.
    ``peaks_permille``: the peaks of all reps, added up. ``complete``: reps of which both phases were seen, and the
    times of those, added up. ``trusted_permille``: share of the activation that is there and was trusted.
    """

    session_id: str
    began: datetime
    exercise: str
    load_kg: int | None
    target_permille: int
    calibrated: bool
    sets: int
    reps: int
    good: int
    hits: int
    cycles: int
    peaks_permille: int
    complete: int
    concentric_ms: int
    pause_ms: int
    eccentric_ms: int
    work_ms: int
    holds: int
    held_ms: int
    trusted_permille: int

    @property
    def mean_peak_permille(self) -> float | None:
        """Return the mean of the peaks of its reps; None without reps."""
        return self.peaks_permille / self.reps if self.reps else None


@dataclass(frozen=True)
class Week:
    """The trainings from a Monday to the Sunday after it, in order."""

    monday: date
    trainings: tuple[Training, ...]

    @property
    def days(self) -> int:
        """Return on how many days something was trained."""
        return len({one.began.date() for one in self.trainings})

    def total(self, name: str) -> int:
        """Return the sum over the trainings of what has that name."""
        return sum(getattr(one, name) for one in self.trainings)

    @property
    def hit_share(self) -> float | None:
        """Return the share of reps on target, 0 to 1; None without reps."""
        return self.total("hits") / self.total("reps") if self.total("reps") else None

    @property
    def good_share(self) -> float | None:
        """Return the share of good reps, 0 to 1; None without reps."""
        return self.total("good") / self.total("reps") if self.total("reps") else None

    @property
    def tempo_s(self) -> tuple[float, float, float] | None:
        """Return the mean times of concentric phase, hold and eccentric phase; None without reps that tell."""
        complete = self.total("complete")
        if not complete:
            return None
        lifting, pausing, lowering = (
            self.total(name) / complete / 1000 for name in ("concentric_ms", "pause_ms", "eccentric_ms")
        )
        return lifting, pausing, lowering

    @property
    def lifted_kg(self) -> int:
        """Return load times reps, over the trainings with a load."""
        return sum((one.load_kg or 0) * one.reps for one in self.trainings)


@dataclass(frozen=True)
class Load:
    """The trainings with reps of one exercise at one load, in order; of those where none was set, all."""

    exercise: str
    load_kg: int | None
    trainings: tuple[Training, ...]


@dataclass(frozen=True)
class Trends:
    """Weeks in a row. ``per_week``: days a week that the programme asks for, if there is one.

    ``unplaced``: sessions of which nobody knows the week; ``outside``: those of other weeks. ``wearer``: empty without
    a name.
    """

    wearer: str
    weeks: tuple[Week, ...]
    today: date
    per_week: int | None = None
    unplaced: int = 0
    outside: int = 0

    @property
    def trainings(self) -> tuple[Training, ...]:
        """Return all of them, in order."""
        return tuple(one for week in self.weeks for one in week.trainings)

    @property
    def planned(self) -> int:
        """Return how many days the programme asks for."""
        return (self.per_week or 0) * len(self.weeks)

    @property
    def done(self) -> int:
        """Return how many of those were trained: more days in one week do not stand for another."""
        return sum(min(week.days, self.per_week or 0) for week in self.weeks)

    @property
    def kept(self) -> int:
        """Return how many weeks had as many days as the programme asks for."""
        return sum(week.days >= (self.per_week or 0) for week in self.weeks)

    def goes_on(self, week: Week) -> bool:
        """Return whether the week is not over."""
        return self.today < week.monday + timedelta(days=DAYS)

    def loads(self) -> tuple[Load, ...]:
        """Return the trainings with reps by exercise and load, what was trained most often first."""
        found: dict[tuple[str, int | None], list[Training]] = {}
        for one in self.trainings:
            if one.reps:
                found.setdefault((one.exercise, one.load_kg), []).append(one)
        ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0][0], item[0][1] or 0))
        return tuple(Load(exercise, load_kg, tuple(several)) for (exercise, load_kg), several in ordered)


def monday_of(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def weeks_of(trainings: Iterable[Training], first: date, count: int) -> tuple[Week, ...]:
    """Return ``count`` weeks from that of ``first`` on, with the trainings that fall into them."""
    by_week: dict[date, list[Training]] = {}
    for one in sorted(trainings, key=lambda one: one.began):
        by_week.setdefault(monday_of(one.began.date()), []).append(one)
    mondays = [monday_of(first) + timedelta(days=DAYS * number) for number in range(count)]
    return tuple(Week(monday, tuple(by_week.get(monday, ()))) for monday in mondays)
