"""``buzzband trends``: the sessions of one wearer, week by week, as the index of the archive has them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from buzzband.archive import Archive
from buzzband.archive.archive import Session
from buzzband.archive.clock import Exact
from buzzband.defaults import TRENDS_PAGE, WEEKS
from buzzband.errors import SeveralWearers
from buzzband.progress import Progress, no_progress
from buzzband.report import trend_words
from buzzband.services import pages
from buzzband.weeks import DAYS, Load, Training, Trends, Week, monday_of, weeks_of
from buzzband.wording import listed

SCHEMA = "buzzband/trends/1"
_WEARERS_LISTED = 12


@dataclass(frozen=True)
class Programme:
    """What to look at. ``first``: a day of its first week; None: the weeks up to that of today.

    ``per_week``: days a week that were meant to be trained; None: that is not asked. ``wearer``: None if there is one.
    """

    weeks: int = WEEKS
    per_week: int | None = None
    first: date | None = None
    wearer: str | None = None


@dataclass(frozen=True)
class TrendsPage:
    """The trends, and the page that was written."""

    trends: Trends
    page: Path


def write_trends(
    archive: Archive, programme: Programme, today: date, out: Path | None, progress: Progress = no_progress
) -> TrendsPage:
    """Write the page. Raises SeveralWearers, OutputFailed and other ArchiveErrors. ``today``: for the wearer."""
    found = trends(archive.sessions(progress), programme, today)
    page = out or Path(TRENDS_PAGE)
    pages.write_trends(found, page)
    return TrendsPage(found, page)


def trends(sessions: Sequence[Session], programme: Programme, today: date) -> Trends:
    """Return the weeks that are asked for. Sessions in which nothing was lifted or held are no trainings."""
    worked = [one for one in _once(sessions) if one.row.facts.sets or one.row.facts.reps or one.row.facts.holds]
    wearer = _wearer(worked, programme.wearer)
    of_wearer = [one for one in worked if one.row.facts.wearer == wearer]
    placed = [(one, day) for one in of_wearer if (day := _began(one)) is not None]
    first = programme.first or today - timedelta(days=DAYS * (programme.weeks - 1))
    weeks = weeks_of((_training(*one) for one in placed), first, programme.weeks)
    inside = sum(len(week.trainings) for week in weeks)
    return Trends(wearer, weeks, today, programme.per_week, len(of_wearer) - len(placed), len(placed) - inside)


def _once(sessions: Sequence[Session]) -> Sequence[Session]:
    """Return each session once: of several contents of one id the one that holds most."""
    most: dict[tuple[str, str], Session] = {}
    for one in sessions:
        key = one.row.uid, one.row.session_id
        if key not in most or one.row.size > most[key].row.size:
            most[key] = one
    return tuple(most.values())


def _wearer(sessions: Sequence[Session], wanted: str | None) -> str:
    """Return whose sessions are meant. Raises SeveralWearers."""
    names = sorted({one.row.facts.wearer for one in sessions})
    if wanted is None and len(names) <= 1:
        return names[0] if names else ""
    if wanted is not None and wanted in names:
        return wanted
    shown = [repr(name) if name else "'' (without a name)" for name in names[:_WEARERS_LISTED]]
    shown += [f"{len(names) - _WEARERS_LISTED} more"] if len(names) > _WEARERS_LISTED else []
    if wanted is None:
        raise SeveralWearers(f"The archive has sessions of {listed(shown)}.")
    whose = f": they are of {listed(shown)}" if shown else ""
    raise SeveralWearers(f"The archive has no sessions of {wanted[:40]!r}{whose}.")


def _began(session: Session) -> datetime | None:
    """Return when a session began here; if that is only known between two moments, the later one, in the same week."""
    when = session.when
    if isinstance(when, Exact):
        return _local(when.start_ms)
    if when.earliest_ms is None or when.latest_ms is None:
        return None
    earliest, latest = _local(when.earliest_ms), _local(when.latest_ms)
    return latest if monday_of(earliest.date()) == monday_of(latest.date()) else None


def _local(utc_ms: int) -> datetime:
    return datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone()


def _training(session: Session, began: datetime) -> Training:
    facts = session.row.facts
    same = (
        *("sets", "reps", "good", "hits", "cycles", "peaks_permille", "complete", "concentric_ms", "pause_ms"),
        *("eccentric_ms", "work_ms", "holds", "held_ms", "exercise", "target_permille"),
    )
    return Training(
        session_id=session.row.session_id,
        began=began,
        load_kg=facts.load_kg or None,
        calibrated=facts.grade > 0,
        trusted_permille=facts.good_permille,
        **{name: getattr(facts, name) for name in same},
    )


def trends_text(done: TrendsPage) -> str:
    """Return what ``buzzband trends`` prints."""
    return "\n".join([*trend_words.summary(done.trends), "", f"The page: {done.page}"])


def trends_document(done: TrendsPage) -> dict[str, Any]:
    """Return the document that ``buzzband trends --json`` prints."""
    told = done.trends
    return {
        "schema": SCHEMA,
        "page": str(done.page),
        "wearer": told.wearer or None,
        "programme": None if told.per_week is None else _programme(told, told.per_week),
        "weeks": [_week(told, week) for week in told.weeks],
        "loads": [_load(load) for load in told.loads()],
        "unplaced": told.unplaced,
        "outside": told.outside,
        "caveat": trend_words.CAVEAT,
    }


def _programme(told: Trends, per_week: int) -> dict[str, Any]:
    return {
        "days_a_week": per_week,
        "weeks": len(told.weeks),
        "days_planned": told.planned,
        "days_done": told.done,
        "weeks_kept": told.kept,
    }


def _week(told: Trends, week: Week) -> dict[str, Any]:
    names = ("sets", "reps", "good", "hits", "cycles", "work_ms", "holds", "held_ms")
    return {
        "monday": week.monday.isoformat(),
        "goes_on": told.goes_on(week),
        "days": week.days,
        **{name: week.total(name) for name in names},
        "lifted_kg": week.lifted_kg,
        "tempo_s": week.tempo_s,
        "sessions": [{**asdict(one), "began": one.began.isoformat()} for one in week.trainings],
    }


def _load(load: Load) -> dict[str, Any]:
    return {
        "exercise": load.exercise,
        "load_kg": load.load_kg,
        "sessions": [
            {
                "id": one.session_id,
                "began": one.began.isoformat(),
                "calibrated": one.calibrated,
                "mean_peak_permille": one.mean_peak_permille,
            }
            for one in load.trainings
        ],
    }
