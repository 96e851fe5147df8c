"""Clips: put together from the records of a session if they are whole, and left out, and counted, if not."""

import struct

import numpy as np
import pytest

from buzzband.recordings.band_log import SessionLog, read_log
from buzzband_fw.core.intake import CENTRE
from buzzband_fw.store import records, samples
from recordings.log_builder import LogWriter

RING = 1 << 10
BLOCK = 12
STATE = (5, -7, 0, 123_456, -98_765)
FIRST_BLOCK = 481


def bits(raw: list[int]) -> bytes:
    out, state = bytearray(400), samples.new_state(RING - 1)
    samples.begin(0, state)
    samples.put([*raw, *([0] * (RING - len(raw)))], 0, len(raw) // 4, out, state)
    return bytes(out[: samples.end(out, state)])


def raw(part: int, blocks: int = 2) -> list[int]:
    return [1900 + (37 * n + 11 * part) % 300 for n in range(4 * BLOCK * blocks)]


def state_of(number: int, values: tuple[int, ...] = STATE, first_block: int = FIRST_BLOCK) -> bytes:
    out = bytearray(100)
    end = samples.put_numbers(values, len(values), out, 0, 90)
    return struct.pack(records.CLIP_STATE_FORMAT, number, first_block, records.FIRST_REP) + bytes(out[:end])


def part_of(number: int, part: int, last: bool = False, count: int = 2 * BLOCK) -> bytes:
    index = part | (records.CLIP_LAST if last else 0)
    return struct.pack(records.CLIP_FORMAT, number, index, count) + bits(raw(part))


def clip(number: int = 0) -> list[tuple[int, bytes]]:
    parts = [(records.CLIP, part_of(number, part, last=part == 2)) for part in range(3)]
    return [(records.CLIP_STATE, state_of(number)), *parts]


def log(*payloads: tuple[int, bytes]) -> SessionLog:
    made = LogWriter().header()
    for kind, payload in payloads:
        made.record(kind, payload)
    return read_log(made.bytes())


def test_a_clip_tells_where_it_begins_why_and_what_was_sampled() -> None:
    ((found,), torn) = log(*clip()).clips()
    assert (found.number, found.first_block, found.reason, found.state, torn) == (0, FIRST_BLOCK, "first rep", STATE, 0)
    conversions = [code for part in range(3) for code in raw(part)]
    assert found.samples.tolist() == np.reshape(conversions, (-1, 4)).sum(axis=1).tolist()
    assert found.blocks == range(FIRST_BLOCK, FIRST_BLOCK + 6)


def test_its_codes_are_twelve_bits_that_add_up_to_the_samples() -> None:
    extreme = np.array([0, 1, 2, 3, CENTRE, 4 * 4095], np.uint16)
    ((found,), _) = log(*clip()).clips()
    made = type(found)(0, 0, 1, extreme, ()).codes.reshape(-1, 4)
    assert made.sum(axis=1).tolist() == extreme.tolist()
    assert made.max() <= 4095


@pytest.mark.parametrize("left_out", range(4))
def test_a_clip_of_which_a_part_is_missing_is_left_out_whole(left_out: int) -> None:
    parts = [*clip(0), *clip(1)]
    del parts[left_out]
    found, torn = log(*parts).clips()
    assert ([one.number for one in found], torn) == ([1], 1)


@pytest.mark.parametrize(
    ("at", "payload"),
    [
        (0, state_of(0)[:-1] + b"\x80"),
        (0, state_of(0)[:5]),
        (0, state_of(0, first_block=24 * 3600 * 100 + 1)),
        (1, part_of(0, 0)[:4]),
        (1, part_of(0, 0)[:-3]),
        (1, part_of(0, 0, count=2 * BLOCK - 1)),
        (1, part_of(0, 0, count=60_000)),
        (2, part_of(0, 0)),
        (2, part_of(0, 1, last=True)),
        (3, part_of(0, 2)),
    ],
)
def test_a_clip_that_makes_no_sense_is_left_out_whole(at: int, payload: bytes) -> None:
    parts = clip()
    parts[at] = (parts[at][0], payload)
    assert log(*parts).clips() == ((), 1)


def test_what_belongs_to_no_clip_is_no_clip() -> None:
    assert log((records.CLIP, b"\x01"), (records.CLIP_STATE, b"")).clips() == ((), 0)


def test_parts_may_come_in_any_place_of_the_file() -> None:
    first, second = clip(0), clip(1)
    mixed = [part for both in zip(first, second, strict=True) for part in both]
    found, torn = log(*mixed).clips()
    assert ([one.number for one in found], torn) == ([0, 1], 0)
