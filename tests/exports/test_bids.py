"""The dataset as the validator of BIDS sees it, and what is in it."""

import csv
import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pytest

from buzzband.exports import bids
from buzzband.exports.events import events
from buzzband.exports.take import Take
from buzzband.recordings.band_log import read_log
from exports.builders import full, take
from services.syncing import IDS

ANNA = full(IDS[0], settings={"wearer": "Anna"})
BEA = full(IDS[1], time=False, settings={"wearer": "Bea", "exercise": "bike"})
VALIDATOR = Path(sysconfig.get_path("scripts")) / "bids-validator-deno"


def written(folder: Path, *takes: Take) -> Path:
    for name, content in bids.dataset(takes):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content())
    return folder


def issues(folder: Path, severity: str) -> set[str]:
    """The codes of what the validator finds, looking at every row."""
    command = [VALIDATOR, folder, "--json", "--max-rows=-1"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    found = json.loads(done.stdout)["issues"]["issues"]
    return {one["code"] for one in found if one["severity"] == severity}


def as_raw(folder: Path) -> Path:
    """The same, said to be raw data: of a derivative the validator does not ask for what is required of EMG."""
    path = folder / "dataset_description.json"
    path.write_text(path.read_text(encoding="utf-8").replace("derivative", "raw"), encoding="utf-8")
    return folder


def sidecar(folder: Path, ending: str) -> Any:
    (path,) = folder.rglob(f"*{ending}")
    return json.loads(path.read_text(encoding="utf-8"))


def table(folder: Path, ending: str) -> list[dict[str, str]]:
    (path,) = folder.rglob(f"*{ending}")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_validator_finds_no_error(tmp_path: Path) -> None:
    folder = written(tmp_path, take(ANNA), take(BEA), take(full(IDS[2])))
    assert issues(folder, "error") == set()
    assert issues(folder, "warning") <= {"SIDECAR_KEY_RECOMMENDED", "TOO_FEW_AUTHORS"}
    assert issues(as_raw(folder), "error") == set()


@pytest.mark.parametrize("field", ["PowerLineFrequency", "EMGReference", "SoftwareFilters"])
def test_the_validator_looks_at_what_bids_asks_of_emg(tmp_path: Path, field: str) -> None:
    folder = as_raw(written(tmp_path, take(ANNA)))
    (path,) = folder.rglob("*_emg.json")
    path.write_text(json.dumps({key: value for key, value in sidecar(folder, "_emg.json").items() if key != field}))
    assert "SIDECAR_KEY_REQUIRED" in issues(folder, "error")


def test_subjects_are_numbered_and_nobody_is_named(tmp_path: Path) -> None:
    takes = [take(BEA), take(ANNA), take(full(IDS[2]))]
    found = bids.subjects(takes)
    assert [(one.label, one.wearer.split()[0]) for one in found] == [("01", "Anna"), ("02", "Bea"), ("03", "whoever")]
    for path in written(tmp_path, *takes).rglob("*"):
        assert "Anna" not in path.name
        assert path.is_dir() or b"Anna" not in path.read_bytes()


def test_sessions_have_their_id_their_task_and_their_time(tmp_path: Path) -> None:
    folder = written(tmp_path, take(ANNA))
    stem = f"sub-01_ses-{IDS[0]}_task-romaniandeadlift"
    names = {path.name for path in (folder / "sub-01" / f"ses-{IDS[0]}" / "emg").iterdir()}
    assert names == {
        f"{stem}_{ending}"
        for ending in ("emg.edf", "emg.json", "channels.tsv", "channels.json", "events.tsv", "events.json")
    }
    (scan,) = table(folder, "_scans.tsv")
    assert scan == {"filename": f"emg/{stem}_emg.edf", "acq_time": "2025-11-24T16:00:00.500+00:00"}


def test_without_a_known_time_there_is_none(tmp_path: Path) -> None:
    (scan,) = table(written(tmp_path, take(BEA)), "_scans.tsv")
    assert scan["acq_time"] == "n/a"


def test_the_recording_and_its_channels_are_those_of_the_log(tmp_path: Path) -> None:
    folder, log = written(tmp_path, take(ANNA)), read_log(ANNA)
    (path,) = folder.rglob("*.edf")
    raw = mne.io.read_raw_edf(path, preload=True, verbose="error")
    np.testing.assert_allclose(raw.get_data("Activation")[0][: len(log.permille)], log.permille / 10, atol=1e-6)
    channels = table(folder, "_channels.tsv")
    assert [row["name"] for row in channels] == raw.ch_names
    told = sidecar(folder, "_emg.json")
    assert told["EMGChannelCount"] == sum(row["type"] == "EMG" for row in channels) == 1
    assert (told["PowerLineFrequency"], told["RecordingDuration"], told["SamplingFrequency"]) == (60, 6.1, 50)


def test_events_are_those_of_the_session_in_order_and_explained(tmp_path: Path) -> None:
    folder, expected = written(tmp_path, take(ANNA)), events(take(ANNA))
    rows, explained = table(folder, "_events.tsv"), sidecar(folder, "_events.json")
    assert [(float(row["onset"]), row["trial_type"]) for row in rows] == [(one.onset_s, one.kind) for one in expected]
    assert set(rows[0]) - {"onset", "duration"} == set(explained)
    assert {row["trial_type"] for row in rows} <= set(explained["trial_type"]["Levels"])
    for row, event in zip(rows, expected, strict=True):
        assert {name: row[name] for name in event.values} == {name: str(value) for name, value in event.values.items()}
