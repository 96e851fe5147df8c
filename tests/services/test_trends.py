"""``buzzband trends``: whose weeks, which weeks, and every number of its page once more from the raw logs."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from buzzband.archive import Archive
from buzzband.errors import SeveralWearers
from buzzband.services.trends import Programme, trends, write_trends
from recordings.log_builder import LogWriter
from report import raw_log, year
from report.pages import Element, parsed

PLAN = year.Plan(sessions=9, sets=2, reps=4)
TODAY = date(2025, 2, 2)
FOUR_WEEKS = Programme(weeks=4, per_week=3, first=date(2025, 1, 6))

pytestmark = pytest.mark.usefixtures("no_power_cuts")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return year.write(tmp_path_factory.mktemp("year") / "archive", PLAN)


@pytest.fixture(scope="module")
def page(archive: Archive) -> Element:
    done = write_trends(archive, FOUR_WEEKS, TODAY, archive.folder.parent / "page.html")
    return parsed(done.page.read_text(encoding="utf-8"))


def table(page: Element, heading: str) -> list[list[str]]:
    (section,) = (one for one in page.all("section") if one.attributes.get("aria-labelledby") == heading)
    return [[cell.text for cell in row.children] for row in section.all("tr")][1:]


def lasting(seconds: float) -> str:
    return (
        f"{seconds:.1f} s"
        if seconds < 10
        else f"{round(seconds) // 60} min {round(seconds) % 60} s"
        if seconds >= 59.5
        else f"{round(seconds)} s"
    )


def began(number: int) -> datetime:
    return year.began(number).astimezone()


def test_the_table_of_weeks_is_that_of_the_raw_logs(page: Element) -> None:
    weeks: dict[date, list[int]] = defaultdict(list)
    for number in range(PLAN.sessions):
        day = began(number).date()
        weeks[day - timedelta(days=day.weekday())].append(number)
    rows = table(page, "weeks")
    assert len(rows) == 4
    for index, row in enumerate(rows):
        monday = date(2025, 1, 6) + timedelta(days=7 * index)
        raws = [raw_log.read(year.log_of(number, PLAN)) for number in weeks[monday]]
        reps = [(raw, rep) for raw in raws for _, _, found in raw.by_set for rep in found]
        hits = sum(rep.peak >= raw.target for raw, rep in reps)
        whole = [rep for _, rep in reps if rep.concentric and rep.eccentric]
        assert row[0].startswith(f"{monday.day} ")
        assert row[1] == f"{len({began(number).date() for number in weeks[monday]})} of 3"
        assert row[2] == str(len(reps))
        if not reps:
            assert row[3:] == ["–"] * 6
            continue
        tempo = [np.mean([getattr(rep, name) for rep in whole]) for name in ("concentric", "hold", "eccentric")]
        assert row[3] == str(sum(raw.good(rep) for raw, rep in reps))
        assert row[4] == f"{100 * hits // len(reps)} %"
        assert row[5] == "-".join(f"{phase:.1f}" for phase in tempo) + " s"
        assert row[6] == lasting(sum(rep.concentric + rep.hold + rep.eccentric for _, rep in reps))
        assert row[7] == "–"
        assert row[8] == f"{sum(raw.header['settings']['load_kg'] for raw, _ in reps):,}"


def test_the_table_of_sessions_is_that_of_the_raw_logs(page: Element) -> None:
    for number, row in zip(reversed(range(PLAN.sessions)), table(page, "sessions"), strict=True):
        raw = raw_log.read(year.log_of(number, PLAN))
        reps = [rep for _, _, found in raw.by_set for rep in found]
        told = raw.header["settings"]
        assert row[0] == f"{began(number):%Y-%m-%d %H:%M}"
        assert row[1] == f"{told['exercise']}, {told['load_kg']} kg"
        assert row[2:5] == [str(len(raw.by_set)), str(len(reps)), str(sum(map(raw.good, reps)))]
        assert row[5:7] == ["60 %", f"{int(np.mean([rep.peak for rep in reps]) // 10)} %"]
        assert row[7] == ("yes" if raw.header["calibration"] else "no")
        assert row[9] == year.session_id(number)[:10]


def test_the_programme_is_counted_from_the_raw_logs(page: Element) -> None:
    days = {began(number).date() for number in range(PLAN.sessions)}
    assert len(days) == 9
    assert "you did 9 of 12 days (75 %), 3 of 4 weeks in full." in page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_without_a_first_day_the_weeks_end_with_this_one(archive: Archive) -> None:
    told = trends(archive.sessions(), Programme(weeks=2), date(2025, 1, 15))
    assert [week.monday for week in told.weeks] == [date(2025, 1, 6), date(2025, 1, 13)]
    assert (len(told.trainings), told.outside) == (6, 3)


def test_a_session_in_which_nothing_was_done_is_no_training(tmp_path: Path) -> None:
    idle = LogWriter(year.session_id(0)).header(session=year.session_id(0), uid=year.UID, boot=1)
    idle.time(0, round(year.FIRST.timestamp() * 1000)).activation(1, [300] * 100).end(200)
    told = trends(year.place(tmp_path, idle.bytes()).sessions(), FOUR_WEEKS, TODAY)
    assert (told.trainings, told.unplaced) == ((), 0)


def test_a_session_that_nobody_can_place_is_told_and_not_counted(tmp_path: Path) -> None:
    made = LogWriter(year.session_id(0)).header(session=year.session_id(0), uid=year.UID)
    made.record(8, (100).to_bytes(4, "little") + (6000).to_bytes(4, "little") + (500).to_bytes(2, "little"))
    told = trends(year.place(tmp_path, made.bytes()).sessions(), FOUR_WEEKS, TODAY)
    assert (told.trainings, told.unplaced) == ((), 1)


def test_of_several_wearers_one_is_to_be_named(tmp_path: Path) -> None:
    logs = [year.log_of(number, PLAN, wearer=name) for number, name in enumerate(("Anna", "Ben", "Anna"))]
    sessions = year.place(tmp_path, *logs).sessions()
    with pytest.raises(SeveralWearers, match="'Anna' and 'Ben'"):
        trends(sessions, FOUR_WEEKS, TODAY)
    assert len(trends(sessions, Programme(4, first=date(2025, 1, 6), wearer="Anna"), TODAY).trainings) == 2
    with pytest.raises(SeveralWearers, match="no sessions of 'Cleo'"):
        trends(sessions, Programme(wearer="Cleo"), TODAY)


def test_a_session_that_is_there_with_two_contents_counts_once_with_the_longer(archive: Archive) -> None:
    sessions = archive.sessions()
    first = sessions[0]
    rival = replace(first, conflict=True, row=replace(first.row, digest="0" * 16, size=first.row.size - 1))
    assert trends([rival, *sessions], FOUR_WEEKS, TODAY) == trends(sessions, FOUR_WEEKS, TODAY)
    assert trends([*sessions, rival], FOUR_WEEKS, TODAY) == trends(sessions, FOUR_WEEKS, TODAY)
