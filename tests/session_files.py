"""The sessions that a band's flash holds, as they will be once all pieces are merged."""

import re
from collections.abc import Mapping

from buzzband.recordings.band_log import SessionLog, read_log

PART = re.compile(r"log/([0-9a-f]{16})\.(bbl|\d{3,})")


def session_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the sessions by id, each as it will be once its small files are merged: behind it, in order.

    What was merged already, though not yet removed, is there twice.
    """
    parts: dict[str, list[tuple[int, bytes]]] = {}
    for path, data in files.items():
        if match := PART.fullmatch(path):
            number = -1 if match[2] == "bbl" else int(match[2])
            parts.setdefault(match[1], []).append((number, data))
    return {name: b"".join(data for _, data in sorted(found)) for name, found in parts.items()}


def session_logs(files: Mapping[str, bytes]) -> list[SessionLog]:
    """What they say."""
    return [read_log(data, session_id) for session_id, data in session_files(files).items()]
