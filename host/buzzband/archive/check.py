"""Looks at all of an archive: every file is hashed, every record read, and what is wrong comes with its mend."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from buzzband.archive.archive import KNOWN, Archive
from buzzband.archive.facts import facts_of
from buzzband.archive.index import Row, row_of
from buzzband.archive.raw import RawLog, sha256_of
from buzzband.errors import IndexDamaged, IndexTooNew
from buzzband.progress import Progress, no_progress
from buzzband.wording import count

ALTERED = "altered"
MISSING = "missing"
INDEX = "index"
JOURNAL = "journal"
CONFLICT = "conflict"
DUPLICATE = "duplicate"
STRANGER = "stranger"
PART = "part"
FOREIGN = "foreign"
DAMAGED = "damaged"
UNREADABLE = "unreadable"

FAULTS = frozenset((ALTERED, MISSING, INDEX, JOURNAL))
"""What must not be. All else is worth knowing, and may stay as it is."""


@dataclass(frozen=True)
class Finding:
    """One thing about one file: ``where`` it is in the archive, what it is, and what to do."""

    kind: str
    where: str
    what: str
    mend: str

    @property
    def is_fault(self) -> bool:
        """Return whether it must not be."""
        return self.kind in FAULTS


@dataclass(frozen=True)
class Checked:
    """What was looked at, and what was found."""

    logs: int
    size: int
    findings: tuple[Finding, ...]


def check(archive: Archive, progress: Progress = no_progress) -> Checked:
    """Look at everything, and change nothing. Raises ArchiveUnusable."""
    with archive.in_use():
        logs = archive.raw.logs()
        rows = []
        for done, log in enumerate(logs, 1):
            data = log.read()
            rows.append(row_of(log, sha256_of(data), *facts_of(data, log.uid, log.session_id)))
            progress(done / len(logs))
        findings = [
            *(finding for log, row in zip(logs, rows, strict=True) for finding in _of_log(log, row)),
            *_of_missing(archive, rows),
            *_of_index(archive, rows),
            *_of_several(archive, logs),
            *_of_folder(archive),
        ]
    return Checked(len(logs), sum(log.size for log in logs), tuple(findings))


def _of_log(log: RawLog, row: Row) -> Iterator[Finding]:
    facts = row.facts
    if not row.sha256.startswith(log.digest):
        yield Finding(
            ALTERED,
            log.name,
            "Its content is not what was put there: the disk is failing, or something wrote to it.",
            "Put it back from a backup. If the band still has the session, remove the file and run buzzband sync.",
        )
    elif facts.problem:
        what = f"It is as the band had it, but nothing in it can be read: {facts.problem}"
        yield Finding(UNREADABLE, log.name, what, "Nothing to do; a later version of buzzband may read more of it.")
    elif facts.damaged or facts.missing:
        told = f"{count(facts.damaged, 'stretch', 'stretches')} damaged, {count(facts.missing, 'record')} missing"
        what = f"It is as the band had it, with damage: {told}."
        yield Finding(DAMAGED, log.name, what, "Nothing to do: every record that is whole is used.")
    if facts.foreign:
        what = f"What it says of itself is another name: {facts.foreign}."
        yield Finding(FOREIGN, log.name, what, "Nothing to do; such a file was copied onto the band from elsewhere.")


def _of_missing(archive: Archive, rows: Sequence[Row]) -> Iterator[Finding]:
    """Yield what the journals say was kept, and is not there, nor a longer version of it."""
    longest: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        longest[row.uid, row.session_id] = max(longest[row.uid, row.session_id], row.size)
    there = {(row.uid, row.sha256) for row in rows} | {(row.uid, row.digest) for row in rows}
    for uid in archive.raw.uids():
        history = archive.journal(uid).read()
        where = f"{uid}/{archive.journal(uid).path.name}"
        for kept in {one.sha256: one for one in history.kept}.values():
            named = (uid, kept.sha256) in there or (uid, kept.sha256[:16]) in there
            if not named and longest[uid, kept.session_id] <= kept.size:
                yield Finding(
                    MISSING,
                    f"{uid}/{kept.session_id}.{kept.sha256[:16]}.bbl",
                    f"It was put into the archive ({kept.size} bytes), and is not there any more.",
                    "Put it back from a backup. If the band still has the session, buzzband sync brings it again. "
                    f"If it is lost for good, remove the line that tells of it from {where}.",
                )
        if history.damaged:
            yield Finding(
                JOURNAL,
                where,
                f"{count(history.damaged, 'line')} in it cannot be read; sessions may be placed in time less exactly.",
                "Put it back from a backup, or remove those lines.",
            )


def _of_index(archive: Archive, rows: Sequence[Row]) -> Iterator[Finding]:
    mend = "Run buzzband archive rebuild: it makes the index anew from the raw logs, which are not touched."
    name = archive.index.path.name
    try:
        problem = archive.index.problems()
        if problem:
            yield Finding(INDEX, name, f"It is damaged: {problem}.", mend)
            return
        indexed = {row.key: row for row in archive.index.rows()}
    except (IndexDamaged, IndexTooNew) as error:
        yield Finding(INDEX, name, str(error), mend)
        return
    wrong = [row for row in rows if row.key in indexed and indexed[row.key] != row]
    spare = indexed.keys() - {row.key for row in rows}
    if wrong or spare:
        parts = [f"{count(len(wrong), 'session')} otherwise than the raw log says"] if wrong else []
        parts += [f"{count(len(spare), 'session')} without a raw log"] if spare else []
        yield Finding(INDEX, name, f"It tells of {' and of '.join(parts)}.", mend)


def _of_several(archive: Archive, logs: Sequence[RawLog]) -> Iterator[Finding]:
    """Yield sessions with several contents, and contents that are there several times."""
    by_session: dict[tuple[str, str], list[RawLog]] = defaultdict(list)
    by_content: dict[tuple[str, str], list[RawLog]] = defaultdict(list)
    for log in logs:
        by_session[log.uid, log.session_id].append(log)
        by_content[log.session_id, log.digest].append(log)
    for several in by_session.values():
        spare = {one.name for log in several for one in archive.raw.superseded(log)} if len(several) > 1 else set()
        rivals = [log.name for log in several if log.name not in spare]
        for name in sorted(spare):
            what = "It is only the beginning of a longer copy of the same session."
            yield Finding(DUPLICATE, name, what, "Run buzzband archive rebuild, which removes it; nothing is lost.")
        if len(rivals) > 1:
            what = f"Sessions of the same id with other content: {', '.join(rivals)}. All are kept."
            yield Finding(CONFLICT, rivals[0], what, "Nothing to do; buzzband sessions show tells what is in each.")
    for several in by_content.values():
        if len(several) > 1:
            what = f"The same session lies with several bands: {', '.join(log.name for log in several)}."
            yield Finding(DUPLICATE, several[0].name, what, "If a folder was copied by hand, remove the copy.")


def _of_folder(archive: Archive) -> Iterator[Finding]:
    for path in archive.raw.parts():
        where = f"{path.parent.name}/{path.name}"
        what = f"A copy that was cut off after {path.stat().st_size} bytes."
        yield Finding(PART, where, what, "Run buzzband sync with that band: it goes on from there.")
    for path in archive.raw.strangers(KNOWN):
        what = "It is no part of the archive, and nothing here reads it."
        where = str(path.relative_to(archive.folder))
        yield Finding(STRANGER, where, what, "Move it elsewhere, if you know what it is.")
