"""Series: what the band packs is what the host unpacks, in few bits."""

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.recordings.series import unpack
from buzzband_fw.store import series
from checked import checked

Check = Callable[[Callable[..., int]], Callable[..., int]]

FLAG = 1 << series.FLAGS_SHIFT

levels = st.integers(0, series.LEVEL_MAX)
flags = st.sampled_from((0, 0, 0, 8, 15))
smooth = st.lists(st.integers(-3, 3), max_size=254).map(
    lambda steps: [min(max(sum(steps[:end]), 0), series.LEVEL_MAX) for end in range(len(steps) + 1)]
)
resting = st.lists(st.sampled_from((0,) * 30 + (1, 5, 900)), min_size=1, max_size=255)
any_levels = st.lists(levels, min_size=1, max_size=255)


def packed(
    block: int, values: Sequence[int], *, length_max: int = 255, capacity: int = 1200, check: Check = lambda one: one
) -> tuple[bytes, int]:
    """The series of as many of ``values`` as it takes, and how many that is."""
    made = series.Series(2, length_max, capacity)
    made.begin(block, values[0])
    put, taken = check(series.put), 1
    for value in values[1:]:
        found = put(value, block + 2 * taken, made.buffer, made.state)
        taken += 1
        if found == series.FULL:
            break
    return bytes(made.buffer[: made.finish()]), taken


@given(st.integers(0, 2**30 - 1), any_levels | smooth | resting, st.lists(flags, min_size=255, max_size=255))
def test_what_was_packed_is_unpacked(block: int, values: list[int], marks: list[int]) -> None:
    together = [value | mark * FLAG for value, mark in zip(values, marks, strict=False)]
    data, taken = packed(block, together)
    assert taken == len(values)
    assert unpack(data) == (block, values, marks[: len(values)])


@given(any_levels, st.lists(flags, min_size=255, max_size=255))
@settings(max_examples=20)
def test_no_number_leaves_31_bits(values: list[int], marks: list[int]) -> None:
    together = [value | mark * FLAG for value, mark in zip(values, marks, strict=False)]
    assert packed(1, together, check=checked) == packed(1, together)


@given(any_levels, st.integers(20, 60))
def test_a_full_buffer_says_so_in_time(values: list[int], capacity: int) -> None:
    data, taken = packed(1, values, capacity=capacity)
    assert len(data) <= capacity
    assert unpack(data)[1] == values[:taken]


def test_a_series_ends_with_as_many_values_as_it_may_have() -> None:
    assert packed(1, [5] * 100, length_max=50)[1] == 50


def test_a_value_of_another_block_is_no_part_of_it() -> None:
    made = series.Series(2, 255, 200)
    assert series.put(5, 7, made.buffer, made.state) == series.NO_PART
    made.begin(7, 5)
    assert series.put(6, 11, made.buffer, made.state) == series.NO_PART
    assert series.put(6, 9, made.buffer, made.state) == series.TAKEN
    assert unpack(bytes(made.buffer[: made.finish()])) == (7, [5, 6], [0, 0])
    assert [series.put(7, block, made.buffer, made.state) for block in (11, 0)] == [series.NO_PART] * 2


def test_rest_takes_hardly_a_bit_for_a_value() -> None:
    data, taken = packed(1, [0] * 250)
    assert (taken, len(data)) == (250, series.HEAD + 3)


def test_what_changes_slowly_takes_three_bits_for_a_value() -> None:
    rng = random.Random(1)
    values = [100]
    while len(values) < 250:
        values.append(values[-1] + rng.choice((-1, 0, 0, 1)))
    assert len(packed(1, values)[0]) < series.HEAD + 250 * 3 / 8


@given(any_levels, st.data())
def test_a_series_that_is_cut_is_none(values: list[int], data: st.DataObject) -> None:
    whole, _ = packed(1, [value | 8 * FLAG * (at % 2) for at, value in enumerate(values)])
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(ValueError, match=r"series|level"):
        unpack(cut)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_series_or_a_value_error(payload: bytes) -> None:
    try:
        _, found, marks = unpack(payload)
    except ValueError:
        return
    assert len(found) == len(marks) == payload[4]
    assert all(0 <= level <= series.LEVEL_MAX for level in found)


@pytest.mark.parametrize("payload", [b"", b"123456", b"\x01\0\0\0\0\0\0", b"\x01\0\0\0\x01\0\x04"])
def test_no_values_and_levels_that_cannot_be_are_a_value_error(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"series|level"):
        unpack(payload)


@pytest.mark.parametrize("seed", range(12))
def test_runs_jumps_and_flags_come_out_as_they_went_in(seed: int) -> None:
    chance, values, marks = random.Random(seed), [], []
    while len(values) < 250:
        level, flag = chance.choice((0, 0, 0, 3, 500, 1023)), chance.choice((0, 0, 0, 9))
        for _ in range(chance.choice((1, 2, 7, 40, 130))):
            values.append(min(max(level + chance.choice((0, 0, 0, 0, 0, seed % 4, -seed)), 0), series.LEVEL_MAX))
            marks.append(flag)
    together = [value | mark * FLAG for value, mark in zip(values[:250], marks, strict=False)]
    data, taken = packed(7, together)
    assert taken == 250
    assert unpack(data) == (7, values[:250], marks[:250])


def test_a_series_is_at_most_as_long_as_it_says() -> None:
    made = series.Series(2, 255, 400)
    made.begin(1, 5)
    for index in range(1, 200):
        series.put(index * 37 % 900, 1 + 2 * index, made.buffer, made.state)
        size = made.size()
        assert made.state[1] < size <= made.state[1] + 2
    assert made.finish() <= size


WRITTEN = bytes.fromhex(
    "4d000000cb000000002428087fc050c501fe144fb3e57c56a9a07fffe01519f5d6907914500c101041000000000008ffc741fe9606420c0000"
    "00004080"
)
RISING = [1, 0, 0, 5, 9, 12, 14, 15, 15, 15, 40, 90, 200, 420, 700, 1000, 1023, 1023, 1010]
FALLING = [700, 650, 640, 600, 590, 583, 580, 577, 576, 576, *[576] * 14, 570, 300, 20, 3, 0, 0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("written", "block", "values", "marks"),
    [
        (WRITTEN, 77, [0] * 150 + RISING + FALLING, [0] * 160 + [9] * 6 + [0] * 37),
        (bytes.fromhex("010000000564806440"), 1, [100, 98, 96, 95, 95], [8] * 5),
        (bytes.fromhex("020000000907004000"), 2, [7] + [8] * 8, [0] * 9),
        (bytes.fromhex("030000001600000003a0"), 3, [0] * 20 + [1] * 2, [0] * 22),
    ],
)
def test_a_series_is_written_as_it_always_was_and_what_was_written_is_read(
    written: bytes, block: int, values: list[int], marks: list[int]
) -> None:
    assert packed(block, [value | mark * FLAG for value, mark in zip(values, marks, strict=True)])[0] == written
    assert unpack(written) == (block, values, marks)


def test_a_series_that_has_not_begun_has_no_values() -> None:
    assert series.Series(2, 255, 200).state[0] == 0
