"""A session that the app has recorded, brought over the link: from a band, or from an engine that runs the app."""

from dataclasses import dataclass

from buzzband.engines.job import TRACK_STEP_BLOCKS, Track
from buzzband.errors import EngineFailed
from buzzband.progress import Progress, no_progress
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.transports.link import Link


@dataclass(frozen=True, eq=False)
class Recorded:
    """A session as the band kept it: its id, 16 hexadecimal digits, its file, byte for byte, and what the file says."""

    session_id: str
    data: bytes
    log: SessionLog

    def track(self, blocks: int) -> Track:
        """Return the first ``blocks`` blocks; what begins beyond them is not of the recording.

        Raises EngineFailed if anything of them is missing.
        """
        log, values = self.log, blocks // TRACK_STEP_BLOCKS
        if log.end is None or log.end.blocks < blocks or log.missing or not log.valid[:values].all():
            raise EngineFailed("The session that the app has recorded is not whole.")
        return Track(
            permille=log.permille[:values].astype("int32"),
            flags=log.flags[:values],
            cues=tuple((cue.block, cue.word) for cue in log.cues if cue.block < blocks),
            faults=tuple((fault.block, fault.name, fault.value) for fault in log.faults if fault.block < blocks),
            lifting=log.lifting.until(blocks),
        )


def pull_session(link: Link, session_id: str, progress: Progress = no_progress) -> Recorded:
    """Copy a session and understand it. Raises LinkError, and UnknownFormat if it is none."""
    data = link.pull(session_id, progress)
    return Recorded(session_id, data, read_log(data, session_id))


def pull(link: Link, progress: Progress = no_progress) -> Recorded:
    """Return the only session that the band holds. Raises EngineFailed, and what ``pull_session`` raises."""
    entries = link.sessions()
    if len(entries) != 1:
        raise EngineFailed(f"The app has recorded {len(entries)} sessions where there should be one.")
    return pull_session(link, entries[0].session_id, progress)
