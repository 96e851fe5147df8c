"""``buzzband report``: which session, what is on its page, what it says beside it."""

import json
from pathlib import Path

import pytest

from buzzband.archive import Archive
from buzzband.archive.facts import facts_of
from buzzband.errors import NoSuchSession, SessionUnreadable
from buzzband.recordings.band_log import read_log
from buzzband.report.measures import set_figures
from buzzband.services.logged import logged_outcome
from buzzband.services.report import report_document, report_text, write_report
from golden_logs.make import FOLDER
from recordings.log_builder import LogWriter
from report import year
from report.pages import parsed
from report.test_recomputed import rich
from services.syncing import header_only

PLAN = year.Plan(sessions=3, sets=2, reps=3)

pytestmark = pytest.mark.usefixtures("no_power_cuts")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return year.write(tmp_path / "archive", PLAN)


def test_without_an_id_it_is_the_latest_session(archive: Archive, tmp_path: Path) -> None:
    done = write_report(archive, None, tmp_path / "page.html")
    assert done.session.row.session_id == year.session_id(2)
    assert "2025-01-10" in parsed(done.page.read_text(encoding="utf-8")).all("h1")[0].text


def test_a_session_that_nobody_can_place_is_not_the_latest(tmp_path: Path) -> None:
    placed, lost = year.log_of(0, PLAN), header_only("ffffffffffffffff")
    archive = year.place(tmp_path / "archive", placed, lost)
    assert write_report(archive, None, tmp_path / "page.html").session.row.session_id == year.session_id(0)


def test_an_archive_without_sessions_has_no_latest(tmp_path: Path) -> None:
    with pytest.raises(NoSuchSession):
        write_report(Archive(tmp_path), None, tmp_path / "page.html")


def test_a_session_of_which_nothing_can_be_read_has_no_page(tmp_path: Path) -> None:
    archive = year.place(tmp_path / "archive", header_only("ffffffffffffffff"))
    (log,) = archive.raw.logs()
    log.path.write_bytes(b"nothing")
    with pytest.raises(SessionUnreadable, match="has no page"):
        write_report(archive, "ff", tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_the_page_has_a_name_of_its_own(archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert write_report(archive, year.session_id(0), None).page == Path("session-0000000000.html")
    assert Path("session-0000000000.html").is_file()


def test_the_terminal_says_what_the_page_says_first(archive: Archive, tmp_path: Path) -> None:
    done = write_report(archive, None, tmp_path / "page.html")
    page = parsed(done.page.read_text(encoding="utf-8"))
    big = [one.text for one in page.all("p", **{"class": "big"})]
    lines = report_text(done).replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert [line.split(": ")[1].split(". ")[0] for line in lines[1:3]] == big
    assert lines[-1] == f"The page: {done.page}"


def test_the_document_is_json_with_all_sets_and_reps(archive: Archive, tmp_path: Path) -> None:
    told = json.loads(json.dumps(report_document(write_report(archive, None, tmp_path / "page.html")), allow_nan=False))
    assert (told["schema"], told["reps"], len(told["sets"])) == ("buzzband/report/1", 6, 2)
    assert sum(rep["good"] for one in told["sets"] for rep in one["reps"]) == told["good_reps"]


@pytest.mark.parametrize(
    "data", [rich(), *(path.read_bytes() for path in sorted(FOLDER.glob("*.bbl")))], ids=lambda data: str(len(data))
)
def test_index_and_page_count_the_same(data: bytes) -> None:
    log = read_log(data)
    facts, _ = facts_of(data, year.UID, log.session_id)
    told = logged_outcome(log, "")
    sets = set_figures(told)
    assert facts.reps == len(told.reps)
    assert facts.hits == sum(one.reached for one in sets)
    assert facts.good == sum(one.good for one in sets)
    assert facts.too_fast == sum(one.too_fast for one in sets)
    assert facts.muscle_off == sum(one.muscle_off for one in sets)
    assert facts.peaks_permille == sum(rep.peak_permille for rep in told.reps)
    assert facts.held_ms == round(1000 * sum(hold.end_s - hold.start_s for hold in told.holds))


def test_without_its_header_a_log_says_that_the_target_is_a_guess() -> None:
    made = LogWriter().activation(1, [400] * 100)
    told = logged_outcome(read_log(made.bytes(), "00112233445566aa"), "")
    assert told.target_permille == 500
    assert any("header of the log is lost" in note for note in told.notes)
    assert told.calibration.reference == 0


def test_what_a_log_does_not_have_is_shown_as_missing() -> None:
    made = LogWriter().header().activation(1, [400] * 100).activation(401, [400] * 100).end(600)
    told = logged_outcome(read_log(made.bytes()), "")
    assert [(span.t_s, span.end_s, span.flag) for span in told.quality] == [(2.0, 4.0, "missing")]
    assert told.is_there().sum() == 200
