"""``buzzband demo`` as it is typed."""

import json
from pathlib import Path

import pytest

from cli.builders import run, subprocess_run


def test_it_writes_a_page_and_says_where(tmp_path: Path) -> None:
    result = run("demo", "--out", tmp_path / "new")
    assert (result.exit_code, result.stderr) == (0, "")
    page, log = (tmp_path / "new" / name for name in ("session.html", "session.bbl"))
    assert result.stdout.endswith(f"The page: {page}\nThe log: {log}\n")
    assert (tmp_path / "new" / "session.html").read_bytes().startswith(b"<!doctype html>")


def test_json_is_one_document_with_page_and_truth(tmp_path: Path) -> None:
    result = run("demo", "--out", tmp_path, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, result.stderr, result.stdout.count("\n")) == (0, "", 1)
    assert Path(told["page"]).is_file()
    assert (told["schema"], told["truth"]["reps"]) == ("buzzband/demo/1", 27)
    assert abs(len(told["reps"]) - 27) <= 1


def test_buzzes_and_reps_agree_with_the_sets(tmp_path: Path) -> None:
    lines = run("demo", "--out", tmp_path).stdout.splitlines()
    (counted,) = [line for line in lines if " cues in " in line]
    reached = [int(line.split("reps, ")[1].split()[0]) for line in lines if line.startswith("  set ")]
    assert counted == f"{sum(reached)} cues in 27 reps."


def test_a_seed_gives_the_same_session_and_another_another(tmp_path: Path) -> None:
    first, again, other = (run("demo", "--out", tmp_path, "--seed", seed).stdout for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("seed", ["0", "4294967296", "100000000000000000000000"])
def test_any_whole_number_is_a_seed(tmp_path: Path, seed: str) -> None:
    assert run("demo", "--out", tmp_path, "--seed", seed).exit_code == 0


@pytest.mark.parametrize("seed", ["-1", "1.5", "one"])
def test_anything_else_is_exit_2(tmp_path: Path, seed: str) -> None:
    result = run("demo", "--out", tmp_path / "new", "--seed", seed)
    assert (result.exit_code, result.stdout) == (2, "")
    assert not (tmp_path / "new").exists()


def test_a_file_where_the_folder_should_be_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("demo", "--out", tmp_path / "file")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is a file" in result.stderr


def test_a_folder_that_cannot_be_is_exit_9_and_names_the_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("demo", "--out", tmp_path / "file" / "folder")
    assert (result.exit_code, result.stdout) == (9, "")
    assert str(tmp_path / "file" / "folder" / "session.html") in result.stderr


def test_it_needs_neither_home_nor_network(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    nowhere = {name: str(tmp_path / "file" / "nowhere") for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    done = subprocess_run("demo", "--out", tmp_path / "new", HTTPS_PROXY="http://127.0.0.1:9", **nowhere)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"session.html", "session.bbl"}
