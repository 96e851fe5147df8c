"""A session of a simulated band as that of the recording which it felt."""

import struct
from dataclasses import fields

import numpy as np
import pytest

from buzzband.recordings.adopted import adopted
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.recordings.lifting import Hold, Rep, Set
from buzzband.recordings.tellings import tellings
from buzzband_fw.core.words import ON_TARGET, WITHHELD
from buzzband_fw.store import records
from recordings.log_builder import SESSION, LogWriter, course

NEW = "ffeeddccbbaa9988"
HEADER = {"format": 1, "session": NEW, "settings": {"rest": 1, "reference": 9}}
UTC_MS = 1_430_000_000_000
CHANGED = {"session_id", "header", "cues", "faults", "answers", "marks", "times", "missing"}


def simulated() -> LogWriter:
    made = LogWriter().header().activation(1, course(0, 100), 8).movement(7, [n % 90 for n in range(25)])
    made.rep(Rep(0, 0, 0, 8, 8, 20, 700, 0, 560, 480, 371, 268)).cue(20).hold(Hold(10, 500, 400))
    return made.cue(150).set(Set(0, 0, 0, 0, 1, 20, 146, 2000)).end(200, records.BY_HOST)


def taken_over(made: LogWriter, utc_ms: int | None = None) -> SessionLog:
    return read_log(adopted(made.bytes(), SESSION, HEADER, utc_ms, 1000))


def test_all_that_was_felt_stays() -> None:
    before, after = read_log(simulated().bytes()), taken_over(simulated())
    for one in fields(SessionLog):
        if one.name not in CHANGED | {"lifting"}:
            np.testing.assert_array_equal(getattr(after, one.name), getattr(before, one.name), one.name)
    np.testing.assert_array_equal(after.lifting.degrees, before.lifting.degrees)
    for name in ("reps", "sets", "holds"):
        assert getattr(after.lifting, name) == getattr(before.lifting, name)
    assert (after.session_id, after.header, after.missing, after.damaged) == (NEW, HEADER, (), 0)


def test_it_is_told_when_it_was() -> None:
    made = simulated().bytes()
    assert tellings(adopted(made, SESSION, HEADER, None, 0), NEW) == tellings(made, SESSION)


def test_every_word_is_withheld_for_nobody_felt_it() -> None:
    assert [(cue.block, cue.word) for cue in taken_over(simulated()).cues] == [
        (20, ON_TARGET | WITHHELD),
        (150, ON_TARGET | WITHHELD),
    ]


def test_what_happened_to_the_simulated_band_is_left_out() -> None:
    made = simulated().fault(5, records.IMU_ABSENT, 0).time(3, 1_764_000_000_000)
    made.record(records.ANSWER, struct.pack("<HBB", 0, 2, 3))
    made.record(records.MARK, struct.pack("<I", 7))
    after = taken_over(made)
    assert (after.faults, after.times, after.answers, after.marks) == ((), (), (), ())


@pytest.mark.parametrize("utc_ms", [UTC_MS, 0])
def test_the_start_is_a_time_mark_at_its_first_block(utc_ms: int) -> None:
    after = taken_over(simulated(), utc_ms)
    assert [(time.block, time.t_ms, time.utc_ms, time.round_trip_ms) for time in after.times] == [
        (0, after.t_ms, utc_ms, 1000)
    ]
