"""``buzzband import``: recordings of others into the archive, as the sessions that a band would have made of them."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from buzzband.archive import Archive
from buzzband.archive.raw import IMPORTED
from buzzband.engines.job import block_count
from buzzband.engines.whole_app import just_these
from buzzband.errors import AlreadyImported, BuzzbandError, TooLong, UnknownFormat
from buzzband.exports.harmless import line
from buzzband.progress import Progress, no_progress
from buzzband.recordings import files
from buzzband.recordings.adopted import adopted
from buzzband.recordings.band_log import read_log
from buzzband.recordings.labels import emg_channel
from buzzband.recordings.model import Recording
from buzzband.services import session_words as words
from buzzband.services import simulate
from buzzband.services.options import Options
from buzzband.services.simulate import Felt
from buzzband.wording import count, listed
from buzzband_fw.store.records import FORMAT, OVERHEAD, PAYLOAD_MAX
from buzzband_fw.store.schema import SCHEMA as SETTINGS

SCHEMA = "buzzband/import/1"
START_WITHIN_MS = 1000  # a file tells whole seconds
_ID_LENGTH = 16
_NAME_MAX = 48  # characters: the header holds 1024 bytes in all
_CHANNEL_MAX = 24
_NAMED = 5


@dataclass(frozen=True)
class Wish:
    """How to import. ``rate_hz``: of a CSV without times. ``start``: instead of what the file says.

    ``again``: even if the archive has the recording, made with other options.
    """

    options: Options
    rate_hz: float | None = None
    wearer: str | None = None
    start: datetime | None = None
    again: bool = False


@dataclass(frozen=True)
class Imported:
    """A recording in the archive. ``is_new``: or was it there already. ``notes``: what to know of the recording."""

    file: Path
    session_id: str
    is_new: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportDone:
    """What was imported, with the sessions as the archive lists them now."""

    archive: Path
    imported: tuple[Imported, ...]
    lines: tuple[str, ...]


def import_all(
    archive: Archive, paths: Sequence[Path], wish: Wish, now_ms: int, progress: Progress = no_progress
) -> ImportDone:
    """Import recordings, one after the other; each is safe before the next begins.

    Raises RecordingError, AlreadyImported and other ArchiveErrors, EngineError.
    """
    done: list[Imported] = []

    def overall(part: float) -> None:
        progress((len(done) + part) / len(paths))

    for path in paths:
        try:
            done.append(_import(archive, path, wish, now_ms, overall))
        except BuzzbandError as error:
            error.hint = f"{error.hint} {_safe(done)}".strip()
            raise
    ids = {one.session_id for one in done}
    sessions = [one for one in archive.sessions() if one.row.uid == IMPORTED and one.row.session_id in ids]
    return ImportDone(archive.folder, tuple(done), tuple(words.lines(sessions)))


def _safe(done: Sequence[Imported]) -> str:
    """Return which of the recordings that were named are safe already."""
    names = listed([line(one.file.name) for one in done[:_NAMED]])
    more = f" and {count(len(done) - _NAMED, 'more', 'more')}" if len(done) > _NAMED else ""
    return f"In the archive already: {names}{more}." if done else ""


def _import(archive: Archive, path: Path, wish: Wish, now_ms: int, progress: Progress) -> Imported:
    if files.is_log(path):
        raise UnknownFormat(
            f"{path.name} is a band's log, which needs no import.",
            "Bring it with buzzband sync; buzzband simulate and buzzband export read it where it is.",
        )
    recording = simulate.load(path, None, wish.rate_hz)
    digest = _sha256(path)
    session_id = _id(digest, wish)
    with archive.in_use():
        is_there = bool(archive.raw.logs(IMPORTED, session_id))
    if is_there:
        return Imported(path, session_id, False)
    channel, _ = emg_channel(recording, wish.options.channel)
    if not wish.again:
        _refuse_twice(archive, path, digest, channel.label[:_CHANNEL_MAX])
    data, notes = _session(recording, digest, session_id, wish, progress)
    archive.take_in(IMPORTED, session_id, data, now_ms)
    return Imported(path, session_id, True, notes)


def _session(
    recording: Recording, digest: str, session_id: str, wish: Wish, progress: Progress
) -> tuple[bytes, tuple[str, ...]]:
    """Return the log of the session that a band would have made of a recording, and what to know of that.

    Raises RecordingError, EngineError.
    """
    felt = simulate.feel(recording, wish.options)
    blocks = block_count(felt.digitised.raw)
    recorded = just_these(felt.digitised.raw, felt.settings, progress, felt.frames)
    if recorded.log.end is None or recorded.log.end.blocks < blocks:
        held_s = recorded.log.duration_s
        raise TooLong(
            f"{recording.name} lasts {recording.duration_s:.0f} s; a band's flash is full after {held_s:.0f} s."
        )
    header = _header(recording.name, digest, session_id, wish, felt) | {"app": recorded.log.header["app"]}
    start = _start_ms(wish.start or recording.start)
    data = adopted(recorded.data, recorded.session_id, header, start, START_WITHIN_MS)
    return data, simulate.outcome_of(felt, recording.name, "cpython", recorded.track(blocks)).notes


def _header(name: str, digest: str, session_id: str, wish: Wish, felt: Felt) -> dict[str, Any]:
    """Return the header of the session, without what is as a band has it anyway."""
    settings = asdict(felt.settings) | {"wearer": wish.wearer}
    return {
        "format": FORMAT,
        "session": session_id,
        "uid": IMPORTED,
        "settings": {key: value for key, value in settings.items() if value != SETTINGS[key][0]},
        "calibration": {"how": felt.calibration.how},
        "source": {
            "name": line(name)[:_NAME_MAX],
            "sha256": digest,
            "channel": line(felt.channel.label)[:_CHANNEL_MAX],
            "rate_hz": felt.channel.rate_hz,
            "gain": felt.digitised.gain,
        },
    }


def _start_ms(start: datetime | None) -> int | None:
    """Return a start in ms since 1970; one without a time zone is in that of this computer."""
    try:
        return None if start is None else max(0, round(start.timestamp() * 1000))
    except (OSError, OverflowError, ValueError):  # a year that the system cannot tell
        return None


def _id(digest: str, wish: Wish) -> str:
    """Return the id of a session: that of the recording and all that it was made with, so it is made but once."""
    start = wish.start.isoformat() if wish.start else None
    made_of = [digest, asdict(wish.options), wish.rate_hz, wish.wearer, start]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:_ID_LENGTH]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _refuse_twice(archive: Archive, path: Path, digest: str, channel: str) -> None:
    """Raise AlreadyImported if a session of that channel of the recording is in the archive."""
    for session_id, source in _sources(archive):
        if (source.get("sha256"), source.get("channel")) == (digest, channel):
            raise AlreadyImported(f"{path.name} is in the archive as session {session_id}, made with other options.")


def _sources(archive: Archive) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the id of each imported session, and what it was made of."""
    with archive.in_use():
        for log in archive.raw.logs(IMPORTED):
            head = log.read()[: OVERHEAD + PAYLOAD_MAX]
            yield log.session_id, read_log(head, log.session_id).header.get("source", {})


def imported_text(done: ImportDone) -> str:
    """Return what ``buzzband import`` prints."""
    new = sum(one.is_new for one in done.imported)
    there = len(done.imported) - new
    what = [f"{count(new, 'recording')} imported"] if new or not there else []
    what += [f"{count(there, 'recording')} {'was' if there == 1 else 'were'} in the archive already"] if there else []
    notes = [f"Note: {line(one.file.name)}: {note}" for one in done.imported for note in one.notes]
    return "\n".join(
        [f"{', '.join(what)}.", *(f"  {one}" for one in done.lines), *notes, f"The archive is {done.archive}."]
    )


def imported_document(done: ImportDone) -> dict[str, Any]:
    """Return the document that ``buzzband import --json`` prints."""
    return {
        "schema": SCHEMA,
        "archive": str(done.archive),
        "sessions": [
            {"file": str(one.file), "id": one.session_id, "new": one.is_new, "notes": list(one.notes)}
            for one in done.imported
        ],
    }
