"""A session that an app has recorded from a recording, as the session of that recording.

The app felt it on a simulated band, so its log holds what a band would have: but nobody was buzzed, nobody was asked,
no button was pressed, and the session is over where the recording is.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from buzzband.recordings.band_log import Record, intact_records
from buzzband.recordings.framing import numbered
from buzzband.recordings.series import unpack
from buzzband_fw.core.words import WITHHELD
from buzzband_fw.store import records
from buzzband_fw.store.series import FLAGS_SHIFT, Series, put

_STEPS = {records.ACTIVATION: records.ACTIVATION_STEP_BLOCKS, records.MOVEMENT: records.MOVEMENT_STEP_BLOCKS}
_AT_BLOCK = (records.HOLD, records.CROSSINGS)
_LEFT_OUT = (records.FAULT, records.ANSWER, records.MARK, records.TIME, records.END)  # of the band that was simulated
_VALUES_MAX = 255
_TICKS_MASK = (1 << 30) - 1

Telling = tuple[int, bytes, int]
"""Kind, payload, and the clock of a record."""


def adopted(
    data: bytes, recorded_id: str, header: Mapping[str, Any], blocks: int, utc_ms: int | None, within_ms: int
) -> bytes:
    """Return the log of the session that ``header`` tells of, with what session ``recorded_id`` in ``data`` holds.

    ``blocks``: of the recording, which ends the session. ``utc_ms``: when it began, give or take ``within_ms``; None
    if nobody knows. Every word that was due is told as withheld.
    """
    in_order = list(numbered(tuple(intact_records(data, recorded_id))).values())
    start_ms = in_order[0].t_ms
    told: list[Telling] = [(records.HEADER, json.dumps(header, ensure_ascii=False).encode(), start_ms)]
    if utc_ms is not None:
        told.append((records.TIME, struct.pack("<IQH", 0, utc_ms, within_ms), start_ms))
    for record in in_order:
        told += ((record.kind, payload, record.t_ms) for payload in _kept(record, blocks))
    end = struct.pack("<IBH", blocks, records.BY_HOST, 0)
    return _sealed(str(header["session"]), [*told, (records.END, end, in_order[-1].t_ms)])


def _kept(record: Record, blocks: int) -> Iterator[bytes]:
    """Yield the payload that a record has in the session of the recording, if it has one there."""
    if record.kind == records.HEADER or record.kind in _LEFT_OUT:
        return
    if record.kind in _STEPS:
        yield from _within(record.payload, _STEPS[record.kind], blocks)
    elif record.kind == records.CUE:
        block, word = struct.unpack_from("<IB", record.payload)
        if block < blocks:
            yield struct.pack("<IB", block, word | WITHHELD)
    elif record.kind not in _AT_BLOCK or struct.unpack_from("<I", record.payload)[0] < blocks:
        yield record.payload


def _within(payload: bytes, step_blocks: int, blocks: int) -> Iterator[bytes]:
    """Yield a series without the values behind the last block."""
    block, levels, flags = unpack(payload)
    count = len(range(block, min(block + step_blocks * len(levels), blocks), step_blocks))
    if count == len(levels):
        yield payload
    elif count:
        series = Series(step_blocks, _VALUES_MAX, records.PAYLOAD_MAX)
        values = [level | flag << FLAGS_SHIFT for level, flag in zip(levels, flags, strict=True)][:count]
        series.begin(block, values[0])
        for index, value in enumerate(values[1:], 1):
            put(value, block + step_blocks * index, series.buffer, series.state)
        yield bytes(series.buffer[: series.finish()])


def _sealed(session_id: str, told: list[Telling]) -> bytes:
    """Return records of a session, numbered and with their checksums."""
    framer = records.Framer(bytes.fromhex(session_id))
    sealed = bytearray()
    for kind, payload, t_ms in told:
        record = bytearray(records.OVERHEAD + len(payload))
        record[records.HEADER_SIZE : records.HEADER_SIZE + len(payload)] = payload
        framer.seal(record, 0, kind, len(payload), t_ms & _TICKS_MASK)
        sealed += record
    return bytes(sealed)
