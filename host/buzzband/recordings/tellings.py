"""When a band told its reps and sets, which its log says only by the clock of the chip."""

from dataclasses import dataclass
from struct import unpack_from

from buzzband.recordings.band_log import Record, intact_records
from buzzband.recordings.lifting import Rep, Set
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.store import records

_WRAP_MS = 1 << 30
_CUE_BLOCKS = 1  # a cue is noted that many blocks after its own
_KINDS = {records.REP: (records.REP_FORMAT, Rep), records.SET: (records.SET_FORMAT, Set)}


@dataclass(frozen=True)
class Telling:
    """A rep or a set, and the last block that had been worked through when it was told."""

    block: int
    told: Rep | Set


def tellings(data: bytes, session_id: str) -> tuple[Telling, ...]:
    """Return every telling in the file of a session, in its order; none if nothing says how its clock stands."""
    intact = sorted({record.sequence: record for record in intact_records(data, session_id)}.items())
    in_order = [record for _, record in intact]
    start_ms = _start_ms(in_order)
    if start_ms is None:
        return ()
    found = []
    for record in in_order:
        if record.kind in _KINDS:
            layout, kind = _KINDS[record.kind]
            since_ms = (record.t_ms - start_ms) % _WRAP_MS
            found.append(Telling(round(since_ms / BLOCK_MS) - 1, kind(*unpack_from(layout, record.payload))))
    return tuple(found)


def _start_ms(in_order: list[Record]) -> int | None:
    """Return the clock at the start of block 0: by the cue that was noted soonest, or else by the session's end."""
    cues = [_since_block_ms(record) for record in in_order if record.kind == records.CUE]
    if cues:
        return _least(cues) - (1 + _CUE_BLOCKS) * BLOCK_MS
    ends = [_since_block_ms(record) for record in in_order if record.kind == records.END]
    return _least(ends) if ends else None


def _since_block_ms(record: Record) -> int:
    block: int = unpack_from("<I", record.payload)[0]
    return (record.t_ms - BLOCK_MS * block) % _WRAP_MS


def _least(clocks_ms: list[int]) -> int:
    """Return the earliest of clocks that are near each other, though one or the other may have begun anew."""
    first = clocks_ms[0]
    return min((one - first + _WRAP_MS // 2) % _WRAP_MS for one in clocks_ms) + first - _WRAP_MS // 2
