"""The checksum that allocates nothing is CRC-32 as binascii has it."""

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband_fw import crc

contents = st.binary(max_size=300)
seeds = st.integers(0, 2**32 - 1)


def sealed(content: bytes, seed: int = 0, before: bytes = b"") -> bytes:
    buffer = bytearray(before + content + bytes(crc.SIZE))
    crc.seal(buffer, len(before), len(before) + len(content), crc.new_state(seed))
    return bytes(buffer)


@given(contents, seeds, st.binary(max_size=20))
def test_a_seal_is_the_crc_32_of_what_is_before_it(content: bytes, seed: int, before: bytes) -> None:
    expected = binascii.crc32(content, seed).to_bytes(crc.SIZE, "little")
    assert sealed(content, seed, before) == before + content + expected


@given(contents, seeds)
def test_what_is_sealed_is_found_sealed(content: bytes, seed: int) -> None:
    whole = sealed(content, seed, b"before")
    assert crc.is_sealed(whole, 6, len(whole), crc.new_state(seed)) == 1


@given(contents, st.data())
def test_a_flipped_bit_breaks_the_seal(content: bytes, data: st.DataObject) -> None:
    whole = bytearray(sealed(content))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert crc.is_sealed(whole, 0, len(whole), crc.new_state()) == 0


@given(contents, seeds, seeds)
def test_a_seal_of_another_seed_is_none(content: bytes, seed: int, other: int) -> None:
    whole = sealed(content, seed)
    assert crc.is_sealed(whole, 0, len(whole), crc.new_state(other)) == (seed == other)


@pytest.mark.parametrize("length", range(crc.SIZE))
def test_what_is_shorter_than_a_seal_is_not_sealed(length: int) -> None:
    assert crc.is_sealed(bytes(8), 2, 2 + length, crc.new_state()) == 0


@given(st.lists(contents, min_size=2, max_size=4), seeds)
def test_a_state_serves_one_seal_after_the_other(all_contents: list[bytes], seed: int) -> None:
    state = crc.new_state(seed)
    for content in all_contents:
        buffer = bytearray(content + bytes(crc.SIZE))
        crc.seal(buffer, 0, len(content), state)
        assert buffer == sealed(content, seed)
        assert crc.is_sealed(buffer, 0, len(buffer), state) == 1
