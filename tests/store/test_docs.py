"""docs/log-format.md says what the code does: every number, and the example byte for byte."""

import json
import struct

import pytest

from buzzband.recordings.band_log import Cue, End, read_log
from buzzband_fw import names
from buzzband_fw.core import exercises, quality, tempo
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.store import records
from buzzband_fw.store.series import FLAGS_SHIFT
from doc_pages import page, rows
from recordings.log_builder import SESSION, LogWriter, series

PAGE = page("log-format")
HEADER = {
    "format": 1,
    "session": SESSION,
    "uid": "e66138528361ba32",
    "app": "0.1.0",
    "boot": 7,
    "reset": "power_on",
    "time": None,
    "supply_mv": 3900,
    "settings": {},
}


def example() -> list[bytes]:
    made = LogWriter()
    made.record(records.HEADER, json.dumps(HEADER).encode(), 900)
    made.record(records.CUE, bytes.fromhex("04000000 01"), 960)
    made.record(
        records.ACTIVATION, series(1, [25, 120, 128 | BLANKED << FLAGS_SHIFT, 128 | BLANKED << FLAGS_SHIFT]), 970
    )
    made.record(records.END, bytes.fromhex("08000000 01 0200"), 980)
    return made.pieces


def test_the_example_is_what_the_code_writes() -> None:
    told = [row[1].strip("`") for row in rows(PAGE, "bytes")]
    assert told == [record.hex(" ") for record in example()]


def test_the_example_reads_as_the_page_says() -> None:
    log = read_log(bytes.fromhex("".join(row[1].strip("`") for row in rows(PAGE, "bytes"))))
    assert (log.permille.tolist(), log.flags.tolist()) == ([100, 480, 512, 512], [0, 0, 8, 8])
    known = {name: value for name, value in HEADER.items() if value is not None}
    assert (log.cues, log.end, log.header) == ((Cue(4, 1),), End(8, records.BY_BUTTON), known)
    assert log.end.writes == 2
    assert (log.damaged, log.missing) == (0, ())


def test_every_kind_has_its_row() -> None:
    told = [(int(row[0]), row[1]) for row in rows(PAGE, "payload")]
    kinds = ("HEADER", "ACTIVATION", "CUE", "FAULT", "END", "MOVEMENT", "REP", "HOLD", "SET")
    kinds += ("ANSWER", "CROSSINGS", "MARK", "TIME", "CLIP", "CLIP_STATE", "TOP")
    assert told == [(getattr(records, name), name) for name in kinds]


@pytest.mark.parametrize(("record", "layout"), [("REP", records.REP_FORMAT), ("SET", records.SET_FORMAT)])
def test_the_fields_of_a_record_are_those_of_its_layout(record: str, layout: str) -> None:
    letters = {"u8": "B", "u16": "H", "u32": "I"}
    fields = [(len(row[0].split(", ")), letters[row[1].split()[0]]) for row in rows(PAGE, f"field of {record}")]
    assert "<" + "".join(count * letter for count, letter in fields) == layout
    assert f"{record} | {struct.calcsize(layout)} bytes" in PAGE


def test_what_stands_behind_them_is_what_the_code_puts_there() -> None:
    letters = {"u8": "B", "u32": "I"}
    told = rows(PAGE, "field behind TOP, REP, SET")
    assert "<" + "".join(letters[row[1]] for row in told) == records.TOLD_FORMAT
    assert f"{records.MUSCLE_TOLD} the electrodes could be trusted" in told[2][2]
    assert f"{records.ALIKE} its reps so far were alike" in told[2][2]


def test_sources_flags_and_paces_are_those_of_the_code() -> None:
    told = {row[0]: row[2] for row in rows(PAGE, "field of REP")}
    assert told["source"].endswith("0 to 2 and 6 tilt, 3 to 5 and 7 turn, 8 emg")
    assert names.SOURCES == ("tilt",) * 3 + ("turn",) * 3 + ("tilt", "turn", "emg")
    assert told["flags"] == (
        f"{tempo.MUSCLE_OFF} muscle off, {tempo.TOO_FAST} too fast, {tempo.HALF} way back not seen, "
        f"{tempo.APPROXIMATE} times approximate, {tempo.LOWERS_FIRST} eccentric phase first"
    )
    (pace,) = (row[2] for row in rows(PAGE, "field of SET") if row[0] == "pace")
    assert all(f"{number} {name}" in pace for number, name in enumerate(exercises.PACES))
    assert f"with {records.SILENT} beside it" in pace


def test_every_fault_and_every_reason_has_its_row() -> None:
    faults = [(int(row[0]), row[1]) for row in rows(PAGE, "fault")]
    reasons = [(int(row[0]), row[1]) for row in rows(PAGE, "the session was ended by")]
    assert faults == list(enumerate(names.RECORDED_FAULTS))[1:]
    assert reasons == list(enumerate(names.ENDS))[1:]


def test_flags_and_sizes_are_those_of_the_code() -> None:
    told = ", ".join(f"{1 << bit} {name}" for bit, name in enumerate(quality.NAMES))
    assert told in " ".join(PAGE.split())
    assert f"payload, 0 to {records.PAYLOAD_MAX} bytes" in PAGE
    assert f"`format` ({records.FORMAT})" in PAGE
