"""A session that an app has recorded from a recording, as the session of that recording.

The app felt it on a simulated band, so its log holds what a band would have: but nobody was buzzed, nobody was asked,
and what happened to the simulated band happened to nobody.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

from buzzband.recordings.band_log import intact_records
from buzzband.recordings.framing import Record, numbered
from buzzband_fw.core.words import WITHHELD
from buzzband_fw.store import records

_LEFT_OUT = (records.HEADER, records.FAULT, records.ANSWER, records.MARK, records.TIME)
_TICKS_MASK = (1 << 30) - 1


def adopted(data: bytes, recorded_id: str, header: Mapping[str, Any], utc_ms: int | None, within_ms: int) -> bytes:
    """Return the log of the session that ``header`` tells of, with what session ``recorded_id`` in ``data`` holds.

    ``utc_ms``: when it began, give or take ``within_ms``; None if nobody knows. Every word is told as withheld.
    """
    in_order = list(numbered(tuple(intact_records(data, recorded_id))).values())
    start_ms = in_order[0].t_ms
    framer = records.Framer(bytes.fromhex(header["session"]))
    sealed = [_sealed(framer, records.HEADER, json.dumps(header, ensure_ascii=False).encode(), start_ms)]
    if utc_ms is not None:
        sealed.append(_sealed(framer, records.TIME, struct.pack("<IQH", 0, utc_ms, within_ms), start_ms))
    kept = (record for record in in_order if record.kind not in _LEFT_OUT)
    return b"".join([*sealed, *(_sealed(framer, one.kind, _payload(one), one.t_ms) for one in kept)])


def _payload(record: Record) -> bytes:
    if record.kind != records.CUE:
        return record.payload
    block, word = struct.unpack_from("<IB", record.payload)
    return struct.pack("<IB", block, word | WITHHELD)


def _sealed(framer: records.Framer, kind: int, payload: bytes, t_ms: int) -> bytes:
    """Return the next record of a session."""
    record = bytearray(records.OVERHEAD + len(payload))
    record[records.HEADER_SIZE : records.HEADER_SIZE + len(payload)] = payload
    framer.seal(record, 0, kind, len(payload), t_ms & _TICKS_MASK)
    return bytes(record)
