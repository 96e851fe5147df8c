"""EDF+ as two readers that we did not write have it: pyedflib, which is strict, and mne."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pyedflib
import pytest

from buzzband.exports.edf import edf_bytes
from buzzband.exports.events import events
from buzzband.exports.take import Take
from buzzband.recordings.band_log import read_log
from buzzband.recordings.edf_file import read_edf
from exports.builders import UTC_MS, cut_off, full, take, writer
from recordings.log_builder import SESSION, course

SESSIONS = {"full": full(), "cut off": cut_off(), "one value": writer().activation(1, [120]).bytes()}
A_MILLIONTH = 1e-6  # of a percent: what a float may be off by


@pytest.fixture(params=SESSIONS)
def session(request: pytest.FixtureRequest) -> bytes:
    return SESSIONS[request.param]


def written(folder: Path, of: Take, **options: Any) -> Path:
    path = folder / "session.edf"
    path.write_bytes(edf_bytes(of, **options))
    return path


def test_pyedflib_reads_what_the_log_says(session: bytes, tmp_path: Path) -> None:
    log = read_log(session)
    with pyedflib.EdfReader(str(written(tmp_path, take(session)))) as file:
        signals = dict(zip(file.getSignalLabels(), map(file.readSignal, range(file.signals_in_file)), strict=True))
        rates = dict(zip(file.getSignalLabels(), file.getSampleFrequencies().tolist(), strict=True))
        units = [file.getPhysicalDimension(index) for index in range(file.signals_in_file)]
    count, angles = len(log.permille), log.lifting.degrees
    np.testing.assert_allclose(signals["Activation"][:count], log.permille / 10, atol=A_MILLIONTH)
    np.testing.assert_array_equal(signals["Valid"][:count], log.valid)
    assert not signals["Valid"][count:].any()
    assert (units[:2], rates["Activation"]) == (["%", ""], 50)
    if angles.any():
        np.testing.assert_allclose(signals["Movement"][: len(angles)], angles, atol=A_MILLIONTH)
        assert (units[2], rates["Movement"]) == ("deg", 12.5)
    else:
        assert "Movement" not in signals


def test_mne_reads_what_the_log_says(session: bytes, tmp_path: Path) -> None:
    log = read_log(session)
    raw = mne.io.read_raw_edf(written(tmp_path, take(session)), preload=True, verbose="error")
    count = len(log.permille)
    assert raw.info["sfreq"] == 50
    np.testing.assert_allclose(raw.get_data("Activation")[0][:count], log.permille / 10, atol=A_MILLIONTH)
    np.testing.assert_array_equal(raw.get_data("Valid")[0][:count], log.valid)


def test_both_read_every_event_with_its_time(session: bytes, tmp_path: Path) -> None:
    one = take(session)
    path = written(tmp_path, one)
    told = sorted((event.onset_s, event.duration_s, event.text) for event in events(one))
    with pyedflib.EdfReader(str(path)) as file:
        onsets, durations, texts = file.readAnnotations()
    by_pyedflib = sorted(zip(onsets.tolist(), np.maximum(durations, 0).tolist(), texts.tolist(), strict=True))
    by_mne = sorted((one["onset"], one["duration"], str(one["description"])) for one in mne.read_annotations(path))
    for found in (by_pyedflib, by_mne):
        assert [text for *_, text in found] == [text for *_, text in told]
        np.testing.assert_allclose([row[:2] for row in found], [row[:2] for row in told], atol=1e-4)


def test_the_events_carry_all_that_a_session_can_hold() -> None:
    texts = [event.text for event in events(take(full()))]
    assert texts == [
        f"session {SESSION}",
        "set set=1 reps=3",
        "rep set=1 rep=1 peak_percent=48.0 mean_percent=32.5 concentric_percent=37.1 eccentric_percent=26.8 "
        "concentric_s=0.7 hold_s=0.33 eccentric_s=0.56 found_by=tilt marked=muscle_off",
        "hold mean_percent=45.5",
        "cue on_target",
        "gap",
        "cue too_fast",
        "rep set=1 rep=2 peak_percent=53.2 mean_percent=32.5 concentric_percent=37.1 eccentric_percent=26.8 "
        "concentric_s=0.7 hold_s=0.33 eccentric_s=0.56 found_by=tilt marked=lowers_first+too_fast",
        "crossings rate_hz=143",
        "mark",
        "quality hum",
        "fault motor value=2",
        "fault battery value=3412",
        "withheld fell_short",
        "blanked",
        "rep set=1 rep=3 peak_percent=58.4 mean_percent=32.5 concentric_percent=37.1 eccentric_percent=26.8 "
        "concentric_s=0.7 hold_s=0.33 eccentric_s=0.56 found_by=tilt marked=lowers_first+too_fast",
        "answer set=1 felt=2 counted=3",
        "set set=2 reps=12 cadence_rpm=81.9",
        "answer set=2 counted=0",
        "end button",
    ]


def test_a_known_start_is_in_the_header_in_local_time_with_its_zone(tmp_path: Path) -> None:
    path = written(tmp_path, take(full()))
    local = datetime.fromtimestamp(UTC_MS // 1000, UTC).astimezone()
    with pyedflib.EdfReader(str(path)) as file:
        assert file.getStartdatetime() == local.replace(tzinfo=None)
        assert file.getRecordingAdditional() == f"{SESSION} UTC{local:%z}"
    assert read_edf(path).start == local.replace(tzinfo=None)


def test_a_start_that_nobody_knows_is_said_to_be_unknown(tmp_path: Path) -> None:
    path = written(tmp_path, take(cut_off()))
    assert path.read_bytes()[88:105] == b"Startdate X X X B"
    with pyedflib.EdfReader(str(path)) as file:
        assert file.getStartdatetime() == datetime(1985, 1, 1)  # what EDF+ says to write then
        assert file.getRecordingAdditional() == f"{SESSION} start_unknown"
        assert "start nobody knows when it began" in file.readAnnotations()[2].tolist()
    assert read_edf(path).start is None


@pytest.mark.parametrize("year", [1970, 1984, 2085, 9999])
def test_a_start_in_a_year_that_edf_cannot_tell_is_unknown_there(tmp_path: Path, year: int) -> None:
    of = take(full())
    at = datetime(year, 12, 31, 12, tzinfo=UTC)
    path = written(tmp_path, replace(of, about=replace(of.about, start=replace(of.about.start, at=at))))
    assert path.read_bytes()[88:105] == b"Startdate X X X B"
    assert read_edf(path).start is None


def test_a_start_between_two_moments_is_told_as_an_annotation() -> None:
    made = writer(boot=9, time={"boot": 7, "t_ms": 5300, "utc_ms": UTC_MS}).activation(1, course(0, 50))
    (start,) = [event for event in events(take(made.bytes())) if event.kind == "start"]
    after = datetime.fromtimestamp(UTC_MS / 1000, UTC) - timedelta(milliseconds=500)
    assert start.text == f"start it began after {after:%Y-%m-%dT%H:%M:%SZ}"


def test_the_wearer_is_named_unless_the_file_is_to_be_shared() -> None:
    one = take(full(settings={"wearer": "Anna Bé"}))
    assert edf_bytes(one)[8:88].rstrip() == b"X X X Anna_Be"
    assert edf_bytes(one, named=False)[8:88].rstrip() == b"X X X X"
