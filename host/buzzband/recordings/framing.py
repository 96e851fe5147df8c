"""The records in a session's file: every intact one, whatever lies between them.

Nothing in the file is believed unless its checksum is right, and no number in it decides how much time is spent.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from buzzband_fw.store import records

_HEADERS_TRIED = 64
_ID_IN_HEADER = re.compile(rb'"session": ?"([0-9a-f]{16})"')
_CRC_SIZE = records.OVERHEAD - records.HEADER_SIZE


@dataclass(frozen=True)
class Record:
    """An intact record. ``start`` and ``end``: where it lies in the file; ``t_ms``: the chip's clock, modulo 2^30."""

    kind: int
    sequence: int
    t_ms: int
    payload: bytes
    start: int
    end: int


def intact_records(data: bytes, session_id: str) -> Iterator[Record]:
    """Yield every record of a session whose checksum is right, in the order of the file; none lies inside another."""
    seed = records.seed_of(bytes.fromhex(session_id))
    view = memoryview(data)
    start = data.find(records.SYNC)
    while start >= 0:
        record = _record(view, start, seed)
        if record:
            yield record
        start = data.find(records.SYNC, record.end if record else start + 1)


def numbered(intact: Sequence[Record]) -> dict[int, Record]:
    """Return the records that count by their numbers, in order: of several with one number the first.

    A record may well come twice: what an interrupted merge has copied is copied again by the next.
    """
    first = {record.sequence: record for record in reversed(intact)}
    return dict(sorted(first.items()))


def damaged_stretches(intact: Sequence[Record], size: int) -> int:
    """Return how many stretches of a file of ``size`` bytes belong to no intact record."""
    edges = [0, *(edge for record in intact for edge in (record.start, record.end)), size]
    return sum(start < end for start, end in zip(edges[::2], edges[1::2], strict=True))


def missing(sequences: Sequence[int]) -> Iterator[range]:
    """Yield the numbers from 0 on that are not in the sorted ``sequences``: as ranges, for there may be billions."""
    expected = 0
    for sequence in sequences:
        if sequence > expected:
            yield range(expected, sequence)
        expected = sequence + 1


def id_in(data: bytes) -> str | None:
    """Return the id in the first intact header. It is in the record that its own checksum starts from."""
    pattern = records.SYNC + bytes((records.HEADER,))
    start = data.find(pattern)
    for _ in range(_HEADERS_TRIED):
        if start < 0:
            return None
        told = _ID_IN_HEADER.search(data, start, start + records.HEADER_SIZE + records.PAYLOAD_MAX)
        if told:
            session_id = told[1].decode()
            if _record(memoryview(data), start, records.seed_of(bytes.fromhex(session_id))):
                return session_id
        start = data.find(pattern, start + 1)
    return None


def _record(view: memoryview, start: int, seed: int) -> Record | None:
    if start + records.OVERHEAD > len(view):
        return None
    _, kind, _, length, sequence, t_ms = struct.unpack_from(records.HEADER_FORMAT, view, start)
    content_end = start + records.HEADER_SIZE + length
    end = content_end + _CRC_SIZE
    if length > records.PAYLOAD_MAX or end > len(view):
        return None
    if zlib.crc32(view[start:content_end], seed) != int.from_bytes(view[content_end:end], "little"):
        return None
    payload = bytes(view[start + records.HEADER_SIZE : content_end])
    return Record(kind, sequence, t_ms, payload, start, end)
