"""Frames: sealed, stuffed, and small enough for the driver's queue."""

import binascii
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband_fw.link import frames, messages

payloads = st.binary(max_size=messages.PAYLOAD_MAX)
byte = st.integers(0, 255)


def packed(kind: int, number: int, payload: bytes) -> bytes:
    body = bytearray(messages.BODY_MAX)
    body[: 2 + len(payload)] = bytes((kind, number)) + payload
    wire = bytearray(frames.WIRE_MAX)
    return bytes(wire[: frames.pack(body, len(payload), wire)])


def unpacked(wire: bytes) -> tuple[int, int, bytes] | None:
    buffer = bytearray(wire)
    length = frames.unpack(buffer, len(buffer))
    return None if length < 0 else (buffer[0], buffer[1], bytes(buffer[2 : 2 + length]))


@given(byte, byte, payloads)
def test_a_frame_comes_out_as_it_went_in(kind: int, number: int, payload: bytes) -> None:
    assert unpacked(packed(kind, number, payload)[:-1]) == (kind, number, payload)


@given(byte, byte, payloads)
def test_a_frame_fits_the_driver_s_queue_and_ends_with_its_only_zero(kind: int, number: int, payload: bytes) -> None:
    wire = packed(kind, number, payload)
    assert len(wire) <= frames.WIRE_MAX
    assert wire.find(0) == len(wire) - 1


@given(byte, byte, payloads, st.data())
def test_a_frame_with_a_flipped_bit_is_none(kind: int, number: int, payload: bytes, data: st.DataObject) -> None:
    wire = bytearray(packed(kind, number, payload)[:-1])
    wire[data.draw(st.integers(0, len(wire) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert unpacked(wire) is None


@given(byte, byte, payloads, st.data())
def test_a_part_of_a_frame_is_none(kind: int, number: int, payload: bytes, data: st.DataObject) -> None:
    wire = packed(kind, number, payload)[:-1]
    assert unpacked(wire[: data.draw(st.integers(0, len(wire) - 1))]) is None


@given(st.binary(max_size=frames.WIRE_MAX))
def test_noise_is_no_frame(noise: bytes) -> None:
    assert unpacked(noise) is None


def test_a_sealed_body_that_is_longer_than_a_body_may_be_is_none() -> None:
    content = bytes(range(1, messages.BODY_MAX - 2))
    body = content + struct.pack("<I", binascii.crc32(content))
    assert len(body) == messages.BODY_MAX + 1
    assert unpacked(bytes((len(body) + 1,)) + body) is None


def test_the_checksum_is_crc_32_of_kind_number_and_payload() -> None:
    wire = packed(messages.STATUS, 33, b"abc")
    assert wire[1:6] == b"\x02\x21abc"
    assert wire[6:10] == struct.pack("<I", binascii.crc32(b"\x02\x21abc"))


def test_sizes_are_those_of_the_layouts() -> None:
    assert messages.OVERHEAD == 2 + 4
    assert messages.PAYLOAD_MAX == messages.BODY_MAX - messages.OVERHEAD
    assert messages.READ_MAX == messages.PAYLOAD_MAX - 4
    assert struct.calcsize(messages.ENTRY_FORMAT) == messages.ENTRY_SIZE
    assert struct.calcsize(messages.SAMPLE_FORMAT) == messages.SAMPLE_SIZE
    assert struct.calcsize(messages.STATUS_FORMAT + messages.LIFTED_FORMAT[1:]) <= messages.PAYLOAD_MAX


@pytest.mark.parametrize("kind", [messages.HELLO, messages.READ, messages.HASH, messages.RESET])
def test_an_answer_is_no_request_no_sample_and_no_refusal(kind: int) -> None:
    answer = kind | messages.ANSWER
    assert answer not in (kind, messages.SAMPLE, messages.REFUSED)
