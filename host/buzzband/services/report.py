"""``buzzband report``: one session of the archive as a page."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from buzzband.archive import Archive
from buzzband.archive.archive import Session
from buzzband.errors import SessionUnreadable
from buzzband.outcome import Outcome
from buzzband.progress import Progress, no_progress
from buzzband.report import headline
from buzzband.report.effort import Effort, efforts
from buzzband.report.measures import SetFigures, is_good, set_figures
from buzzband.services import pages, sessions
from buzzband.services import session_words as words
from buzzband.services.logged import logged_outcome
from buzzband.services.sessions import Shown
from buzzband.wording import SPACE, length

SCHEMA = "buzzband/report/1"


@dataclass(frozen=True, eq=False)
class Reported:
    """A session, what is on its page, and where that is."""

    session: Session
    outcome: Outcome
    page: Path


def write_report(archive: Archive, wanted: str | None, out: Path | None, progress: Progress = no_progress) -> Reported:
    """Write the page of a session. Raises SessionUnreadable, OutputFailed, and what ``sessions.show`` raises.

    ``wanted``: as in ``sessions.show``; None: the latest. ``out``: None for a name of its own in the current folder.
    """
    shown = sessions.latest(archive, progress) if wanted is None else sessions.show(archive, wanted, progress)
    told = reported_outcome(shown)
    page = out or Path(f"session-{shown.session.row.session_id[: words.SHORT]}.html")
    pages.write_page(told, page)
    return Reported(shown.session, told, page)


def reported_outcome(shown: Shown) -> Outcome:
    """Return what the page of a session is made from. Raises SessionUnreadable."""
    row = shown.session.row
    if shown.log is None:
        raise SessionUnreadable(f"Session {row.session_id[: words.SHORT]} has no page: {row.facts.problem}")
    name = f"{row.facts.exercise}, {words.when(shown.session.when)}"
    return logged_outcome(shown.log, name, tuple(_about(shown.session)))


def _about(session: Session) -> Iterator[tuple[str, str, str]]:
    row, facts = session.row, session.row.facts
    yield "When", words.when(session.when), "by the clock of the computer that the band was synced with"
    yield "How long", length(facts.duration_ms / 1000), "from its start to its end"
    if facts.load_kg:
        yield "Load", f"{facts.load_kg}{SPACE}kg", "as it was set"
    if facts.wearer:
        yield "Wearer", facts.wearer, "who wore the band"
    yield "Band", row.uid, "its number"
    yield "Session", row.session_id[: words.SHORT], "the beginning of its id"
    yield "Log", words.state(session), "how whole it is"


def report_text(done: Reported) -> str:
    """Return the three answers of the page, and where it is."""
    return "\n".join(_lines(done))


def _lines(done: Reported) -> Iterator[str]:
    told = done.outcome
    yield f"{told.name}, {length(told.duration_s)}, session {done.session.row.session_id[: words.SHORT]}"
    for card in headline.cards(told, set_figures(told)):
        yield f"{card.label}: {card.answer + '. ' if card.answer else ''}{card.told}"
    yield ""
    yield f"The page: {done.page}"


def report_document(done: Reported) -> dict[str, Any]:
    """Return the document that ``buzzband report --json`` prints: every number of the page, unrounded."""
    told = done.outcome
    sets = set_figures(told)
    worked = efforts(told, sets)
    return {
        "schema": SCHEMA,
        "page": str(done.page),
        "session": words.document(done.session),
        "target_permille": told.target_permille,
        "reps": len(told.reps),
        "good_reps": sum(one.good for one in sets),
        "answers": [asdict(card) for card in headline.cards(told, sets)],
        "sets": [_set(told, one, effort) for one, effort in zip(sets, worked, strict=True)],
        "holds": [asdict(hold) for hold in told.holds],
        "quality": [asdict(span) for span in told.quality],
        "calibration": asdict(told.calibration),
        "notes": list(told.notes),
    }


def _set(told: Outcome, one: SetFigures, effort: Effort) -> dict[str, Any]:
    felt = next((answer for answer in _answers(told) if answer["set"] == one.number - 1), None)
    return {
        "number": one.number,
        "start_s": one.span.start_s,
        "end_s": one.span.end_s,
        "cycles": one.span.reps if one.span.steady else 0,
        "good": one.good,
        "on_target": one.reached,
        "mean_peak_permille": one.mean_peak_permille,
        "mean_permille": one.mean_permille,
        "tempo_s": one.tempo_s,
        "rest_s": one.rest_s,
        "muscle_off": one.muscle_off,
        "too_fast": one.too_fast,
        "untrusted_s": one.untrusted_s,
        "work_average_permille": effort.average_permille,
        "deviation_permille": effort.deviation_permille,
        "above_target_s": effort.above_s,
        "onset_s": effort.onset_s,
        "release_s": effort.release_s,
        "bursts": [asdict(burst) for burst in effort.bursts],
        "first_crossings_hz": effort.first_hz,
        "last_crossings_hz": effort.last_hz,
        "felt": felt and {"felt": felt["felt"], "counted": felt["actual"]},
        "reps": [
            {**asdict(rep), **asdict(worked), "good": is_good(rep, told)}
            for rep, worked in zip(one.reps, effort.reps, strict=True)
        ],
    }


def _answers(told: Outcome) -> list[Mapping[str, Any]]:
    return [asdict(answer) for answer in told.logged.answers] if told.logged else []
