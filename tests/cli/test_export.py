"""``buzzband export`` and ``buzzband import`` as they are typed."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.builders import run, three_bursts
from exports.builders import full
from recordings.log_builder import SESSION


@pytest.fixture(autouse=True)
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive of whoever types."""
    monkeypatch.setenv("BUZZBAND_ARCHIVE", str(tmp_path / "archive"))
    return tmp_path / "archive"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / f"{SESSION}.bbl"
    path.write_bytes(full())
    return path


def document(*arguments: object) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_what_was_imported_is_exported_and_found_again(tmp_path: Path, archive: Path) -> None:
    told = document("import", three_bursts(tmp_path), "--wearer", "Anna", "--start", "2026-03-03 18:04")
    (session,) = told["sessions"]
    assert (session["new"], told["archive"]) == (True, str(archive))
    done = document("export", session["id"][:6], "--format", "bids", "--out", tmp_path / "out")
    assert (done["sessions"], done["subjects"]) == ([session["id"]], {"sub-01": "Anna"})
    assert all(Path(path).is_file() for path in done["files"])


def test_importing_twice_says_that_it_is_there(tmp_path: Path) -> None:
    path = three_bursts(tmp_path)
    assert "1 recording imported." in run("import", path).stdout
    assert "1 recording was in the archive already." in run("import", path).stdout
    result = run("import", path, "--target", "70")
    assert (result.exit_code, result.stdout) == (12, "")
    assert "--again" in result.stderr
    assert run("import", path, "--target", "70", "--again").exit_code == 0


def test_the_options_of_simulate_are_taken(tmp_path: Path) -> None:
    told = document("import", three_bursts(tmp_path), "--exercise", "curl", "--mode", "below", "--load", "12")
    settings = document("sessions", "show", told["sessions"][0]["id"])["settings"]
    assert (settings["exercise"], settings["mode"], settings["load_kg"]) == ("curl", "below", 12)


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--format", "edf"),
        ("export", "ab", "--all", "--format", "edf"),
        ("export", "ab"),
        ("export", "ab", "--format", "xlsx"),
        ("import",),
        ("import", "a.csv", "--wearer", " Anna"),
        ("import", "a.csv", "--start", "tomorrow"),
        ("import", "a.csv", "--start", "1960-01-01"),
        ("import", "a.csv", "--start", "9999-12-31 23:59"),
        ("import", "a.csv", "--reps-max", "3"),
    ],
)
def test_what_makes_no_sense_is_exit_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")


def test_what_is_there_is_exit_9_and_named(tmp_path: Path, log: Path) -> None:
    assert run("export", log, "--format", "csv", "--out", tmp_path / "out").exit_code == 0
    result = run("export", log, "--format", "csv", "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (9, "")
    assert "reps.csv" in result.stderr
    assert "--overwrite" in result.stderr
    assert run("export", log, "--format", "csv", "--out", tmp_path / "out", "--overwrite").exit_code == 0


def test_the_text_says_what_was_written_where(tmp_path: Path, log: Path) -> None:
    text = run("export", log, "--format", "edf", "--out", tmp_path / "out").stdout
    assert text == f"1 session in 1 file, in {tmp_path / 'out'}.\n  session-{SESSION}.edf\n"


def test_a_recording_that_cannot_be_used_is_exit_5(tmp_path: Path, log: Path) -> None:
    assert run("import", tmp_path / "nowhere.csv").exit_code == 5
    assert run("import", log).exit_code == 5


UNREACHABLE = "x" * 300
"""A name that no file system takes: every look at it fails, as in a folder that is closed, and for root, too."""


def test_an_export_to_where_nobody_may_look_is_exit_9(tmp_path: Path, log: Path) -> None:
    for said in ((), ("--overwrite",)):
        result = run("export", log, "--format", "csv", "--out", tmp_path / UNREACHABLE, *said)
        assert (result.exit_code, result.stdout) == (9, "")


def test_an_import_to_where_nobody_may_look_is_exit_12(tmp_path: Path) -> None:
    result = run("import", three_bursts(tmp_path), "--archive", tmp_path / UNREACHABLE)
    assert (result.exit_code, result.stdout) == (12, "")


@pytest.mark.parametrize(("option", "suffix"), [("--page", ".html"), ("--plot", ".png")])
def test_a_picture_where_nobody_may_look_is_exit_9(tmp_path: Path, option: str, suffix: str) -> None:
    result = run("simulate", three_bursts(tmp_path), option, tmp_path / (UNREACHABLE + suffix))
    assert (result.exit_code, result.stdout) == (9, "")
