"""The recorder: what the app notes of the movement is what the host reads."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.recordings.lifting import Hold, Rep, Set
from buzzband_fw.store import records, session
from buzzband_fw.store.recorder import Recorder
from store.test_session import ilistdir

SESSION = bytes.fromhex("00112233445566aa")
HEADER = b'{"session": "00112233445566aa"}'
FIRST_STEP = 100

REP = SimpleNamespace(
    number=2, revision=1, source=3, flags=5, start=130, concentric_ms=1200, hold_ms=300, eccentric_ms=1500,
    peak=900, concentric=600, eccentric=400,
)  # fmt: skip
SET = SimpleNamespace(
    number=1, revision=1, source=8, exercise=SimpleNamespace(pace=0), count=7, start=110, end=400, cycle_ms=3000
)


class PicoFile(io.FileIO):
    """A file as MicroPython has it: a write may be told how many bytes to take."""

    def write(self, data: Any, count: int | None = None) -> int:
        return super().write(bytes(data[:count]))


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any], None]], SessionLog]:
    """What the host reads after something was noted in a session of 1000 blocks."""

    def log(note: Callable[[Any], None]) -> SessionLog:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(session, "open", PicoFile, raising=False)
        monkeypatch.setattr(os, "ilistdir", ilistdir, raising=False)
        recorder = Recorder()
        recorder.open(SESSION, HEADER, 0)
        note(recorder)
        recorder.close(1000, records.BY_BUTTON, 0)
        while recorder.merge():
            pass
        assert [path.name for path in (tmp_path / session.FOLDER).iterdir()] == [f"{SESSION.hex()}.bbl"]
        return read_log((tmp_path / session.path_of(SESSION)).read_bytes())

    return log


def test_a_rep_is_told_with_the_block_of_the_session_that_it_begins_with(noted) -> None:
    log = noted(lambda recorder: recorder.rep(1, REP, FIRST_STEP, 0))
    assert log.lifting.reps == (Rep(1, 2, 1, 3, 5, 60, 1200, 300, 1500, 900, 600, 400),)


def test_a_set_is_told_with_the_blocks_that_it_begins_and_ends_with(noted) -> None:
    log = noted(lambda recorder: recorder.set(SET, False, FIRST_STEP, 0))
    assert log.lifting.sets == (Set(1, 1, 8, 0, 7, 20, 600, 3000),)


def test_a_set_tells_whether_the_band_was_to_keep_silent_in_it(noted) -> None:
    (one,) = noted(lambda recorder: recorder.set(SET, True, FIRST_STEP, 0)).lifting.sets
    assert (one.silent, one.pace_name, one.steady) == (True, "reps", False)


def test_a_hold_is_told_with_its_length_in_ms(noted) -> None:
    hold = SimpleNamespace(start=150, steps=120, permille=640)
    log = noted(lambda recorder: recorder.hold(hold, FIRST_STEP, 0))
    assert log.lifting.holds == (Hold(100, 2400, 640),)


def test_what_began_before_the_session_begins_with_it(noted) -> None:
    log = noted(lambda recorder: recorder.rep(0, REP, REP.start + 5, 0))
    assert log.lifting.reps[0].start_block == 0


def test_phases_too_long_for_their_field_are_as_long_as_it_can_tell(noted) -> None:
    slow = SimpleNamespace(**{**vars(REP), "concentric_ms": 70_000, "hold_ms": 80_000, "eccentric_ms": 90_000})
    (rep,) = noted(lambda recorder: recorder.rep(0, slow, 0, 0)).lifting.reps
    assert (rep.concentric_ms, rep.hold_ms, rep.eccentric_ms) == (65535,) * 3


def test_degrees_stand_where_they_were_felt_and_a_gap_stays_one(noted) -> None:
    def note(recorder: Any) -> None:
        for index in [*range(30), *range(40, 60)]:
            recorder.movement(4 * (index + 1), 100 + index, 0)

    degrees = noted(note).lifting.degrees
    expected = np.array([100 + index if index < 30 or index >= 40 else 0 for index in range(60)])
    np.testing.assert_array_equal(degrees[:60], expected)


def test_what_finds_no_room_in_ram_is_left_out_and_no_record_is_torn(noted) -> None:
    log = noted(lambda recorder: [recorder.rep(0, REP, 0, 0) for _ in range(200)])
    assert (log.damaged, log.missing) == (0, ())
    assert 25 < len(log.lifting.reps) < 29
