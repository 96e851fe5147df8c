"""Frames out of a stream: found wherever they are, in bounded memory."""

import itertools
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from buzzband.transports.frame_reader import Frame, FrameReader, packed
from buzzband_fw.link import frames, messages
from transports.fake_band import Player

payloads = st.binary(max_size=messages.PAYLOAD_MAX)
some_frames = st.lists(st.builds(Frame, st.integers(0, 255), st.integers(0, 255), payloads), max_size=6)


def wire(frame: Frame) -> bytes:
    return packed(frame.kind, frame.number, frame.payload)


def reader(pieces: Iterator[bytes]) -> tuple[FrameReader, Player]:
    player = Player(pieces)
    return FrameReader(player, player.clock), player


def read_all(pieces: Iterator[bytes]) -> list[Frame]:
    found, player = reader(pieces)
    return list(iter(lambda: found.next(player.clock.now + 1.0), None))


@given(some_frames, st.integers(1, 40))
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(sent: list[Frame], length: int) -> None:
    stream = b"".join(map(wire, sent))
    assert read_all(iter(stream[at : at + length] for at in range(0, len(stream), length))) == sent


@given(some_frames, st.lists(st.binary(max_size=600), min_size=7, max_size=7))
def test_junk_between_zeros_hides_no_frame(sent: list[Frame], junk: list[bytes]) -> None:
    pieces = [noise + b"\0" + wire(frame) for noise, frame in zip(junk, sent, strict=False)]
    assert read_all(iter(pieces)) == sent


def test_the_longest_frame_passes_and_nothing_longer() -> None:
    longest = wire(Frame(0x84, 200, bytes(range(1, 235))))
    found, player = reader(iter([longest, b"\x01" * 400 + b"\0"]))
    assert found.next(1.0) == Frame(0x84, 200, bytes(range(1, 235)))
    assert found.next(1.0) is None
    assert (found.damaged, player.taken) == (1, len(longest) + 401)


def test_bytes_without_a_zero_are_not_hoarded() -> None:
    found, player = reader(itertools.repeat(b"x" * 4096))
    assert found.next(1.0) is None
    assert player.taken > 4_000_000
    assert len(found._waiting) <= 4096 + frames.WIRE_MAX


def test_zeros_without_end_are_not_waited_out() -> None:
    found, player = reader(itertools.repeat(bytes(4096)))
    assert found.next(0.5) is None
    assert player.clock.now < 0.6
    assert found.damaged == 0


def test_a_prompt_is_seen_until_the_next_frame() -> None:
    hello = Frame(0x81, 40, b"{}")
    found, _ = reader(iter([b"\r\n>>> ", b"\0" + wire(hello)]))
    assert found.next(0.0005) is None
    assert found.at_prompt
    assert found.next(1.0) == hello
    assert not found.at_prompt
