"""What a recorded session tells of a recording that it was made from."""

import pytest

from buzzband.engines.recorded import Recorded
from buzzband.errors import EngineFailed
from buzzband.recordings.band_log import read_log
from buzzband.recordings.lifting import Hold
from buzzband_fw.store import records
from recordings.lifting_builder import ended, rep
from recordings.log_builder import SESSION, LogWriter

BLOCKS = 2000


def log() -> LogWriter:
    """Twenty seconds and a second more, with something in either part."""
    made = LogWriter().header()
    for first in range(0, 1050, 100):
        made.activation(1 + 2 * first, [600] * min(100, 1050 - first))
    for first in range(0, 262, 100):
        made.movement(7 + 8 * first, [40] * min(100, 262 - first))
    made.cue(500).cue(BLOCKS).fault(600, records.CUE_LATE, 120).fault(BLOCKS, records.CUE_LATE, 120)
    made.rep(rep(0, start_block=1900)).rep(rep(1, start_block=BLOCKS)).hold(Hold(BLOCKS, 900, 700))
    return made.set(ended(2, start_block=1900, end_block=2090))


def recorded(made: LogWriter) -> Recorded:
    return Recorded(SESSION, made.bytes(), read_log(made.bytes()))


def test_what_begins_beyond_the_recording_is_not_of_it() -> None:
    track = recorded(log().end(2100)).track(BLOCKS)
    assert (len(track.permille), len(track.flags), len(track.lifting.degrees)) == (1000, 1000, 250)
    assert (track.cues, track.faults) == (((500, 1),), ((600, "cue_late", 120),))
    assert (track.lifting.reps, track.lifting.holds) == ((rep(0, start_block=1900),), ())


def test_a_set_that_ends_beyond_the_recording_is_of_it() -> None:
    track = recorded(log().end(2100)).track(BLOCKS)
    assert track.lifting.sets == (ended(2, start_block=1900, end_block=2090),)


@pytest.mark.parametrize("made", [log(), log().end(BLOCKS - 1)], ids=["cut off", "too short"])
def test_a_session_that_is_not_whole_is_refused(made: LogWriter) -> None:
    with pytest.raises(EngineFailed, match="not whole"):
        recorded(made).track(BLOCKS)
