"""``buzzband compare``: does cueing raise the activation? Cued sets against silent ones, as a plan has mixed them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import log1p
from pathlib import Path
from typing import Any

import numpy as np

from buzzband.archive import Archive
from buzzband.archive.archive import Session
from buzzband.archive.clock import Exact
from buzzband.archive.raw import RawLog
from buzzband.errors import SeveralWearers
from buzzband.progress import Progress, no_progress
from buzzband.recordings.band_log import read_log
from buzzband.recordings.framing import intact_records
from buzzband.recordings.log_header import read_header
from buzzband.services import paired, session_words
from buzzband.services.pairs import CONFLICT, Pair, objection, pairs_of, settings_of

SCHEMA = "buzzband/compare/1"

NO_PAIRS = "no_pairs"  # findings
TOO_FEW = "too_few"
NO_WORDS = "no_words"  # the band said nothing in the cued sets
HIGHER = "higher"
LOWER = "lower"
UNCLEAR = "unclear"


@dataclass(frozen=True)
class Published:
    """What a study found of those who were told to feel the muscle, in percent."""

    percent: float
    muscle: str
    exercise: str
    source: str


PUBLISHED = (
    Published(9, "pectorals", "push-up", "Calatayud et al. 2017"),
    Published(18, "latissimus", "pulldown", "Snyder and Leech 2009"),
)


@dataclass(frozen=True)
class Wanted:
    """Which pairs are looked at; None: all. Days are those of this computer's time zone, both included."""

    since: date | None = None
    until: date | None = None
    exercise: str | None = None
    load_kg: int | None = None
    wearer: str | None = None


@dataclass(frozen=True)
class Effect:
    """What the pairs say together. Percentages: by how much the cued sets are above the silent ones.

    ``spread``: SD of the differences of logarithms. ``exact``: the test has tried all ways. ``needed``: pairs that find
    an effect as large as this one with a power of 80 %, ``needed_for`` those of ``PUBLISHED``; None: more than 1000.
    """

    percent: float
    low_percent: float
    high_percent: float
    p_value: float
    exact: bool
    dz: float | None
    spread: float
    needed: int | None
    needed_for: tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """``left_out``: how many pairs, and sessions with a plan, were left out, by why. ``effect``: None of too few."""

    archive: Path
    wanted: Wanted
    pairs: tuple[Pair, ...]
    left_out: Mapping[str, int]
    effect: Effect | None = field(default=None)

    @property
    def finding(self) -> str:
        """Return what may be said: one of the findings above."""
        if not self.pairs:
            return NO_PAIRS
        if self.effect is None:
            return TOO_FEW
        if not any(pair.cued.words for pair in self.pairs):
            return NO_WORDS
        effect = self.effect
        if effect.p_value > paired.ALPHA or effect.low_percent <= 0 <= effect.high_percent:
            return UNCLEAR
        return HIGHER if effect.percent > 0 else LOWER


def compare(archive: Archive, wanted: Wanted, progress: Progress = no_progress) -> Comparison:
    """Return what the cued sets in the archive have over the silent ones. Raises ArchiveError."""
    sessions = [one for one in archive.sessions(progress) if _is_wanted(one, wanted)]
    with archive.in_use():
        found = list(_found(sessions, {log.key: log for log in archive.raw.logs()}, wanted, progress))
    pairs = tuple(one for one in found if isinstance(one, Pair))
    _require_one_wearer(pairs)
    left_out = Counter(one for one in found if isinstance(one, str))
    return Comparison(archive.folder, wanted, pairs, left_out, effect_of(pairs))


def effect_of(pairs: Sequence[Pair]) -> Effect | None:
    """Return what the pairs say together; None if they are too few for anything to be said."""
    if len(pairs) < paired.PAIRS_MIN:
        return None
    differences = np.array([pair.difference for pair in pairs])
    mean, spread = float(differences.mean()), float(differences.std(ddof=1))
    low, high = paired.interval(differences)
    p_value, exact = paired.p_value(differences)
    return Effect(
        percent=paired.percent(mean),
        low_percent=paired.percent(low),
        high_percent=paired.percent(high),
        p_value=p_value,
        exact=exact,
        dz=paired.effect_size(differences),
        spread=spread,
        needed=paired.pairs_needed(mean, spread),
        needed_for=tuple(paired.pairs_needed(log1p(one.percent / 100), spread) for one in PUBLISHED),
    )


def _found(
    sessions: Sequence[Session], logs: Mapping[tuple[str, str, str], RawLog], wanted: Wanted, progress: Progress
) -> Iterator[Pair | str]:
    for done, session in enumerate(sessions):
        row = session.row
        yield from _of_session(session, logs[row.uid, row.session_id, row.digest].read(), wanted)
        progress((done + 1) / len(sessions))


def _of_session(session: Session, data: bytes, wanted: Wanted) -> Iterator[Pair | str]:
    session_id = session.row.session_id
    if not _has_plan(data, session_id):
        return
    log = read_log(data, session_id)
    settings = settings_of(log)
    if wanted.load_kg not in (None, settings["load_kg"]):
        return
    why = CONFLICT if session.conflict else objection(settings)
    if why:
        yield why
    else:
        yield from pairs_of(session, log)


def _has_plan(data: bytes, session_id: str) -> bool:
    """Return whether the header says that sets were to be silent: most sessions need not be read any further."""
    first = next(intact_records(data, session_id), None)
    try:
        header = read_header(first.payload, session_id) if first else {}
    except ValueError:
        return False
    return bool(header.get("settings", {}).get("silent_sets"))


def _is_wanted(session: Session, wanted: Wanted) -> bool:
    facts = session.row.facts
    return (
        not facts.problem
        and wanted.exercise in (None, facts.exercise)
        and wanted.wearer in (None, facts.wearer)
        and _is_within(session, wanted)
    )


def _is_within(session: Session, wanted: Wanted) -> bool:
    """Return whether a session is known to have begun in the days that are wanted."""
    when = session.when
    first, last = (when.start_ms, when.start_ms) if isinstance(when, Exact) else (when.earliest_ms, when.latest_ms)
    if wanted.since is not None and (first is None or _day(first) < wanted.since):
        return False
    return wanted.until is None or (last is not None and _day(last) <= wanted.until)


def _day(utc_ms: int) -> date:
    return datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone().date()


def _require_one_wearer(pairs: Iterable[Pair]) -> None:
    names = sorted({pair.session.row.facts.wearer for pair in pairs})
    if len(names) > 1:
        known = ", ".join(name or "one without a name" for name in names)
        raise SeveralWearers(f"The pairs are of {len(names)} wearers: {known}.")


def document(found: Comparison) -> dict[str, Any]:
    """Return the document that ``buzzband compare --json`` prints."""
    return {
        "schema": SCHEMA,
        "archive": str(found.archive),
        "finding": found.finding,
        "pairs_min": paired.PAIRS_MIN,
        "effect": found.effect and _effect(found.effect, len(found.pairs)),
        "published": [vars(one) for one in PUBLISHED],
        "left_out": dict(found.left_out),
        "pairs": [_pair(pair) for pair in found.pairs],
    }


def _effect(effect: Effect, pairs: int) -> dict[str, Any]:
    return {
        "percent": effect.percent,
        "low_percent": effect.low_percent,
        "high_percent": effect.high_percent,
        "level": 1 - paired.ALPHA,
        "p_value": effect.p_value,
        "exact": effect.exact,
        "dz": effect.dz,
        "spread": effect.spread,
        "pairs_needed": effect.needed,
        "more_sets": more_sets(effect.needed, pairs),
        "pairs_needed_for_published": list(effect.needed_for),
    }


def more_sets(needed: int | None, pairs: int) -> int | None:
    """Return how many more sets are needed for so many pairs, of which there are ``pairs``; None: more than can be."""
    return None if needed is None else 2 * max(needed - pairs, 0)


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "session": pair.session.row.session_id,
        "when": session_words.when_document(pair.session.when),
        "exercise": pair.exercise,
        "load_kg": pair.load_kg,
        "cued_first": pair.cued_first,
        "cued": vars(pair.cued),
        "silent": vars(pair.silent),
        "percent": paired.percent(pair.difference),
    }
