"""``buzzband compare`` as it is typed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from buzzband.archive import Archive
from buzzband.archive.raw import sha256_of
from cli.builders import run
from services.comparing import NOW_MS, Lifter, session_log, written
from services.fake_link import UID

IDS = ("00112233445566aa", "ffeeddccbbaa9988", "0123456789abcdef")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BUZZBAND_ARCHIVE", str(tmp_path / "archive"))
    return tmp_path


def trained(folder: Path, *ids: str) -> None:
    """Sessions of two pairs each, of somebody whom cues help a lot."""
    archive = Archive(folder / "archive")
    for number, one in enumerate(ids):
        log = session_log(Lifter(0.4), (False, True, True, False), np.random.default_rng(number), reps=3)
        data = written(log, one, boot=3, time={"boot": 3, "t_ms": 0, "utc_ms": NOW_MS})
        part = archive.raw.part_of(UID, one)
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        archive.keep(UID, one, sha256_of(data), NOW_MS)


def document(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_without_sets_to_compare_the_way_to_them_is_told(folder: Path) -> None:
    result = run("compare")
    assert result.exit_code == 0
    assert "buzzband compare plan" in result.stdout
    assert document("compare")["finding"] == "no_pairs"


def test_six_pairs_are_enough_and_four_are_not(folder: Path) -> None:
    trained(folder, *IDS[:2])
    assert "too few to say anything" in run("compare").stdout
    trained(folder, *IDS)
    assert "with cues the activation while lifting was" in run("compare").stdout.splitlines()[0]
    assert document("compare")["finding"] == "higher"
    assert document("compare", "--until", "2020-01-01")["pairs"] == []


def test_which_sets_were_silent_is_shown_with_their_session(folder: Path) -> None:
    trained(folder, IDS[0])
    rows = [row for row in run("sessions", "show", IDS[0]).stdout.splitlines() if row.startswith("Set ")]
    assert ["silent to compare" in row for row in rows] == [False, True, True, False]
    assert [one["silent"] for one in document("sessions", "show", IDS[0])["sets"]] == [False, True, True, False]


def test_the_picture_is_of_the_kind_that_its_name_asks_for(folder: Path) -> None:
    trained(folder, *IDS)
    assert run("compare", "--plot", folder / "c.svg").exit_code == 0
    assert "higher." in (folder / "c.svg").read_text(encoding="utf-8")
    refused = run("compare", "--plot", folder / "c.txt")
    assert (refused.exit_code, (folder / "c.txt").exists()) == (9, False)


def test_a_plan_goes_into_a_file_and_out_again(folder: Path) -> None:
    file = folder / "settings.json"
    told = document("compare", "plan", "--pairs", 3, "--seed", 5, "--file", file)
    assert json.loads(file.read_text())["silent_sets"] == told["silent_sets"] > 0
    shown = run("compare", "plan", "--pairs", 3, "--seed", 5, "--show", "--file", file).stdout
    assert "Silent: sets 1, 4 and 5." in shown
    assert [number for number, silent in enumerate(told["silent"], 1) if silent] == [1, 4, 5]
    run("compare", "plan", "--off", "--file", file)
    assert "silent_sets" not in json.loads(file.read_text())


def test_without_a_seed_each_plan_is_drawn_anew(folder: Path) -> None:
    file = folder / "settings.json"
    seeds = {document("compare", "plan", "--file", file)["seed"] for _ in range(3)}
    assert len(seeds) == 3


def test_a_load_that_is_too_heavy_is_refused(folder: Path) -> None:
    file = folder / "settings.json"
    run("config", "set", "load_kg=80", "one_rm_kg=100", "--file", file)
    result = run("compare", "plan", "--file", file)
    assert result.exit_code == 11
    assert "60 %" in result.stderr


def test_json_in_front_of_plan_is_refused_with_where_it_belongs() -> None:
    result = run("compare", "--json", "plan", "--off")
    assert result.exit_code == 2
    assert "behind plan" in result.stderr
