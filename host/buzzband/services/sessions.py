"""The sessions on a band: which there are, and what is in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.transports.link import Link, no_progress
from buzzband.transports.replies import Entry, Hello

Progress = Callable[[float], None]


@dataclass(frozen=True)
class SessionList:
    """A band and its sessions, in its order."""

    band: Hello
    entries: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class Pulled:
    """A session as it lies on the band, byte for byte, and as it is understood."""

    session_id: str
    data: bytes
    log: SessionLog


def list_sessions(link: Link) -> SessionList:
    """Return who the band is and which sessions it has. Raises LinkError."""
    return SessionList(link.hello(), link.sessions())


def pull_session(link: Link, session_id: str, progress: Progress = no_progress) -> Pulled:
    """Copy a session and understand it. Raises LinkError, and UnknownFormat if it is none."""
    data = link.pull(session_id, progress)
    return Pulled(session_id, data, read_log(data, session_id))


def pull_sessions(
    link: Link, session_ids: Sequence[str] | None = None, progress: Progress = no_progress
) -> tuple[Pulled, ...]:
    """Copy these sessions, or all that the band has. Raises what ``pull_session`` raises."""
    wanted = [entry.session_id for entry in link.sessions()] if session_ids is None else session_ids

    def progress_from(done: int) -> Progress:
        return lambda share: progress((done + share) / len(wanted))

    return tuple(pull_session(link, session_id, progress_from(done)) for done, session_id in enumerate(wanted))
