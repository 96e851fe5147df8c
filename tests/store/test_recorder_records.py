"""The recorder, record by record: what each holds, when it goes to flash, and what happens where there is no room."""

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from buzzband.recordings.series import unpack
from buzzband_fw.store import records, session
from buzzband_fw.store.recorder import Recorder
from store.test_recorder import HEADER, REP, SESSION, SET, PicoFile
from store.test_session import ilistdir

LATE_MS = 3 * 2**30 + 77  # a clock modulo 2^30 shows 77
RESERVE = 32768
PLENTY = 131072


@pytest.fixture
def flash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(session, "open", PicoFile, raising=False)
    monkeypatch.setattr(os, "ilistdir", ilistdir, raising=False)
    return tmp_path / session.FOLDER


@pytest.fixture
def recorder(flash: Path) -> Recorder:
    made = Recorder()
    made.open(SESSION, HEADER, 5)
    return made


def parsed(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, t_ms and payload of each record."""
    at = 0
    while at < len(data):
        _, kind, _, length, _, t_ms = struct.unpack_from(records.HEADER_FORMAT, data, at)
        yield kind, t_ms, data[at + records.HEADER_SIZE : at + records.HEADER_SIZE + length]
        at += records.OVERHEAD + length


def pieces(flash: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(flash.iterdir()) if path.suffix != session.SUFFIX]


def kept(flash: Path) -> list[tuple[int, int, bytes]]:
    """All records in flash."""
    return [record for path in sorted(flash.iterdir(), key=order) for record in parsed(path.read_bytes())]


def order(path: Path) -> int:
    return -1 if path.suffix == session.SUFFIX else int(path.suffix[1:])


def noted(recorder: Recorder, flash: Path) -> tuple[int, int, bytes]:
    """The record that was noted last."""
    recorder.commit(0)
    return kept(flash)[-1]


def room(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(session, "free_bytes", lambda: count)


def test_a_session_begins_with_its_header(recorder: Recorder, flash: Path) -> None:
    assert kept(flash) == [(records.HEADER, 5, HEADER)]
    assert recorder.committed == (flash / f"{SESSION.hex()}.bbl").stat().st_size == len(HEADER) + records.OVERHEAD
    assert recorder.session_id == SESSION
    assert recorder.is_flushed()


@pytest.mark.parametrize(
    ("note", "kind", "layout", "fields"),
    [
        (lambda made: made.cue(70_000, 129, LATE_MS), records.CUE, "<IB", (70_000, 129)),
        (lambda made: made.fault(9, 13, 70_000, LATE_MS), records.FAULT, "<IBI", (9, 13, 70_000)),
        (lambda made: made.answer(65_537, 9, 254, LATE_MS), records.ANSWER, "<HBB", (1, 9, 254)),
        (lambda made: made.answer(2, 255, 300, LATE_MS), records.ANSWER, "<HBB", (2, 255, 254)),
        (lambda made: made.crossings(9, 65_535, LATE_MS), records.CROSSINGS, "<IH", (9, 65_535)),
        (lambda made: made.crossings(9, 65_536, LATE_MS), records.CROSSINGS, "<IH", (9, 65_535)),
        (lambda made: made.mark(70_000, LATE_MS), records.MARK, "<I", (70_000,)),
        (lambda made: made.time(9, 1 << 40, 65_536, LATE_MS), records.TIME, "<IQH", (9, 1 << 40, 65_535)),
    ],
)
def test_a_record_holds_what_was_noted_and_when(
    recorder: Recorder, flash: Path, note: Any, kind: int, layout: str, fields: tuple[int, ...]
) -> None:
    note(recorder)
    assert noted(recorder, flash) == (kind, 77, struct.pack(layout, *fields))


@pytest.mark.parametrize(("ahead", "told"), [(7, 7), (255, 255), (256, 255)])
def test_of_tops_reps_and_sets_it_is_kept_when_the_cue_was_told(
    recorder: Recorder, flash: Path, ahead: int, told: int
) -> None:
    top = SimpleNamespace(number=65_538, ago_ms=65_536, peak=900, lift_peak=800)
    for note, kind, size in (
        (lambda: recorder.top(top, 0), records.TOP, records.TOP_SIZE),
        (lambda: recorder.rep(3, REP, 100, 0), records.REP, records.REP_SIZE),
        (lambda: recorder.set(SET, False, 100, 0), records.SET, records.SET_SIZE),
    ):
        recorder.told(70_000, ahead, 3)
        note()
        found, _, payload = noted(recorder, flash)
        assert (found, payload[size:]) == (kind, struct.pack("<IBB", 70_000, told, 3))
        if kind == records.TOP:
            assert struct.unpack("<HHHH", payload[:size]) == (2, 65_535, 900, 800)


@pytest.mark.parametrize(("count", "kept_count"), [(65_535, 65_535), (65_536, 65_535)])
def test_numbers_too_large_for_their_field_wrap_and_counts_stay_at_its_most(
    recorder: Recorder, flash: Path, count: int, kept_count: int
) -> None:
    recorder.set(SimpleNamespace(**{**vars(SET), "number": 65_537, "count": count, "cycle_ms": count}), False, 0, 0)
    fields = struct.unpack_from(records.SET_FORMAT, noted(recorder, flash)[2])
    assert (fields[0], fields[4], fields[7]) == (1, kept_count, kept_count)
    recorder.rep(65_537, SimpleNamespace(**{**vars(REP), "number": 65_538}), 0, 0)
    assert struct.unpack_from("<HH", noted(recorder, flash)[2]) == (1, 2)


def activation(recorder: Recorder, flash: Path, levels: list[int], flags: int = 0) -> list[int]:
    for index, permille in enumerate(levels):
        recorder.activation(2 * index + 1, permille, flags, 0)
    kind, _, payload = noted(recorder, flash)
    assert kind == records.ACTIVATION
    block, values, marks = unpack(payload)
    assert (block, set(marks)) == (1, {flags})
    return list(values)


def test_activation_is_rounded_to_4_permille_and_ends_at_1023_of_them(recorder: Recorder, flash: Path) -> None:
    levels = [100, 101, 102, 105, 106, 4089, 4090, 4094, 4200, 50]
    assert activation(recorder, flash, levels, 5) == [25, 25, 26, 26, 27, 1022, 1023, 1023, 1023, 13]


@pytest.mark.parametrize(
    ("levels", "values"),
    [
        ([8, 12, 4, 12, 8], [2, 2, 2, 2, 2]),  # within one step of 4 permille of what was written last
        ([8, 13, 8], [2, 3, 3]),
        ([8, 3, 8], [2, 1, 1]),
        ([28, 30, 26, 28], [7, 8, 7, 7]),  # from 30 on it does not rest
        ([40, 28, 29], [10, 7, 7]),
        ([29, 32, 28], [7, 8, 7]),
    ],
)
def test_at_rest_an_activation_stays_while_it_is_off_by_no_more_than_a_step(
    recorder: Recorder, flash: Path, levels: list[int], values: list[int]
) -> None:
    assert activation(recorder, flash, levels) == values


def test_activation_waits_for_a_commit_and_is_told_by_how_long(recorder: Recorder, flash: Path) -> None:
    assert recorder.waiting_ms() == 0
    for index in range(300):
        recorder.activation(2 * index, 400, 0, 0)
        assert recorder.waiting_ms() == 20 * (index + 1)
    assert recorder.commit(0)
    assert recorder.waiting_ms() == 0
    found = [unpack(payload)[1] for kind, _, payload in kept(flash) if kind == records.ACTIVATION]
    assert [len(values) for values in found] == [250, 50]


def test_degrees_are_told_of_the_block_at_the_end_of_their_step_250_in_a_record(
    recorder: Recorder, flash: Path
) -> None:
    for index in range(260):
        recorder.movement(4 * (index + 1), 30, 0)
    recorder.close(3000, records.BY_HOST, 0)
    found = [unpack(payload)[:2] for kind, _, payload in kept(flash) if kind == records.MOVEMENT]
    assert [(block, len(values)) for block, values in found] == [(7, 250), (7 + 250 * 8, 10)]


def test_a_piece_takes_480_bytes_and_as_many_records_as_fit_it(recorder: Recorder, flash: Path) -> None:
    size = records.OVERHEAD + records.REP_SIZE + records.TOLD_SIZE
    for _ in range(21):
        recorder.rep(0, REP, 0, 0)
    assert recorder.is_half_full()
    while not recorder.is_flushed():
        recorder.commit(0)
    assert [len(piece) for piece in pieces(flash)] == [480 // size * size, 480 // size * size, size]


def filled(recorder: Recorder, marks: int, cues: int) -> int:
    """How many bytes so many records of 22 and of 23 bytes take, which are noted."""
    for _ in range(marks):
        recorder.mark(1, 0)
    for _ in range(cues):
        recorder.cue(1, 1, 0)
    return (records.OVERHEAD + 4) * marks + (records.OVERHEAD + 5) * cues


@pytest.mark.parametrize(("marks", "cues", "size", "first"), [(3, 18, 480, 480), (2, 19, 481, 458)])
def test_a_piece_may_be_full_to_its_last_byte(
    recorder: Recorder, flash: Path, marks: int, cues: int, size: int, first: int
) -> None:
    assert filled(recorder, marks, cues) == size
    recorder.mark(1, 0)
    recorder.commit(0)
    recorder.commit(0)
    assert [len(piece) for piece in pieces(flash)] == [first, size + records.OVERHEAD + 4 - first]


@pytest.mark.parametrize(("marks", "cues", "size"), [(27, 2, 640), (26, 3, 641)])
def test_it_is_half_full_from_641_bytes_on(recorder: Recorder, marks: int, cues: int, size: int) -> None:
    assert filled(recorder, marks, cues) == size
    assert recorder.is_half_full() == (size > 640)


@pytest.mark.parametrize(("marks", "cues", "size"), [(7, 13, 453), (6, 14, 454)])
def test_a_series_goes_with_a_piece_that_it_fills_to_its_last_byte(
    recorder: Recorder, marks: int, cues: int, size: int
) -> None:
    """Of one value it takes 9 bytes at most, and 18 beside them."""
    assert filled(recorder, marks, cues) == size
    recorder.activation(1, 400, 0, 0)
    recorder.commit(0)
    assert (recorder.waiting_ms(), recorder.is_flushed()) == ((0, True) if size == 453 else (20, True))


def test_a_series_for_which_ram_has_no_room_is_lost_and_nothing_else_is(recorder: Recorder, flash: Path) -> None:
    for index in range(60):
        recorder.activation(2 * index + 1, index * 37 % 1000, 0, 0)
    filled(recorder, 60, 0)
    recorder.activation(1001, 400, 0, 0)
    while not recorder.is_flushed():
        recorder.commit(0)
    recorder.close(2000, records.BY_HOST, 0)
    found = kept(flash)
    assert [unpack(payload)[0] for kind, _, payload in found if kind == records.ACTIVATION] == [1001]
    assert [kind for kind, _, _ in found].count(records.MARK) == 57


def test_a_series_that_does_not_fit_the_piece_stays_for_the_next(recorder: Recorder, flash: Path) -> None:
    for index in range(10):
        recorder.activation(2 * index, 400, 0, 0)
    for _ in range(20):
        recorder.cue(1, 1, 0)
    recorder.commit(0)
    assert recorder.waiting_ms() == 200
    assert [kind for kind, _, _ in parsed(pieces(flash)[-1])] == [records.CUE] * 20
    recorder.activation(20, 400, 0, 0)
    recorder.commit(0)
    assert recorder.waiting_ms() == 0
    ((kind, _, payload),) = parsed(pieces(flash)[-1])
    assert (kind, len(unpack(payload)[1])) == (records.ACTIVATION, 11)


def test_a_series_that_fits_the_piece_goes_with_it(recorder: Recorder, flash: Path) -> None:
    recorder.activation(0, 400, 0, 0)
    for _ in range(19):
        recorder.cue(1, 1, 0)
    recorder.commit(0)
    assert recorder.waiting_ms() == 0
    assert [kind for kind, _, _ in parsed(pieces(flash)[-1])] == [records.CUE] * 19 + [records.ACTIVATION]


def test_the_end_tells_blocks_reason_and_how_often_flash_was_written(recorder: Recorder, flash: Path) -> None:
    recorder.mark(1, 0)
    recorder.commit(0)
    recorder.close(70_000, records.BY_HOST, LATE_MS)
    assert kept(flash)[-1] == (records.END, 77, struct.pack("<IBH", 70_000, records.BY_HOST, 2))
    assert recorder.session_id is None


def test_a_session_is_held_until_it_is_merged(recorder: Recorder) -> None:
    other = bytes(8)
    assert recorder.holds(SESSION)
    assert not recorder.holds(other)
    recorder.close(1, records.BY_HOST, 0)
    assert recorder.holds(SESSION)
    while recorder.merge():
        pass
    assert not recorder.holds(SESSION)
    assert recorder.pieces is None
    assert not recorder.merge()


def test_merging_in_a_session_leaves_it_going_on(recorder: Recorder, flash: Path) -> None:
    recorder.mark(1, 0)
    recorder.commit(0)
    while recorder.merge():
        pass
    assert recorder.holds(SESSION)
    assert recorder.committed == (flash / f"{SESSION.hex()}.bbl").stat().st_size
    assert [kind for kind, _, _ in kept(flash)] == [records.HEADER, records.MARK]


def test_what_is_kept_alone_is_a_piece_of_its_own(recorder: Recorder, flash: Path) -> None:
    buffer = bytearray(records.OVERHEAD + 3)
    buffer[records.HEADER_SIZE : records.HEADER_SIZE + 3] = b"raw"
    recorder.mark(1, 0)
    assert not recorder.is_flushed()
    recorder.commit(0)
    assert recorder.is_flushed()
    recorder.keep_alone(records.CLIP, buffer, 3, LATE_MS)
    assert list(parsed(pieces(flash)[-1])) == [(records.CLIP, 77, b"raw")]


def test_without_room_for_a_first_piece_beside_the_reserve_there_is_no_session(
    flash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Recorder()
    room(monkeypatch, RESERVE + 1280 - 1)
    with pytest.raises(OSError, match="28"):
        made.open(SESSION, HEADER, 0)
    assert (made.session_id, made.free_bytes) == (None, RESERVE + 1280 - 1)
    room(monkeypatch, RESERVE + 1280)
    made.open(SESSION, HEADER, 0)
    assert made.session_id == SESSION


def with_room(monkeypatch: pytest.MonkeyPatch, left: int) -> Recorder:
    """A recorder that has so many bytes left beside the reserve."""
    made = Recorder()
    room(monkeypatch, RESERVE + 5000)
    made.open(SESSION, HEADER, 0)
    made._room = left
    return made


def test_what_has_no_room_is_not_committed(flash: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = records.OVERHEAD + 4
    made = with_room(monkeypatch, 2 * size)
    made.mark(1, 0)
    assert made.commit(0)
    made.mark(1, 0)
    assert made.commit(0)
    made.mark(1, 0)
    assert not made.commit(0)
    assert len(pieces(flash)) == 2


def test_the_header_takes_of_the_room(flash: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Recorder()
    room(monkeypatch, RESERVE + PLENTY + len(HEADER) + records.OVERHEAD)
    made.open(SESSION, HEADER, 0)
    assert made.has_plenty()
    made.mark(1, 0)
    made.commit(0)
    assert not made.has_plenty()
    room(monkeypatch, RESERVE + PLENTY + len(HEADER) + records.OVERHEAD - 1)
    made.open(bytes(8), HEADER, 0)
    assert not made.has_plenty()


def test_the_next_session_begins_empty(recorder: Recorder, flash: Path) -> None:
    recorder.activation(1, 40, 0, 0)
    recorder.mark(1, 0)
    recorder.abandon()
    assert (recorder.session_id, recorder.pieces) == (None, None)
    other = bytes(range(8))
    recorder.open(other, json.dumps({}).encode(), 0)
    assert recorder.waiting_ms() == 0
    recorder.activation(1, 8, 0, 0)
    recorder.activation(3, 12, 0, 0)
    recorder.commit(0)
    ((kind, _, payload),) = parsed((flash / f"{other.hex()}.000").read_bytes())
    assert kind == records.ACTIVATION
    assert unpack(payload) == (1, [2, 2], [0, 0])


def test_a_new_recorder_knows_of_nothing() -> None:
    made = Recorder()
    assert (made.session_id, made.committed, made.free_bytes, made.pieces) == (None, 0, 0, None)
    assert (made.is_flushed(), made.is_half_full(), made.merge(), made.holds(SESSION)) == (True, False, False, False)
