"""What ``buzzband sync`` came to, in plain words and as a document."""

from collections.abc import Iterator
from typing import Any

from buzzband.services import session_words as words
from buzzband.services.sync import COPIED, FAILED, KNOWN, UNFINISHED, BandSync, SyncDone, Synced, Vanished
from buzzband.wording import count

SCHEMA = "buzzband/sync/1"


def sync_text(done: SyncDone) -> str:
    """Return what ``buzzband sync`` prints."""
    return "\n".join([*(line for band in done.bands for line in _band(done, band)), f"The archive is {done.archive}."])


def sync_document(done: SyncDone) -> dict[str, Any]:
    """Return the document that ``buzzband sync --json`` prints."""
    return {
        "schema": SCHEMA,
        "archive": str(done.archive),
        "bands": [_band_document(done, band) for band in done.bands],
    }


def _band(done: SyncDone, band: BandSync) -> Iterator[str]:
    if not band.uid:
        yield f"{band.port}: no band could be synced. {band.failure or ''}".rstrip()
        return
    yield f"Band {band.uid} at {band.port}: {_summary(band)}."
    yield from (f"  {line}" for line in _sessions(done, band))
    yield from (f"  {_vanished(one)}" for one in band.vanished)
    if band.left and band.failure:
        yield f"  {count(band.left, 'session')} not copied yet: run buzzband sync again, it goes on from here."
    yield f"  {_on_the_band(done, band)}"


def _summary(band: BandSync) -> str:
    if not band.sessions and not band.left:
        return "no sessions on it"
    by_how = {how: [one for one in band.sessions if one.how == how] for how in (COPIED, KNOWN, UNFINISHED, FAILED)}
    told = {
        COPIED: f"copied, {words.size(sum(one.size for one in by_how[COPIED]))}",
        KNOWN: "in the archive already",
        UNFINISHED: "still going on",
        FAILED: "not to be had",
    }
    return ", ".join(f"{count(len(some), 'session')} {told[how]}" for how, some in by_how.items() if some) or "nothing"


def _sessions(done: SyncDone, band: BandSync) -> Iterator[str]:
    """Yield what the archive says of each session, then what it cannot say anything of."""
    keys = [one.log.key for one in band.sessions if one.log]
    yield from words.lines([done.sessions[key] for key in keys if key in done.sessions])
    for one in band.sessions:
        if one.log is None or one.log.key not in done.sessions:
            yield f"{one.session_id[: words.SHORT]}  {one.stays or words.size(one.size)}"


def _vanished(one: Vanished) -> str:
    has = f"the archive has {words.size(one.saved_bytes)} of it" if one.saved_bytes else "the archive has nothing of it"
    return (
        f"{one.session_id[: words.SHORT]}  has gone from the band since it was last here ({words.size(one.size)} "
        f"then), and {has}. If another computer synced it, it is there; else the band's flash has lost it."
    )


def _on_the_band(done: SyncDone, band: BandSync) -> str:
    there = [one for one in band.sessions if not one.deleted and one.how != FAILED]
    refused = [one for one in there if one.stays and one.how != UNFINISHED]
    if done.keep:
        return "All sessions stay on the band, as --keep says."
    if refused:
        return (
            f"{count(len(refused), 'session')} safe in the archive, but still on the band: {refused[0].stays} "
            "The next sync tries again."
        )
    deleted = sum(one.deleted for one in band.sessions)
    if not deleted:
        return "Nothing was deleted on the band."
    return f"{count(deleted, 'session').capitalize()} safe in the archive, and deleted on the band; nothing else was."


def _band_document(done: SyncDone, band: BandSync) -> dict[str, Any]:
    return {
        "port": band.port,
        "uid": band.uid or None,
        "app": band.app or None,
        "sessions": [_session_document(done, one) for one in band.sessions],
        "vanished": [{"id": one.session_id, "size": one.size, "saved_bytes": one.saved_bytes} for one in band.vanished],
        "left": band.left,
        "error": None if band.failure is None else {"message": str(band.failure), "hint": band.failure.hint},
    }


def _session_document(done: SyncDone, one: Synced) -> dict[str, Any]:
    session = done.sessions.get(one.log.key) if one.log else None
    return {
        "id": one.session_id,
        "how": one.how,
        "size": one.size,
        "resumed_bytes": one.resumed_bytes,
        "deleted": one.deleted,
        "stays": one.stays or None,
        "file": one.log.name if one.log else None,
        "session": words.document(session) if session else None,
    }
