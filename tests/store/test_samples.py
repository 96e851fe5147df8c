"""Samples: what the band packs of its ring is what the host unpacks, in few bits."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import codes, muscle, tell
from buzzband.recordings import synth
from buzzband.recordings.samples import unpack, unpack_numbers
from buzzband_fw.core.intake import SHARED
from buzzband_fw.store import samples
from checked import checked

Check = Callable[[Callable[..., Any]], Callable[..., Any]]

RING = 1 << 12
CODE_MAX = 4095
BITS_MAX = 9.0  # of a muscle at work

any_codes = st.lists(st.integers(0, CODE_MAX), min_size=4, max_size=400)
extremes = st.lists(st.sampled_from((0, CODE_MAX)), min_size=4, max_size=400)
numbers = st.lists(st.integers(-(2**29), 2**29 - 1) | st.integers(-200, 200), max_size=100)


def plain(one: Callable[..., Any]) -> Callable[..., Any]:
    return one


def packed(raw: Sequence[int], mask: int = RING - 1, check: Check = plain) -> tuple[bytes, int]:
    """The samples of ``raw``, three at a time, and how many there are."""
    count = len(raw) // 4
    ring = [*raw, *([0] * (RING - len(raw)))]
    out, state = bytearray(4 * count + 4), samples.new_state(mask)
    samples.begin(1, state)
    put = check(samples.put)
    for first in range(0, count, 3):
        put(ring, 4 * first, min(3, count - first), out, state)
    return bytes(out[1 : samples.end(out, state)]), count


def sums(raw: Sequence[int]) -> list[int]:
    return [sum(raw[at : at + 4]) for at in range(0, len(raw) // 4 * 4, 4)]


@given(any_codes | extremes)
def test_what_was_packed_is_unpacked(raw: list[int]) -> None:
    assert unpack(*packed(raw)) == sums(raw)


@given(any_codes | extremes)
@settings(max_examples=20)
def test_no_number_leaves_31_bits(raw: list[int]) -> None:
    assert packed(raw, check=checked) == packed(raw)


@given(any_codes | extremes)
def test_a_sample_takes_at_most_23_bits(raw: list[int]) -> None:
    data, count = packed(raw)
    assert len(data) <= (23 * count + 7) // 8


def test_of_a_ring_that_two_share_every_second_conversion_counts_twice() -> None:
    raw = random.Random(3).choices(range(CODE_MAX + 1), k=240)
    mine = [2 * (raw[at] + raw[at + 2]) for at in range(0, 240, 4)]
    assert unpack(*packed(raw, (RING - 1) & ~SHARED)) == mine


def test_positions_go_round_the_ring() -> None:
    raw = random.Random(4).choices(range(CODE_MAX + 1), k=RING)
    out, state = bytearray(200), samples.new_state(RING - 1)
    samples.begin(0, state)
    samples.put(raw, 7 * RING - 24, 12, out, state)
    assert unpack(bytes(out[: samples.end(out, state)]), 12) == sums(raw[-24:] + raw[:24])


def test_a_muscle_at_work_takes_few_bits() -> None:
    raw = codes(muscle(synth.contractions([0.9], on_s=0.7, off_s=0.05), seed=5))[:RING].tolist()
    data, count = packed(raw)
    tell(f"{8 * len(data) / count:.1f} bits a sample")
    assert 8 * len(data) <= BITS_MAX * count


def test_samples_that_end_early_are_none() -> None:
    data, count = packed(list(range(400)))
    with pytest.raises(ValueError, match="early"):
        unpack(data[:-1], count)


def test_what_no_converter_gives_is_no_sample() -> None:
    told = ((0xFF << 14 | CODE_MAX * 4 + 1) << 2).to_bytes(3)
    with pytest.raises(ValueError, match="no sample"):
        unpack(told, 1)


@given(numbers)
def test_numbers_that_were_packed_are_unpacked(values: list[int]) -> None:
    out = bytearray(600)
    end = checked(samples.put_numbers)(values, len(values), out, 0, 595)
    assert unpack_numbers(bytes(out[:end])) == tuple(values)


def test_numbers_that_find_no_room_are_left_out_and_nothing_is_written_behind_it() -> None:
    out = bytearray(30)
    end = samples.put_numbers([2**29] * 20, 20, out, 0, 20)
    assert end > 20
    assert not any(out[25:])


def test_a_number_that_is_not_whole_is_none() -> None:
    with pytest.raises(ValueError, match="not whole"):
        unpack_numbers(b"\x01\x80")


@pytest.mark.parametrize("seed", range(6))
def test_samples_of_every_size_come_out_as_they_went_in(seed: int) -> None:
    chance = random.Random(seed)
    ring = [0] * 256
    for at in range(0, 256, 4):
        level = chance.choice((0, 2000, 2048, 2100, 4095))
        ring[at : at + 4] = [level, level, min(level + chance.choice((0, 1, 40)), 4095), level]
    state, out = samples.new_state(255), bytearray(400)
    samples.begin(5, state)
    samples.put(ring, 128, 64, out, state)
    data = bytes(out[5 : samples.end(out, state)])
    expected = [sum(ring[at : at + 4]) for at in [*range(128, 256, 4), *range(0, 128, 4)]]
    assert list(unpack(data, 64)) == expected
    assert out[:5] == bytes(5)


def test_the_samples_are_four_times_mid_scale_at_rest_and_small_numbers_take_a_byte() -> None:
    assert samples.CENTRE == 4 * 2048
    out = bytearray(20)
    assert samples.put_numbers([0, -1, 1, -64, 63, 64], 6, out, 3, 20) == 3 + 5 + 2
    assert bytes(out[3:10]) == bytes((0, 1, 2, 127, 126, 128, 1))


WRITTEN = bytes.fromhex(
    "000ca70fd67fb6b1ffffe7f800000100040000040018000003fe00000b807800e004000000000000000010010000000000000000000000351774"
    "728d1c"
)
READ = [8192, 8190, 8200, 8150, 8300, 7000, 16380, 0, 1, 0, 0, 2, 0, 0, 0, 8192, 8180, 8195, 8191, *[8192] * 6, 8193]
READ += [*[8192] * 9, 8191, 8400, 8900, 8050, 8192]


CALMER = bytes.fromhex(
    "0a9c2040388004282007fe07500512400017f27124082fd40a175c208275fea520208a00840841005fe703ae000000000000000000000000"
)
CALM = [8189, 8169, 8171, 8173, 8173, 8223, 8223, 8224, 8221, 8220, 8220, 8219, 8309, 8309, 8306, 8308, 8328, 8328]
CALM += [8328, 8325, 8375, 8425, 8445, 8447, 8444, 8534, 8531, 8532, 8472, 8474, 8476, 8478, 8418, 8508, 8558, 8559]
CALM += [8561, 8581, 8580, 8581, 8580, 8581, 8582, 8582, 8579, 8519, 8519, *[8459] * 27]


@pytest.mark.parametrize(("written", "read"), [(WRITTEN, READ), (CALMER, CALM)])
def test_samples_are_written_as_they_always_were_and_what_was_written_is_read(written: bytes, read: list[int]) -> None:
    raw = [sample + more >> 2 for sample in read for more in range(4)]
    assert packed(raw) == (written, len(read))
    assert unpack(written, len(read)) == read
