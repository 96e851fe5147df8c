"""The reader of series is held against one that follows docs/log-format.md bit by bit."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from buzzband.recordings import series
from buzzband_fw.store.series import FLAGS_SHIFT, LEVEL_MAX
from recordings import slow_series
from recordings.log_builder import series as packed

FLAGGED = 8 << FLAGS_SHIFT

jumps = st.lists(st.sampled_from((0,) * 12 + (1, -1, 3, -7, 300, -300)), min_size=1, max_size=255)
courses = jumps.map(lambda steps: [abs(sum(steps[:end])) % (LEVEL_MAX + 1) for end in range(len(steps))])
flagged = st.builds(
    lambda course, at: [level | FLAGGED * (n % at == 0) for n, level in enumerate(course)], courses, st.integers(3, 300)
)
whole = st.builds(packed, st.integers(0, 1 << 30), courses | flagged)
altered = st.builds(
    lambda data, at, bit: bytes(byte ^ (1 << bit if n == at % len(data) else 0) for n, byte in enumerate(data)),
    whole,
    st.integers(0),
    st.integers(0, 7),
)
cut = st.builds(lambda data, at: data[: at % len(data)], whole, st.integers(0))


def told(read: Callable[[bytes], tuple[int, list[int], list[int]]], payload: bytes) -> object:
    try:
        return read(payload)
    except ValueError:
        return None


@given(whole | altered | cut | st.binary(max_size=60))
def test_it_reads_what_is_read_bit_by_bit_and_refuses_what_that_refuses(payload: bytes) -> None:
    assert told(series.unpack, payload) == told(slow_series.unpack, payload)
