"""``buzzband report`` and ``trends`` as they are typed, also with names that want to be more than names."""

import json
import unicodedata
from pathlib import Path

import click
import pytest

from buzzband.archive import Archive
from cli.builders import run
from hostile_names import NAMES
from recordings.log_builder import LogWriter
from report import year
from report.pages import Element, parsed

PLAN = year.Plan(sessions=4, sets=2, reps=3)
TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}

pytestmark = pytest.mark.usefixtures("no_power_cuts")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return year.write(tmp_path / "archive", PLAN).folder


def test_report_writes_a_page_and_says_where(folder: Path, tmp_path: Path) -> None:
    result = run("report", "--archive", folder, "--out", tmp_path / "page.html")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith(f"The page: {tmp_path / 'page.html'}\n")
    assert (tmp_path / "page.html").read_bytes().startswith(b"<!doctype html>")


def test_trends_writes_a_page_and_says_how_the_programme_was_kept(folder: Path, tmp_path: Path) -> None:
    asked = ("--from", "2025-01-06", "--weeks", 2, "--per-week", 3, "--out", tmp_path / "page.html")
    result = run("trends", "--archive", folder, *asked)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "you did 4 of 6 days (66 %), 1 of 2 weeks in full." in result.stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert (tmp_path / "page.html").is_file()


@pytest.mark.parametrize("command", [("report",), ("trends", "--from", "2025-01-06")])
def test_json_is_one_document_that_names_the_page(folder: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(*command, "--archive", folder, "--out", tmp_path / "page.html", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, result.stdout.count("\n")) == (0, 1)
    assert told["schema"] == f"buzzband/{command[0]}/1"
    assert Path(told["page"]).is_file()


@pytest.mark.parametrize("command", ["report", "trends"])
def test_open_shows_the_page(folder: Path, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(click, "launch", lambda where: shown.append(where) or 0)
    assert run(command, "--archive", folder, "--out", tmp_path / "page.html", "--open").exit_code == 0
    assert shown == [str(tmp_path / "page.html")]


def test_without_a_browser_the_page_is_there_all_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(click, "launch", lambda _where: 1)
    result = run("report", "--archive", folder, "--out", tmp_path / "page.html", "--open")
    assert result.exit_code == 9
    assert "open it yourself" in result.stderr
    assert (tmp_path / "page.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("report", "ffff"), 12),
        (("report", "0"), 12),
        (("report", "../../etc/passwd"), 12),
        (("trends", "--per-week", "8"), 2),
        (("trends", "--weeks", "0"), 2),
        (("trends", "--from", "yesterday"), 2),
        (("trends", "--from", "9999-12-31"), 2),
        (("trends", "--from", "0001-01-01"), 2),
        (("trends", "--wearer", "Anna"), 12),
    ],
)
def test_what_cannot_be_had_has_its_exit_code(
    folder: Path, tmp_path: Path, arguments: tuple[str, ...], exit_code: int
) -> None:
    result = run(*arguments, "--archive", folder, "--out", tmp_path / "page.html")
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_cannot_be_written_is_exit_9(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for command in ("report", "trends"):
        assert run(command, "--archive", folder, "--out", tmp_path / "file" / "page.html").exit_code == 9


def named(number: int, *names: str) -> bytes:
    """A session of nothing but names: exercise, wearer, how it was calibrated and of whom."""
    exercise, wearer, how, whom = (name[:60] for name in names)
    made = LogWriter(year.session_id(number)).header(
        session=year.session_id(number),
        uid=year.UID,
        boot=number,
        app=exercise,
        settings={"exercise": exercise, "wearer": wearer, "mode": how},
        calibration={"how": how, "wearer": whom, "grade": 3},
    )
    made.time(0, round(year.began(number % 30).timestamp() * 1000))
    made.record(8, (100).to_bytes(4, "little") + (6000).to_bytes(4, "little") + (500).to_bytes(2, "little"))
    return made.activation(1, [300] * 100).end(200).bytes()


def structure(page: Element) -> list[tuple[str, list[str]]]:
    return [(one.tag, sorted(one.attributes)) for one in page.everything()]


def is_inert(text: str) -> bool:
    """Whether a terminal shows all of a text as it stands."""
    return all(
        character == "\n"
        or (unicodedata.category(character) != "Cc" and unicodedata.bidirectional(character) not in TURNS)
        for character in text
    )


def test_no_name_changes_a_report(tmp_path: Path) -> None:
    plain = reported(year.place(tmp_path / "plain", named(0, "a", "b", "c", "d")), 0, tmp_path)
    archive = year.place(
        tmp_path / "archive", *(named(number, *NAMES[4 * number : 4 * number + 4]) for number in range(50))
    )
    for number in range(50):
        page, lines = reported(archive, number, tmp_path)
        assert structure(page) == structure(plain[0]), NAMES[4 * number : 4 * number + 4]
        assert len(lines) == len(plain[1])


def reported(archive: Archive, number: int, folder: Path) -> tuple[Element, list[str]]:
    result = run("report", year.session_id(number), "--archive", archive.folder, "--out", folder / "page.html")
    assert result.exit_code == 0, result.output
    assert is_inert(result.output)
    return parsed((folder / "page.html").read_text(encoding="utf-8")), result.stdout.splitlines()


def test_no_name_changes_the_trends(tmp_path: Path) -> None:
    plain, hostile = (
        year.place(tmp_path / kind, *(named(at, name, "", "c", "d") for at, name in enumerate(names)))
        for kind, names in (("plain", ["x"] * len(NAMES)), ("hostile", NAMES))
    )
    pages = []
    for archive in (plain, hostile):
        asked = ("--from", "2025-01-06", "--weeks", 52, "--out", tmp_path / "page.html")
        result = run("trends", "--archive", archive.folder, *asked)
        assert result.exit_code == 0, result.output
        assert is_inert(result.output)
        pages.append(structure(parsed((tmp_path / "page.html").read_text(encoding="utf-8"))))
    assert [one for one in pages[0] if one[0] in ("tr", "td")] == [one for one in pages[1] if one[0] in ("tr", "td")]
    assert {one[0] for one in pages[0]} == {one[0] for one in pages[1]}


def test_no_wearers_name_changes_a_terminal(tmp_path: Path) -> None:
    archive = year.place(tmp_path / "archive", *(named(at, "a", name, "c", "d") for at, name in enumerate(NAMES)))
    result = run("trends", "--archive", archive.folder, "--out", tmp_path / "page.html")
    assert result.exit_code == 12
    assert is_inert(result.output)
    listed = run("sessions", "--archive", archive.folder)
    assert is_inert(listed.output)
    assert len(listed.stdout.splitlines()) == len(NAMES) + 1
