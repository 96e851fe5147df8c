"""Logs: sealed records of any content among any bytes are a session, or no log, and every intact record counts."""

import json

from buzzband.errors import UnknownFormat
from buzzband.recordings.band_log import intact_records, read_log
from fuzz.pieces import RAW, pieces
from recordings.log_builder import SESSION, LogWriter

BYTES_MAX = 4096


def one_input(data: bytes) -> None:
    """Write the pieces as a band would, and read that."""
    writer = LogWriter()
    file = b"".join(
        content if kind == RAW else writer.record(kind, content, len(content)) for kind, content in pieces(data)
    )
    found = {file[record.start : record.end] for record in intact_records(file, SESSION)}
    assert RAW in [kind for kind, _ in pieces(data)] or found == set(writer.pieces)
    try:
        log = read_log(file, SESSION)
    except UnknownFormat:
        return
    assert len(log.permille) == len(log.valid) == len(log.flags)
    assert log.damaged >= 0
    json.dumps(dict(log.header))
    assert all(fault.name for fault in log.faults)
    assert log.end is None or log.end.name
    clips, torn = log.clips()
    assert torn >= 0
    for clip in clips:
        assert len(clip.codes) == 4 * len(clip.samples)
        assert clip.reason
