"""What a band's cue was told, and when."""

import struct
from dataclasses import astuple

from buzzband.recordings.lifting import Rep, Set
from buzzband.recordings.tellings import Telling, Top, tellings
from buzzband_fw.store import records
from recordings.log_builder import SESSION, LogWriter, told

TOP = Top(1, 340, 700, 690)
REP = Rep(0, 0, 0, 8, 0, 100, 800, 100, 900, 700, 500, 300)
SET = Set(0, 0, 8, 0, 3, 100, 900, 2700)


def session() -> LogWriter:
    """A top told after block 220, a rep after block 290, and a set after block 1700."""
    made = LogWriter().header()
    made.record(records.TOP, struct.pack(records.TOP_FORMAT, *astuple(TOP)) + told(220, 3, records.MUSCLE_TOLD))
    return made.rep(REP, told(290, 2, records.ALIKE)).set(SET, told(1700, 4, 0))


def test_tops_reps_and_sets_say_when_the_cue_was_told() -> None:
    assert tellings(session().bytes(), SESSION) == (
        Telling(220, 3, True, False, TOP),
        Telling(290, 2, False, True, REP),
        Telling(1700, 4, False, False, SET),
    )


def test_what_does_not_say_when_is_left_out() -> None:
    assert tellings(LogWriter().header().rep(REP).rep(REP, told(290)[:-1]).bytes(), SESSION) == ()


def test_a_record_that_comes_twice_is_told_once() -> None:
    made = session()
    assert len(tellings(made.bytes() + made.pieces[2], SESSION)) == 3
