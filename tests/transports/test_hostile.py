"""Whatever is at the other end: an answer that holds, or a LinkError; in bounded time and memory."""

import itertools
import re
import time
import tracemalloc
from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband.errors import LinkError
from buzzband.transports.frame_reader import packed
from buzzband.transports.link import Link
from buzzband_fw.link import messages
from counts import count
from transports.fake_band import TUESDAY, Player
from transports.hostile import HONEST, LONGEST_S, PATIENCE_S, HostileBand, Told, converse

TRANSCRIPTS = 2000
SHARE = 60  # of them, in make test
PEAK_MAX = 1 << 20  # bytes: a few sessions of 20 KB, and what is told of each transcript
ID = re.compile(r"[0-9a-f]{16}")


def heard(seeds: Iterable[int]) -> list[Told]:
    """What hosts get out of the bands of these seeds, each within its time and in little memory."""
    found = []
    for seed in seeds:
        band = HostileBand(seed)
        told = converse(band)
        assert band.clock.now < LONGEST_S, seed
        assert all(text.isprintable() for text in told.texts), seed
        assert all(ID.fullmatch(name) for name in told.ids), seed
        found.append(told)
    return found


def test_no_band_brings_anything_but_an_answer_or_a_link_error() -> None:
    found = heard(range(SHARE))
    assert sum(told.answered for told in found) > SHARE  # some of them hold
    assert sum(told.refused for told in found) > SHARE


def test_no_band_fills_memory() -> None:
    tracemalloc.start()
    heard(range(SHARE, SHARE + 4))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < PEAK_MAX
    count("hostile_transcripts", peak_memory_bytes=peak_bytes)


def test_what_a_band_that_does_not_lie_has_is_pulled_or_nothing_is() -> None:
    pulled = 0
    for seed in range(SHARE):
        band = HostileBand(seed, HONEST)
        with suppress(LinkError):
            assert Link(band, patience_s=PATIENCE_S, clock=band.clock).pull(TUESDAY) == band.sessions[TUESDAY]
            pulled += 1
    assert SHARE / 4 < pulled < SHARE


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_2000_hostile_transcripts() -> None:
    found = heard(range(TRANSCRIPTS))
    count(
        "hostile_transcripts",
        transcripts=TRANSCRIPTS,
        answers=sum(told.answered for told in found),
        link_errors=sum(told.refused for told in found),
    )


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
    assert len(link._talk.samples) == 1024
