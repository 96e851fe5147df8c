"""Sessions that earlier versions have written are read as they always were. See tests/golden_logs/make.py."""

import json
from pathlib import Path

import pytest

from buzzband.recordings.band_log import read_log
from buzzband_fw.store import records
from golden_logs.make import FOLDER, MAKERS, told

LOGS = sorted(FOLDER.glob("*.bbl"))


@pytest.mark.parametrize("path", LOGS, ids=[path.stem for path in LOGS])
def test_a_golden_log_reads_as_it_always_did(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    found = told(read_log(path.read_bytes()))
    assert {name: found[name] for name in expected} == expected  # what was not known then may be known now


def test_every_golden_log_is_there_and_small() -> None:
    assert {path.stem for path in LOGS} >= set(MAKERS)
    assert all(path.stat().st_size < 10_000 for path in LOGS)


def test_together_they_hold_what_a_session_can_hold() -> None:
    found = [told(read_log(path.read_bytes())) for path in LOGS]
    for name in ("cues", "faults", "reps", "sets", "crossings", "times", "degrees", "clips"):
        assert any(one[name] for one in found), name
    assert {one["end"] is None for one in found} == {True, False}
    assert all(one["header"]["format"] == records.FORMAT for one in found)
