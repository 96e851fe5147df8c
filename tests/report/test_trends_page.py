"""The page of weeks: whole, safe, and with its caveat where it cannot be cut off."""

import re
from dataclasses import replace

import pytest

from buzzband.report import render_trends
from buzzband.report.trend_charts import LOADS_SHOWN, NARROW, WIDE, loads_svg, weeks_svg
from buzzband.report.trend_words import CAVEAT, adherence, summary
from buzzband.weeks import Trends, weeks_of
from report.pages import parsed
from test_weeks import MONDAY, trained, training


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


CASES = {
    "a year": trained(*(3, 2, 3, 4) * 13),
    "one week": trained(1),
    "nothing": trained(0, 0),
    "no programme": trained(2, 2, per_week=None),
    "holds only": Trends("", weeks_of([training(reps=0, holds=2, held_ms=30_000)], MONDAY, 2), MONDAY),
    "reps that were never whole": Trends("", weeks_of([training(complete=0, hits=0)], MONDAY, 1), MONDAY),
}


@pytest.mark.parametrize("told", CASES.values(), ids=CASES)
def test_every_page_nests_stands_alone_and_states_the_caveat(told: Trends) -> None:
    page = render_trends(told)
    tree = parsed(page)
    assert len(tree.all("title")) == len(tree.all("h1")) == len(tree.all("main")) == 1
    assert not re.search(r"https?:|//[a-z]|@import|\bsrc=|data:", page)
    assert {one.tag for one in tree.everything()}.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
    assert all("style" not in one.attributes for one in tree.everything())
    assert plain(CAVEAT) in plain(tree.text)
    ids = [one.attributes["id"] for one in tree.everything() if "id" in one.attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("canvas", [WIDE, NARROW])
def test_the_caveat_is_in_the_figure_itself(canvas: object) -> None:
    told = trained(3, 3)
    texts = [text.text for text in parsed(loads_svg(told, told.loads(), canvas, "")).all("text")]  # type: ignore[arg-type]
    assert "Do not compare dots: each day has its own 100 %." in texts
    assert any("±18 %" in text for text in texts)


def dots(told: Trends) -> list[tuple[str, str]]:
    """What fills and what edges the dots."""
    drawn = parsed(loads_svg(told, told.loads(), WIDE, ""))
    return [(str(one.attributes.get("class")), str(one.attributes.get("fill"))) for one in drawn.all("use")]


def test_a_dot_is_hollow_without_a_calibration() -> None:
    full, hollow = (Trends("", weeks_of([training(calibrated=is_so)], MONDAY, 1), MONDAY) for is_so in (True, False))
    assert len(dots(full)) == len(dots(hollow)) == 1
    assert dots(full) != dots(hollow)


def test_dots_are_not_joined() -> None:
    drawn = parsed(loads_svg(trained(3, 3), trained(3, 3).loads(), WIDE, ""))
    assert len(drawn.all("use")) == 6
    assert not [one for one in drawn.all("path") if one.attributes.get("class") == "s-muscle"]


def test_the_plan_is_drawn_only_if_there_is_one() -> None:
    for told, has_plan in ((trained(2, 2), True), (trained(2, 2, per_week=None), False)):
        texts = [text.text for text in parsed(weeks_svg(told, WIDE, "")).all("text")]
        assert ("plan" in texts) is has_plan


def test_more_loads_than_are_drawn_are_told() -> None:
    several = [training(load_kg=kg) for kg in range(1, LOADS_SHOWN + 4)]
    text = parsed(render_trends(Trends("", weeks_of(several, MONDAY, 1), MONDAY))).text
    assert "The 3 exercises and loads that were trained least" in text


def test_a_year_is_told_in_a_few_sentences() -> None:
    told = replace(trained(3, 2, 4), unplaced=1, outside=5)
    assert [plain(sentence) for sentence in summary(told)] == [
        "9 sessions on 9 days in the 3 weeks from 2 Mar 2026 to the week of 16 Mar 2026: 3.0 days a week.",
        "Of the programme, 3 days a week for 3 weeks, you did 8 of 9 days (88 %), 2 of 3 weeks in full.",
        "72 of 90 reps reached the target of their session (80 %), 54 were good.",
        "In all 4 min 57 s in reps and cycles and 1,080 kg lifted, load times reps.",
        "Not counted: 1 session that nobody can place in a week and 5 of other weeks.",
    ]


def test_a_week_that_goes_on_is_told() -> None:
    assert adherence(replace(trained(3, 1), today=MONDAY)).endswith("The last week goes on.")
    assert adherence(trained(3, 1, per_week=None)) == ""
