"""``buzzband simulate`` of a log with clips of raw EMG."""

import json
from pathlib import Path

import pytest

from cli.builders import run
from golden_logs.make import FOLDER

LOG = FOLDER / "clip.bbl"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "7f071fa79cc2ae4e.bbl"
    path.write_bytes(LOG.read_bytes())
    return path


def test_the_text_says_whether_a_clip_comes_out_bit_for_bit(log: Path) -> None:
    done = run("simulate", log)
    assert done.exit_code == 0
    assert "clip 0 of raw EMG: 0:04.2, 3.2 s (first rep), bit for bit as logged" in done.stdout


def test_the_document_says_so_too_whatever_settings_are_tried(log: Path) -> None:
    document = json.loads(run("simulate", log, "--target", "30", "--json").stdout)
    (clip,) = document["replay"]["clips"]
    assert (clip["number"], clip["reason"], clip["exact"]) == (0, "first rep", True)
    assert document["target_permille"] == 300


def test_a_clip_that_does_not_come_out_ends_it_with_6_after_all_is_told(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from buzzband.engines.rerun_clip import ClipRun
    from buzzband.services import replay

    monkeypatch.setattr(replay, "rerun_clip", lambda *_: ClipRun(True, True, False))
    done = run("simulate", log)
    assert done.exit_code == 6
    assert "(first rep), not as logged: words" in done.stdout
    assert "Not bit for bit as the band has logged it: clip 0." in done.stderr


def test_a_clip_is_a_recording_of_its_own(log: Path) -> None:
    document = json.loads(run("simulate", log, "--clip", "0", "--mains", "60", "--reference", "20000", "--json").stdout)
    assert (document["mains_hz"], document["calibration"]["reference"]) == (60, 20_000)
    assert (document["sample_rate_hz"], document["replay"]) == (1200, None)
    assert max(document["activation"]["permille"]) > 500


def test_a_clip_that_is_not_there_is_refused_with_those_that_are(log: Path) -> None:
    done = run("simulate", log, "--clip", "3")
    assert done.exit_code == 5
    assert "It has 0." in done.stderr


def test_only_a_log_has_clips(tmp_path: Path) -> None:
    other = tmp_path / "emg.csv"
    other.write_text("EMG\n1\n2\n")
    done = run("simulate", other, "--clip", "0")
    assert done.exit_code == 5
    assert "Only a band's log has clips" in done.stderr
