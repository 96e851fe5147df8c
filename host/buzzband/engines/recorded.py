"""A session that the app has recorded, brought over the link: what an engine that runs the app gives back."""

from dataclasses import dataclass
from functools import cached_property

from buzzband.engines.job import TRACK_STEP_BLOCKS, Progress, Track, no_progress
from buzzband.errors import EngineFailed
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.transports.link import Link


@dataclass(frozen=True)
class Recorded:
    """A session as the band kept it: its file, byte for byte, and its id, 16 hexadecimal digits."""

    session_id: str
    data: bytes

    @cached_property
    def log(self) -> SessionLog:
        """What the file says."""
        return read_log(self.data, self.session_id)

    def track(self, blocks: int) -> Track:
        """Return the first ``blocks`` blocks; what there is beyond them is not of the recording.

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
        )


def pull(link: Link, progress: Progress = no_progress) -> Recorded:
    """Return the only session that the band holds. Raises EngineFailed, and what ``Link`` raises."""
    entries = link.sessions()
    if len(entries) != 1:
        raise EngineFailed(f"The app has recorded {len(entries)} sessions where there should be one.")
    session_id = entries[0].session_id
    return Recorded(session_id, link.pull(session_id, progress))
