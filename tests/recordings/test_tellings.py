"""When the band told its reps and sets."""

import struct
from dataclasses import astuple

from buzzband.recordings.lifting import Rep, Set
from buzzband.recordings.tellings import Telling, tellings
from buzzband_fw.store import records
from recordings.log_builder import SESSION, LogWriter

REP = Rep(0, 0, 0, 8, 0, 100, 800, 100, 900, 700, 500, 300)
SET = Set(0, 0, 8, 0, 3, 100, 900, 2700)
START_MS = 5000


def session(start_ms: int = START_MS) -> LogWriter:
    """A rep told after block 290, a cue of block 200, which was noted after block 201, and a set after block 1700."""
    made = LogWriter().header()
    made.record(records.CUE, struct.pack("<IB", 200, 1), start_ms + 2020)
    made.record(records.CUE, struct.pack("<IB", 250, 1), start_ms + 2560)  # late, for flash was written
    made.record(records.REP, struct.pack(records.REP_FORMAT, *astuple(REP)), start_ms + 2910)
    made.record(records.SET, struct.pack(records.SET_FORMAT, *astuple(SET)), start_ms + 17_010)
    return made


def test_the_clock_of_a_cue_tells_after_which_block_a_rep_was_told() -> None:
    assert tellings(session().bytes(), SESSION) == (Telling(290, REP), Telling(1700, SET))


def test_without_a_cue_the_end_tells() -> None:
    made = LogWriter().header()
    made.record(records.REP, struct.pack(records.REP_FORMAT, *astuple(REP)), START_MS + 2910)
    made.record(records.END, struct.pack("<IB", 1800, 1), START_MS + 18_000)
    assert tellings(made.bytes(), SESSION) == (Telling(290, REP),)


def test_a_clock_that_begins_anew_makes_no_difference() -> None:
    for start_ms in range((1 << 30) - 18_000, 1 << 30, 500):
        assert tellings(session(start_ms).bytes(), SESSION) == tellings(session().bytes(), SESSION)


def test_where_nothing_tells_the_clock_nothing_is_told() -> None:
    made = LogWriter().header().rep(REP)
    assert tellings(made.bytes(), SESSION) == ()


def test_a_record_that_comes_twice_is_told_once() -> None:
    made = session()
    assert len(tellings(made.bytes() + made.pieces[3], SESSION)) == 2
