"""Whatever is at the other end: an answer that holds, or a LinkError; in bounded time and memory."""

import itertools
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.errors import LinkError
from buzzband.transports.frame_reader import packed
from buzzband.transports.link import Link
from buzzband_fw.link import frames, messages
from transports.fake_band import MONDAY, Clock, FakeBand, Player, content

Reply = Callable[[int, int, bytes], bytes]
"""What is sent for the kind, number and payload of a request."""

u32 = st.sampled_from((0, 1, 229, 230, 65535, 1 << 20, 1 << 21, (1 << 32) - 1))
payloads = st.one_of(
    st.binary(max_size=messages.PAYLOAD_MAX),
    st.builds(lambda count, rest: struct.pack("<H", count) + rest, st.integers(0, 65535), st.binary(max_size=216)),
    st.builds(lambda offset, rest: struct.pack("<I", offset) + rest, u32, st.binary(max_size=230)),
    st.builds(lambda size: struct.pack("<H8sI", 1, bytes.fromhex(MONDAY), size), u32),
    st.builds(lambda length: struct.pack("<I32s", length, bytes(32)), u32),
    st.text(max_size=50).map(lambda text: b'{"protocol": 1, "uid": "' + text.encode() + b'"}'),
)


def answering(payload: bytes, kind_change: int = 0, number_change: int = 0) -> Reply:
    return lambda kind, number, _: packed(
        (kind | messages.ANSWER) ^ kind_change, (number + number_change) & 255, payload
    )


def cut_short(payload: bytes, length: int) -> Reply:
    return lambda kind, number, _: packed(kind | messages.ANSWER, number, payload)[:length]


replies = st.one_of(
    st.builds(answering, payloads),
    st.builds(answering, payloads, st.integers(0, 255), st.integers(0, 255)),
    st.builds(cut_short, payloads, st.integers(0, 240)),
    st.builds(
        lambda reason, asked: lambda _k, n, _p: packed(0xFF, n, bytes((reason, asked))),
        st.integers(0, 255),
        st.integers(0, 9),
    ),
    st.binary(max_size=2000).map(lambda junk: lambda _k, _n, _p: junk),
    st.sampled_from((b">>> ", b"raw REPL; CTRL-B to exit\r\n>", b"\0" * 500, b"")).map(lambda t: lambda _k, _n, _p: t),
    st.just(lambda kind, number, payload: packed(kind, number, payload)),  # an echo
)
requests = st.sampled_from(("hello", "status", "sessions", "read", "hash", "pull", "stream", "repl", "reset"))


@dataclass
class HostileBand:
    """A ``Stream`` that hears requests and says what it was told to say, over and over."""

    script: Iterator[Reply]
    clock: Clock = field(default_factory=Clock)
    coming: bytearray = field(default_factory=bytearray)
    heard: int = 0

    def read(self, timeout_s: float) -> bytes:
        self.clock.now += 0.001 if self.coming else timeout_s
        data = bytes(self.coming[:4096])
        del self.coming[:4096]
        return data

    def write(self, data: bytes) -> None:
        self.heard += 1
        piece = bytearray(data.strip(b"\0"))
        length = frames.unpack(piece, len(piece))
        if length >= 0:
            self.coming += next(self.script)(piece[0], piece[1], bytes(piece[2 : 2 + length]))

    def close(self) -> None:
        """Nothing to let go of."""


def asked(link: Link, request: str) -> object:
    arguments = {"read": (MONDAY, 0, 230), "hash": (MONDAY, 230), "pull": (MONDAY,), "stream": (True,)}
    answer: object = getattr(link, request)(*arguments.get(request, ()))
    return answer


@settings(max_examples=300, deadline=None)
@given(st.lists(replies, min_size=1, max_size=8), st.lists(requests, min_size=1, max_size=4))
def test_no_transcript_brings_anything_but_an_answer_or_a_link_error(script: list[Reply], wanted: list[str]) -> None:
    band = HostileBand(itertools.cycle(script))
    link = Link(band, patience_s=0.5, clock=band.clock)
    for request in wanted:
        with suppress(LinkError):
            asked(link, request)
    assert band.clock.now < 60 * len(wanted)


@settings(max_examples=200, deadline=None)
@given(st.lists(replies, min_size=1, max_size=8))
def test_no_byte_is_pulled_that_the_band_does_not_have_there(script: list[Reply]) -> None:
    honest = FakeBand({MONDAY: content(600)})

    def mixed(kind: int, number: int, payload: bytes) -> bytes:
        honest.write(packed(kind, number, payload))
        return next(spoilt)(kind, number, payload) + b"\0" + honest.read(1.0)

    spoilt = itertools.cycle(script)
    band = HostileBand(itertools.repeat(mixed))
    with suppress(LinkError):
        pulled = Link(band, patience_s=0.5, clock=band.clock).pull(MONDAY)
        assert content(600).startswith(pulled)  # a list of sessions that lies about the size can hide the end


@given(st.lists(st.binary(min_size=1, max_size=4096), min_size=1, max_size=5))
def test_endless_output_ends_with_the_patience(pieces: list[bytes]) -> None:
    noise = Player(itertools.cycle(pieces), step_s=0.05)
    with pytest.raises(LinkError):
        Link(noise, patience_s=0.5, clock=noise.clock).status()
    assert noise.clock.now < 1.8


@pytest.mark.parametrize("piece", [b"\xff" * 4096, bytes(4096), b"\x07abcdef\0" * 512, (b"\x01" * 200 + b"\0") * 20])
def test_endless_output_as_fast_as_it_can_be_read_ends_with_the_patience_on_the_wall(piece: bytes) -> None:
    noise = Player(itertools.repeat(piece))
    began = time.monotonic()
    with pytest.raises(LinkError):
        Link(noise, patience_s=0.1).hello()
    assert time.monotonic() - began < 3.0


def test_samples_without_end_do_not_fill_memory() -> None:
    flood = packed(messages.SAMPLE, 1, bytes(messages.SAMPLE_SIZE)) * 100
    noise = Player(itertools.repeat(flood))
    link = Link(noise, patience_s=0.5, clock=noise.clock)
    with pytest.raises(LinkError):
        link.status()
    assert len(link._samples) == 1024
