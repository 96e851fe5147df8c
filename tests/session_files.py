"""The sessions that a band's flash holds, as they will be once all pieces are merged."""

from collections.abc import Mapping

from buzzband.recordings.band_log import SessionLog, read_log

FOLDER = "log/"


def session_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The bytes of each session by its id."""
    found: dict[str, bytes] = {}
    for path in sorted(files, key=lambda path: (not path.endswith(".bbl"), path)):
        if path.startswith(FOLDER):
            session_id = path[len(FOLDER) :].split(".")[0]
            found[session_id] = found.get(session_id, b"") + files[path]
    return found


def session_logs(files: Mapping[str, bytes]) -> list[SessionLog]:
    """What they say."""
    return [read_log(data, session_id) for session_id, data in session_files(files).items()]
