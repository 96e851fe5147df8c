"""A session's file: every intact record counts, and nothing else does."""

import json
import struct
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.errors import UnknownFormat
from buzzband.recordings.band_log import Cue, End, Fault, Record, Time, Told, intact_records, read_log
from buzzband.recordings.lifting import Hold, Rep, Set
from buzzband_fw.store import records
from recordings.lifting_builder import ended, rep
from recordings.log_builder import HEADER, OTHER_SESSION, SESSION, LogWriter, course, series, session


def packed(told: Rep | Hold | Set) -> bytes:
    """What a record of it holds."""
    layout = {Rep: records.REP_FORMAT, Hold: records.HOLD_FORMAT, Set: records.SET_FORMAT}[type(told)]
    return struct.pack(layout, *astuple(told))


def recovered(data: bytes) -> list[bytes]:
    return [data[record.start : record.end] for record in intact_records(data, SESSION)]


def test_a_whole_session_is_read_as_it_was_written() -> None:
    log = read_log(session(250).bytes())
    assert log.session_id == SESSION
    assert log.header == HEADER
    assert log.permille.tolist() == course(0, 250)
    assert log.valid.all()
    assert not log.flags.any()
    assert log.cues == (Cue(151, 1), Cue(351, 1), Cue(551, 1))
    assert log.faults == (Fault(499, records.OVERRUN, 3),)
    assert log.end == End(500, records.BY_BUTTON)
    assert (log.damaged, log.missing, log.duration_s) == (0, (), 5.0)


def test_faults_and_ends_have_names() -> None:
    log = read_log(LogWriter().header().fault(1, records.CUE_LATE, 120).fault(2, 99, 0).end(3, 0).bytes())
    assert [fault.name for fault in log.faults] == ["cue_late", "number 99"]
    assert log.end is not None
    assert log.end.name == "number 0"


def test_flags_are_told_apart_from_the_activation() -> None:
    log = read_log(LogWriter().header().activation(1, [4000, 8], flags=0b1010).bytes())
    assert (log.permille.tolist(), log.flags.tolist()) == ([4000, 8], [10, 10])


def test_reps_sets_and_holds_are_read_as_they_were_written() -> None:
    made = LogWriter().header().rep(rep(0)).rep(rep(0, revision=1, flags=2)).hold(Hold(3000, 2500, 800)).set(ended(1))
    log = read_log(made.bytes())
    assert log.lifting.reps == (rep(0), rep(0, revision=1, flags=2))
    assert log.lifting.holds == (Hold(3000, 2500, 800),)
    assert log.lifting.sets == (ended(1),)
    assert log.damaged == 0


def test_degrees_lie_at_their_blocks_and_are_0_where_there_are_none() -> None:
    log = read_log(LogWriter().header().movement(7, [5, 6]).movement(39, [90, 91]).end(64).bytes())
    assert log.lifting.degrees.tolist() == [5, 6, 0, 0, 90, 91, 0, 0]
    assert log.lifting.degrees.dtype == np.uint8


def test_degrees_need_no_activation() -> None:
    log = read_log(LogWriter().header().movement(7, [5]).bytes())
    assert (len(log.permille), len(log.lifting.degrees)) == (0, 1)


@pytest.mark.parametrize("end_block", [0, 0xFFFFFFFF])
def test_a_set_that_takes_its_reps_back_means_nothing_else(end_block: int) -> None:
    log = read_log(LogWriter().header().set(ended(0, end_block=end_block)).bytes())
    assert (len(log.lifting.sets), log.damaged) == (1, 0)


def test_thousands_of_sets_are_told_apart() -> None:
    made = LogWriter().header()
    for number in range(3000):
        made.rep(rep(0, set=number)).rep(rep(1, set=number)).set(ended(1, number=number))
    log = read_log(made.bytes())
    assert [(one.set, one.number) for one in log.lifting.counted()] == [(number, 0) for number in range(3000)]


def test_a_missing_record_leaves_a_gap_that_is_not_valid() -> None:
    pieces = session(300).pieces
    log = read_log(b"".join(pieces[:3] + pieces[4:]))
    assert log.missing == (range(3, 4),)
    assert np.flatnonzero(~log.valid).tolist() == list(range(100, 200))
    assert not log.permille[100:200].any()
    assert log.damaged == 0


def test_a_session_that_was_cut_off_has_no_end() -> None:
    log = read_log(b"".join(session(300).pieces[:4]))
    assert log.end is None
    assert len(log.permille) == 200


def test_what_comes_before_the_end_is_missing_values_not_none() -> None:
    log = read_log(LogWriter().header().activation(1, [500]).end(400).bytes())
    assert (len(log.valid), int(log.valid.sum())) == (200, 1)


def test_the_header_tells_boot_and_cause_and_the_last_time_that_was_known() -> None:
    told = {"boot": 7, "reset": "watchdog", "time": {"boot": 6, "t_ms": 5300, "utc_ms": 1_764_000_000_000}}
    made = LogWriter()
    made.record(records.HEADER, json.dumps(HEADER | told).encode(), 900)
    log = read_log(made.bytes())
    assert (log.boot, log.reset, log.told, log.t_ms) == (7, "watchdog", Told(6, 5300, 1_764_000_000_000), 900)


@pytest.mark.parametrize("mark", [None, 5, {}, {"boot": 1, "t_ms": "2", "utc_ms": 3}, {"boot": True, "t_ms": 2}])
def test_a_time_in_the_header_that_is_none_is_left_out(mark: object) -> None:
    assert read_log(LogWriter().header(time=mark).bytes()).told is None


def test_of_a_session_without_a_header_boot_and_time_are_not_known() -> None:
    log = read_log(b"".join(session(100).pieces[1:]), SESSION)
    assert (log.boot, log.reset, log.told, log.t_ms) == (None, None, None, None)


def test_times_that_a_host_told_stand_with_the_band_s_clock() -> None:
    log = read_log(LogWriter().header().time(30, 1_764_000_000_000, 12).bytes())
    assert log.times == (Time(30, 300, 1_764_000_000_000, 12),)


def test_a_kind_that_is_not_known_is_passed_over() -> None:
    made = LogWriter().header()
    made.record(77, b"from the future")
    log = read_log(made.cue(5).bytes())
    assert (log.cues, log.damaged, log.missing) == ((Cue(5, 1),), 0, ())


def test_what_a_later_version_appends_is_passed_over() -> None:
    made = LogWriter().header(imu=True)
    made.record(records.CUE, struct.pack("<IB", 5, 1) + b"more")
    made.record(records.END, struct.pack("<IBH", 6, 1, 0) + b"more")
    made.record(records.REP, packed(rep()) + b"more")
    log = read_log(made.bytes())
    assert (log.cues, log.end, log.header) == ((Cue(5, 1),), End(6, 1), HEADER)
    assert log.lifting.reps == (rep(),)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (records.CUE, b"1234"),
        (records.FAULT, b"12345678"),
        (records.END, b""),
        (records.ACTIVATION, b"123"),
        (records.END, struct.pack("<IB", 6, 1)),
        (records.ACTIVATION, series(1, [5, 6, 7])[:-1]),
        (records.ACTIVATION, struct.pack("<IBH", 0xFFFFFFFE, 1, 500)),
        (records.ACTIVATION, struct.pack("<IBH", 24 * 3600 * 100, 1, 500)),
        (records.ACTIVATION, struct.pack("<IBH", 1, 0, 500)),
        (records.MOVEMENT, b"123"),
        (records.MOVEMENT, struct.pack("<IBH", 24 * 3600 * 100, 1, 9)),
        (records.TIME, bytes(13)),
        (records.REP, bytes(records.REP_SIZE - 1)),
        (records.REP, packed(rep(start_block=24 * 3600 * 100 + 1))),
        (records.REP, packed(rep(peak_permille=4096))),
        (records.HOLD, bytes(records.HOLD_SIZE - 1)),
        (records.HOLD, packed(Hold(0, 24 * 3600 * 1000 + 10, 500))),
        (records.HOLD, packed(Hold(0, 1000, 4096))),
        (records.SET, bytes(records.SET_SIZE - 1)),
        (records.SET, packed(ended(3, end_block=24 * 3600 * 100 + 1))),
        (records.SET, packed(ended(3, start_block=2000, end_block=1999))),
        (records.HEADER, b"[]"),
        (records.HEADER, b"\xff"),
        (records.HEADER, b'{"supply_mv": NaN}'),
        (records.HEADER, b'{"settings": {"rest": 1e999}}'),
        (records.HEADER, b"[" * 1024),
    ],
)
def test_a_record_that_makes_no_sense_is_counted_and_passed_over(kind: int, payload: bytes) -> None:
    made = LogWriter().header().activation(1, [500])
    made.record(kind, payload)
    log = read_log(made.end(2).bytes())
    assert log.permille.tolist() == [500]
    assert (log.lifting.reps, log.lifting.sets, log.lifting.holds) == ((), (), ())
    assert (log.damaged, log.missing) == (1, ())


def test_a_header_that_goes_deep_is_no_crash() -> None:
    made = LogWriter().header()
    made.record(records.HEADER, b'{"settings":{"a":' + b"[" * 500 + b"]" * 500 + b"}}")
    assert read_log(made.bytes()).missing == ()


def test_numbers_in_a_record_cost_no_memory() -> None:
    made = LogWriter().header().end(0xFFFFFFFF)
    made._framer._sequence = 0xFFFFFFFF
    log = read_log(made.cue(0xFFFFFFFF).bytes())
    assert log.missing == (range(2, 0xFFFFFFFF),)
    assert (log.end, len(log.permille)) == (End(0xFFFFFFFF, 1), 0)


def test_of_two_records_with_one_number_the_first_counts() -> None:
    first, second = LogWriter().header().activation(1, [500]), LogWriter().header().activation(1, [600])
    log = read_log(first.bytes() + second.pieces[1])
    assert log.permille.tolist() == [500]


def test_records_count_in_the_order_of_their_numbers() -> None:
    pieces = LogWriter().header().cue(1).cue(2).cue(3).pieces
    log = read_log(b"".join([pieces[0], pieces[3], pieces[1], pieces[2]]))
    assert [cue.block for cue in log.cues] == [1, 2, 3]


def test_records_of_an_older_session_are_not_taken_for_this_one_s() -> None:
    log = read_log(session(100).bytes() + LogWriter(OTHER_SESSION).cue(7).bytes())
    assert Cue(7, 1) not in log.cues
    assert log.damaged == 1


def test_junk_between_records_is_one_stretch_each_and_hides_none() -> None:
    pieces = session(100).pieces
    log = read_log(b"\x00\xa5\x5a" + (b"\xa5\x5a" * 30).join(pieces) + b"\xa5")
    assert log.damaged == len(pieces) + 1
    assert log.missing == ()


def test_without_a_header_the_file_s_name_tells_the_session() -> None:
    log = read_log(b"".join(session(100).pieces[1:]), SESSION)
    assert (log.header, log.missing, len(log.permille)) == ({}, (range(1),), 100)


def test_the_header_s_id_counts_more_than_the_file_s_name() -> None:
    assert read_log(session(100).bytes(), OTHER_SESSION).session_id == SESSION


@pytest.mark.parametrize("name", [None, OTHER_SESSION, "../../../etc/pass", SESSION.upper() + "x"])
def test_without_header_and_name_it_is_no_session(name: str | None) -> None:
    with pytest.raises(UnknownFormat):
        read_log(b"".join(session(100).pieces[1:]), name)


@pytest.mark.parametrize("data", [b"", b"\xa5", b"\xa5\x5a", bytes(1000), b"time,EMG\n0,1\n", b"0       "])
def test_anything_else_is_no_session(data: bytes) -> None:
    with pytest.raises(UnknownFormat):
        read_log(data, SESSION)


def test_a_newer_format_is_refused() -> None:
    with pytest.raises(UnknownFormat, match="format 2"):
        read_log(LogWriter().header(format=2).bytes())


def test_values_of_the_wrong_type_are_left_out_of_the_header() -> None:
    log = read_log(LogWriter().header(uid=7, supply_mv=True, settings=[], app=None).bytes())
    assert log.header == {"format": 1, "session": SESSION}


def test_what_a_header_says_cannot_steer_a_terminal() -> None:
    log = read_log(LogWriter().header(app="1\x1b[2J", settings={"a\x07": ["\u202e"]}).bytes())
    assert log.header["app"] == "1\N{REPLACEMENT CHARACTER}[2J"
    assert log.header["settings"] == {"a\N{REPLACEMENT CHARACTER}": ["\N{REPLACEMENT CHARACTER}"]}


def test_a_log_that_is_cut_at_any_byte_keeps_every_record_before() -> None:
    made = session(150)
    whole = made.bytes()
    ends = np.cumsum([len(piece) for piece in made.pieces]).tolist()
    for length in range(len(whole) + 1):
        kept = sum(end <= length for end in ends)
        assert recovered(whole[:length]) == made.pieces[:kept]
        if kept:
            log = read_log(whole[:length])
            assert log.damaged == (length not in ends)
            assert log.missing == ()


@given(st.binary(max_size=3000))
@settings(max_examples=200)
def test_no_file_is_a_crash(data: bytes) -> None:
    for content in (data, session(100).pieces[0] + data):
        try:
            read_log(content, SESSION)
        except UnknownFormat:
            assert content is data


payloads = st.binary(max_size=40)
kinds = st.integers(1, 9) | st.integers(0, 255)


@given(st.lists(st.tuples(kinds, payloads), max_size=12))
def test_whatever_stands_in_intact_records_is_no_crash(contents: list[tuple[int, bytes]]) -> None:
    made = LogWriter().header()
    for kind, payload in contents:
        made.record(kind, payload)
    log = read_log(made.bytes())
    assert log.missing == ()
    log.lifting.counted()
    log.lifting.counted_sets()


def test_a_record_tells_where_it_lies() -> None:
    pieces = session(100).pieces
    first = next(intact_records(b"xx" + pieces[1], SESSION))
    assert first == Record(records.ACTIVATION, 1, 10, pieces[1][14:-4], 2, 2 + len(pieces[1]))
