"""The sessions on a band: which there are, and what is in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from buzzband.engines.recorded import Recorded, pull_session
from buzzband.progress import Progress, no_progress
from buzzband.transports.link import Link
from buzzband.transports.replies import Entry, Hello


@dataclass(frozen=True)
class SessionList:
    """A band and its sessions, in its order."""

    band: Hello
    entries: tuple[Entry, ...]


def list_sessions(link: Link) -> SessionList:
    """Return who the band is and which sessions it has. Raises LinkError."""
    return SessionList(link.hello(), link.sessions())


def pull_sessions(
    link: Link, session_ids: Sequence[str] | None = None, progress: Progress = no_progress
) -> tuple[Recorded, ...]:
    """Copy these sessions, or all that the band has. Raises what ``pull_session`` raises."""
    wanted = [entry.session_id for entry in link.sessions()] if session_ids is None else session_ids

    def progress_from(done: int) -> Progress:
        return lambda share: progress((done + share) / len(wanted))

    return tuple(pull_session(link, session_id, progress_from(done)) for done, session_id in enumerate(wanted))
