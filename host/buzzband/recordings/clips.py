"""Clips: raw EMG that a band has kept, put together from the records of a session."""

import struct
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzband.recordings.framing import Record
from buzzband.recordings.samples import unpack, unpack_numbers
from buzzband_fw import names
from buzzband_fw.core.chain import BLOCK_SAMPLES
from buzzband_fw.core.intake import RAW_PER_SAMPLE
from buzzband_fw.store import records

CLIP_RATE_HZ = 1200
BLOCKS_MAX = 24 * 3600 * 100  # as in band_log.py: what claims to be later is damaged
SAMPLES_MAX = 1 << 12  # of a part: more than its bytes can hold

KINDS = (records.CLIP, records.CLIP_STATE)


@dataclass(frozen=True, eq=False)
class Clip:
    """Raw EMG of whole blocks of a session, from ``first_block`` on.

    ``samples``: shape (n,), at 1200 Hz, each the sum of four conversions of 12 bits. ``state``: how the core stood
    before ``first_block``, see buzzband_fw.core.frozen. ``why``: see buzzband_fw.store.records.
    """

    number: int
    first_block: int
    why: int
    samples: NDArray[np.uint16]
    state: tuple[int, ...]

    @property
    def blocks(self) -> range:
        """Return which blocks of the session it holds."""
        return range(self.first_block, self.first_block + len(self.samples) // BLOCK_SAMPLES)

    @property
    def reason(self) -> str:
        """Return in a word why it was kept."""
        return names.CLIP_REASONS[self.why] if 0 < self.why < len(names.CLIP_REASONS) else f"number {self.why}"

    @property
    def codes(self) -> NDArray[np.uint16]:
        """Return 12-bit samples at 4800 S/s, shape (4 n,), four of which make one of ``samples``.

        What each of the four was nobody knows, and nothing in the core asks.
        """
        sums = self.samples[:, None].astype(np.int32)
        return ((sums + np.arange(RAW_PER_SAMPLE)) // RAW_PER_SAMPLE).astype(np.uint16).ravel()


def clips_of(in_order: Iterable[Record]) -> tuple[tuple[Clip, ...], int]:
    """Return the clips that are whole, in order, and how many are not. ``in_order``: their records, each once."""
    parts: dict[int, list[Record]] = defaultdict(list)
    for record in in_order:
        if len(record.payload) >= 2:
            parts[struct.unpack_from("<H", record.payload)[0]].append(record)
    found, torn = [], 0
    for number, of_clip in sorted(parts.items()):
        try:
            found.append(_clip(number, of_clip))
        except (ValueError, struct.error):
            torn += 1
    return tuple(found), torn


def _clip(number: int, parts: Sequence[Record]) -> Clip:
    """Raises ValueError or struct.error if anything is missing or makes no sense."""
    (state,) = (record.payload for record in parts if record.kind == records.CLIP_STATE)
    _, first_block, why = struct.unpack_from(records.CLIP_STATE_FORMAT, state)
    if first_block > BLOCKS_MAX:
        raise ValueError("later than a session can be")
    samples: list[int] = []
    found = [record.payload for record in parts if record.kind == records.CLIP]
    for expected, payload in enumerate(found):
        _, index, count = struct.unpack_from(records.CLIP_FORMAT, payload)
        last = records.CLIP_LAST if expected == len(found) - 1 else 0
        if index != expected | last or count > SAMPLES_MAX:
            raise ValueError("a part is missing")
        samples += unpack(payload[struct.calcsize(records.CLIP_FORMAT) :], count)
    if not samples or len(samples) % BLOCK_SAMPLES:
        raise ValueError("no whole blocks")
    numbers = unpack_numbers(state[records.CLIP_STATE_SIZE :])
    return Clip(number, first_block, why, np.array(samples, np.uint16), numbers)
