"""``buzzband export``: sessions into files that other programs open."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from buzzband.archive import Archive
from buzzband.archive.archive import Session, lone_session
from buzzband.errors import OutputFailed, TooShort
from buzzband.exports import bids, tables
from buzzband.exports.edf import edf_bytes
from buzzband.exports.events import events
from buzzband.exports.harmless import line
from buzzband.exports.take import MOVEMENT_STEP, RATE_HZ, Take
from buzzband.progress import Progress, no_progress
from buzzband.recordings import files
from buzzband.services import pages
from buzzband.services.sessions import Shown, opened, show, shown_document
from buzzband.services.takes import take_of
from buzzband.wording import count
from buzzband_fw.store.records import ACTIVATION_UNIT

SCHEMA = "buzzband/export/1"
SESSION_SCHEMA = "buzzband/session/1"

_LISTED = 5
_SHOWN = 12


@dataclass(frozen=True)
class Left:
    """A session that was left out, and why."""

    session_id: str
    why: str


@dataclass(frozen=True)
class Exported:
    """What was written where. ``subjects``: of a BIDS dataset, which label is which wearer."""

    kind: str
    folder: Path
    sessions: tuple[str, ...]
    files: tuple[Path, ...]
    subjects: tuple[bids.Subject, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, eq=False)
class _Chosen:
    shown: Shown
    take: Take


def export(
    archive: Archive,
    wanted: Sequence[str],
    kind: str,
    folder: Path,
    *,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> Exported:
    """Write sessions to ``folder``. Raises OutputFailed, ArchiveError, RecordingError; then nothing was replaced.

    ``wanted``: beginnings of ids, or paths of a band's logs; none: all of the archive. ``kind``: of ``EXPORTS``.
    """
    found = _told_apart(tuple(_found(archive, wanted, lambda share: progress(share / 2))))
    chosen = tuple(
        _Chosen(shown, take_of(shown, shown.log)) for shown in found if shown.log and len(shown.log.permille)
    )
    if not chosen:
        raise TooShort(
            "There is no session with any activation to export.", "List what there is with buzzband sessions."
        )
    made = tuple((folder / name, content) for name, content in _MAKERS[kind](chosen))
    _check(folder, [path for path, _ in made], kind, overwrite)
    with _nothing_half_done(folder, [path for path, _ in made]):
        for done, (path, content) in enumerate(made, 1):
            pages.write_file(content(), path)
            progress((1 + done / len(made)) / 2)
    return Exported(
        kind,
        folder,
        tuple(one.take.about.session_id for one in chosen),
        tuple(path for path, _ in made),
        bids.subjects(one.take for one in chosen) if kind == "bids" else (),
        tuple(_left(shown) for shown in found if not shown.log or not len(shown.log.permille)),
    )


def _found(archive: Archive, wanted: Sequence[str], progress: Progress) -> Iterator[Shown]:
    """Yield the sessions that are meant, each once."""
    meant: Sequence[str | Session] = wanted or archive.sessions()
    known: set[str] = set()
    for done, one in enumerate(meant, 1):
        shown = _shown(archive, one) if isinstance(one, str) else opened(archive, one)
        if shown.session.row.sha256 not in known:
            known.add(shown.session.row.sha256)
            yield shown
        progress(done / len(meant))


def _told_apart(found: Sequence[Shown]) -> tuple[Shown, ...]:
    """Return the sessions, those that share an id marked: logs that lie in no archive may do so, too."""
    ids = Counter(one.session.row.session_id for one in found)
    return tuple(
        replace(one, session=replace(one.session, conflict=one.session.conflict or ids[one.session.row.session_id] > 1))
        for one in found
    )


def _shown(archive: Archive, wanted: str) -> Shown:
    """Return the session that is meant by the beginning of an id, or by the path of a log."""
    if not wanted.endswith(files.LOG_SUFFIX):
        return show(archive, wanted)
    data, log = files.read_session(Path(wanted))
    return Shown(lone_session(data, str(log.header.get("uid", "")), log.session_id), log)


def _check(folder: Path, paths: Sequence[Path], kind: str, overwrite: bool) -> None:
    """Raise OutputFailed if anything that is there would be replaced, or mixed with, without having been asked for."""
    try:
        if kind == "bids" and folder.is_dir() and any(folder.iterdir()):
            raise OutputFailed(f"{folder} is not empty.", "Name a new folder: a BIDS dataset is written as a whole.")
        there = [] if overwrite else [path for path in paths if path.exists() or path.is_symlink()]
    except OSError as error:
        raise _closed(folder, error) from error
    if there:
        names = ", ".join(path.name for path in there[:_LISTED]) + (" …" if there[_LISTED:] else "")
        raise OutputFailed(
            f"{count(len(there), 'file')} in {folder} would be replaced: {names}.",
            "Name another folder with --out, or say --overwrite.",
        )


def _closed(folder: Path, error: OSError) -> OutputFailed:
    return OutputFailed(f"{folder} cannot be looked into: {error.strerror or error}.")


@contextmanager
def _nothing_half_done(folder: Path, paths: Sequence[Path]) -> Iterator[None]:
    """Take back, if the block fails, those files that were not there before, and the folders made for them."""
    try:
        new = [path for path in paths if not path.exists()]
        made = {parent for path in new for parent in path.parents if not parent.exists()}
    except OSError as error:
        raise _closed(folder, error) from error
    try:
        yield
    except BaseException:
        for path in new:
            with suppress(OSError):
                path.unlink()
        for parent in sorted(made, reverse=True):  # what lies in another comes before it
            with suppress(OSError):
                parent.rmdir()
        raise


def _left(shown: Shown) -> Left:
    problem = shown.session.row.facts.problem
    return Left(shown.session.row.session_id, problem or "It holds no activation.")


def _edf(chosen: Sequence[_Chosen]) -> Iterator[tuple[str, bids.Content]]:
    for one in chosen:
        yield f"{one.take.name}.edf", partial(edf_bytes, one.take)


def _bids(chosen: Sequence[_Chosen]) -> Iterator[tuple[str, bids.Content]]:
    return bids.dataset([one.take for one in chosen])


def _csv(chosen: Sequence[_Chosen]) -> Iterator[tuple[str, bids.Content]]:
    takes = [one.take for one in chosen]
    yield "sessions.csv", partial(tables.sessions_csv, takes)
    yield "sets.csv", partial(tables.sets_csv, takes)
    yield "reps.csv", partial(tables.reps_csv, takes)
    for take in takes:
        yield f"{take.name}-samples.csv", partial(tables.samples_csv, take)
        yield f"{take.name}-events.csv", partial(tables.events_csv, take)


def _json(chosen: Sequence[_Chosen]) -> Iterator[tuple[str, bids.Content]]:
    for one in chosen:
        yield f"{one.take.name}.json", partial(_json_bytes, one)


def _json_bytes(one: _Chosen) -> bytes:
    return json.dumps(session_document(one.shown, one.take), allow_nan=False).encode()


_MAKERS: Mapping[str, Callable[[Sequence[_Chosen]], Iterator[tuple[str, bids.Content]]]] = {
    "edf": _edf,
    "bids": _bids,
    "csv": _csv,
    "json": _json,
}


def session_document(shown: Shown, take: Take) -> dict[str, Any]:
    """Return all of a session as JSON: what ``buzzband sessions show --json`` prints, and the course of it."""
    activation = [
        level * ACTIVATION_UNIT if valid else None
        for level, valid in zip(take.levels.tolist(), take.valid.tolist(), strict=True)
    ]
    return shown_document(shown) | {
        "schema": SESSION_SCHEMA,
        "activation": {"rate_hz": RATE_HZ, "permille": activation},
        "movement": {"rate_hz": RATE_HZ / MOVEMENT_STEP, "degrees": take.degrees.tolist()},
        "events": [asdict(event) for event in events(take)],
    }


def exported_text(done: Exported) -> str:
    """Return what ``buzzband export`` prints."""
    what = f"{count(len(done.sessions), 'session')} in {count(len(done.files), 'file')}, in {done.folder}."
    subjects = [f"  sub-{one.label} is {line(one.wearer)}" for one in done.subjects]
    shown = [f"  {path.relative_to(done.folder)}" for path in done.files[:_SHOWN]] if not subjects else []
    if not subjects and len(done.files) > _SHOWN:
        shown.append(f"  and {count(len(done.files) - _SHOWN, 'other')}")
    return "\n".join([what, *subjects, *shown, *(f"Left out: {one.session_id}. {one.why}" for one in done.left)])


def exported_document(done: Exported) -> dict[str, Any]:
    """Return the document that ``buzzband export --json`` prints."""
    return {
        "schema": SCHEMA,
        "format": done.kind,
        "folder": str(done.folder),
        "sessions": list(done.sessions),
        "files": [str(path) for path in done.files],
        "subjects": {f"sub-{one.label}": one.wearer for one in done.subjects},
        "left_out": [asdict(one) for one in done.left],
    }
