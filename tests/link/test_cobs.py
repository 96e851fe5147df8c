"""Byte stuffing: no zero inside, everything back, and nothing but what was stuffed is taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband_fw.link.cobs import stuff, unstuff

contents = st.one_of(
    st.binary(max_size=253),
    st.lists(st.sampled_from((b"\0", b"\0\0", b"x" * 252, b"x" * 253, b"x" * 126)), max_size=9)
    .map(b"".join)
    .map(lambda content: content[:253]),
)


def stuffed(content: bytes) -> bytes:
    target = bytearray(len(content) + 2)
    return bytes(target[: stuff(len(content), target, content)])


def unstuffed(wire: bytes) -> bytes | None:
    buffer = bytearray(wire)
    length = unstuff(buffer, len(wire))
    return None if length < 0 else bytes(buffer[:length])


@given(contents)
def test_the_only_zero_is_the_last_byte(content: bytes) -> None:
    wire = stuffed(content)
    assert wire.endswith(b"\0")
    assert 0 not in wire[:-1]


@given(contents)
def test_stuffing_adds_two_bytes(content: bytes) -> None:
    assert len(stuffed(content)) == len(content) + 2


@given(contents)
def test_what_was_stuffed_comes_back(content: bytes) -> None:
    assert unstuffed(stuffed(content)[:-1]) == content


@pytest.mark.parametrize(
    ("content", "wire"),
    [  # Cheshire and Baker, as in Wikipedia's table
        (b"", "01 00"),
        (b"\x00", "01 01 00"),
        (b"\x00\x00", "01 01 01 00"),
        (b"\x00\x11\x00", "01 02 11 01 00"),
        (b"\x11\x22\x00\x33", "03 11 22 02 33 00"),
        (b"\x11\x22\x33\x44", "05 11 22 33 44 00"),
        (b"\x11\x00\x00\x00", "02 11 01 01 01 00"),
    ],
)
def test_known_contents_are_stuffed_as_published(content: bytes, wire: str) -> None:
    assert stuffed(content) == bytes.fromhex(wire)


@given(st.binary(max_size=300))
def test_what_was_not_stuffed_is_refused_or_is_what_some_content_becomes(wire: bytes) -> None:
    content = unstuffed(wire)
    assert content is None or len(content) <= max(len(wire) - 1, 0)


@given(contents.filter(bool), st.data())
def test_a_zero_within_is_refused(content: bytes, data: st.DataObject) -> None:
    wire = bytearray(stuffed(content)[:-1])
    code_at = 0
    codes = []
    while code_at < len(wire):
        codes.append(code_at)
        code_at += wire[code_at]
    wire[data.draw(st.sampled_from(codes))] = 0
    assert unstuffed(wire) is None


@given(contents)
def test_a_run_that_reaches_beyond_the_end_is_refused(content: bytes) -> None:
    wire = stuffed(content)[:-1]
    assert unstuffed(b"\x05abc") is None
    assert unstuffed(wire + b"\x02") is None


@given(contents, st.binary(max_size=20))
def test_nothing_is_written_beyond_what_is_told(content: bytes, rest: bytes) -> None:
    target = bytearray(len(content) + 2) + rest
    assert stuff(len(content), target, content) == len(content) + 2
    assert target[len(content) + 2 :] == rest
