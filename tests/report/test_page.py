"""The whole page: one file, whole, safe, and complete."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from buzzband.outcome import Hold, Outcome, QualitySpan, SetSpan
from buzzband.report import render
from report.builders import an_hour, hostile, lasting, moving, outcome, rep, steady, synthetic, with_sets
from report.pages import Element, parsed

SCRIPT = "<script>alert(1)</script>"
EVERYWHERE = tuple(QualitySpan(3.0 * i, 3.0 * i + 2.5, ("rail", "flat", "hum")[i % 3]) for i in range(50))


def odd() -> Outcome:
    """A set of reps with something to remark on each."""
    one = with_sets((700,) * 4)
    fast = {"too_fast": True}
    changes = ({"muscle_off": True, **fast}, fast, {"approximate": True}, {"eccentric_s": 0.0})
    return replace(one, reps=tuple(replace(rep, **change) for rep, change in zip(one.reps, changes, strict=True)))


CASES: dict[str, Callable[[], Outcome]] = {
    "demo": lambda: synthetic(),
    "an hour": an_hour,
    "quiet": lambda: outcome(),
    "one second": lambda: lasting(1.0),
    "less than a block": lambda: lasting(0.0),
    "no cues": lambda: with_sets((500, 400), (590,)),
    "steady": lambda: moving(steady()),
    "steady and reps": lambda: with_sets((700, 500), sets=(SetSpan(3.0, 10.0, 2), SetSpan(10.0, 20.0, 9, "steady"))),
    "a set whose reps were lost": lambda: outcome(sets=(SetSpan(1.0, 2.0, 5),)),
    "holds": lambda: moving(outcome(holds=(Hold(1.0, 4.5, 480),))),
    "a limb that never moved": lambda: moving(outcome(), degrees=0),
    "odd reps": lambda: odd(),
    "flags everywhere": lambda: synthetic(quality=EVERYWHERE),
    "hostile": lambda: hostile(SCRIPT),
    "far too strong": lambda: outcome(permille=outcome().permille + 30000),
}


@pytest.fixture(scope="module", params=CASES)
def page(request: pytest.FixtureRequest) -> str:
    return render(CASES[request.param]())


def test_every_page_nests_and_has_one_title_and_one_heading(page: str) -> None:
    tree = parsed(page)
    assert page.startswith("<!doctype html>\n")
    assert len(tree.all("title")) == len(tree.all("h1")) == len(tree.all("main")) == 1


def test_every_page_stands_alone(page: str) -> None:
    assert not re.search(r"https?:|//[a-z]|@import|\bsrc=|data:", page)
    for element in parsed(page).everything():
        assert element.tag not in {"script", "link", "img", "iframe", "object", "form", "base"}
        for name, value in element.attributes.items():
            assert not name.startswith("on"), name
            assert name not in {"src", "style", "xmlns"}, name
            if name in {"href", "xlink:href"}:
                assert value is not None
                assert value.startswith("#")


def test_every_page_allows_its_own_style_sheet_and_nothing_else(page: str) -> None:
    tree = parsed(page)
    (policy,) = tree.all("meta", **{"http-equiv": "Content-Security-Policy"})
    (style,) = tree.all("style")
    digest = base64.b64encode(hashlib.sha256("".join(style.texts).encode()).digest()).decode()
    directives = (policy.attributes["content"] or "").split("; ")
    assert directives == ["default-src 'none'", f"style-src 'sha256-{digest}'", "base-uri 'none'", "form-action 'none'"]


def test_every_reference_within_a_page_has_one_end(page: str) -> None:
    elements = parsed(page).everything()
    ids = [element.attributes["id"] for element in elements if "id" in element.attributes]
    assert len(set(ids)) == len(ids)
    for element in elements:
        for name, value in element.attributes.items():
            if name.startswith("aria-") and name != "aria-label" and name != "aria-hidden":
                assert value in ids
            for used in re.findall(r"url\(#([^)]+)\)|^#(\S+)$", value or ""):
                assert "".join(used) in ids


def test_every_figure_has_a_text_for_those_who_cannot_see_it(page: str) -> None:
    for figure in parsed(page).all("svg"):
        assert figure.attributes["role"] == "img"
        assert (figure.attributes["aria-label"] or "").startswith("Activation")


def test_every_page_has_its_sections_in_order(page: str) -> None:
    headings = [heading.text for heading in parsed(page).all("h2")]
    assert headings[:4] == ["Good reps", "Best set", "What to change", "The whole session"]
    assert headings[-2:] == ["Rep by rep", "Settings and calibration"]
    order = ["The whole session", "Set by set", "Rep after rep", "Signal quality", "Table of sets", "Rep by rep"]
    assert [heading for heading in headings if heading in order] == [one for one in order if one in headings]


def test_every_page_states_the_limits(page: str) -> None:
    text = parsed(page).text
    assert "EMG amplitude is not force" in text
    assert "do not compare across days" in text
    assert "stronger" not in text


def test_both_colour_schemes_and_print_are_served() -> None:
    page = render(outcome())
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "@media screen and (prefers-color-scheme: dark)" in page
    assert "@media print" in page


def test_both_schemes_define_every_colour_that_is_used() -> None:
    page = render(synthetic(quality=EVERYWHERE))
    light, dark = re.findall(r":root \{(.*?)\}", page, re.DOTALL)[:2]
    used = set(re.findall(r"var\((--[\w-]+)\)", page))
    assert used == set(re.findall(r"(--[\w-]+):", light)) == set(re.findall(r"(--[\w-]+):", dark))


def test_the_same_outcome_gives_the_same_bytes() -> None:
    assert render(synthetic()) == render(synthetic())


def rows(tree: Element, of: str = "reps") -> list[list[str]]:
    """The cells of the first table of that class."""
    table = tree.all("table", **{"class": of})[0]
    return [[cell.text for cell in row.children] for row in table.all("tr")]


def test_every_set_has_its_row() -> None:
    assert rows(parsed(render(with_sets((700, 500), (650,)))), "glance") == [
        ["Set", "Reps", "Good", "On target", "Mean peak", "Tempo", "Rest"],
        ["1", "2", "1", "1", "60 %", "1.2-0.4-1.4 s", "–"],
        ["2 best", "1", "1", "1", "65 %", "1.2-0.4-1.4 s", "12 s"],
    ]


def test_where_reps_were_marked_the_sets_say_how_many() -> None:
    head, one = rows(parsed(render(odd())), "glance")
    assert (head[-2:], one[-2:]) == (["Muscle off", "Too fast"], ["1", "2"])


def test_a_steady_set_has_a_cadence_in_its_row_and_no_reps() -> None:
    tree = parsed(render(steady(90, 0.75)))
    assert rows(tree, "glance")[1] == ["1", "90 cycles, 80 a minute", "–", "–", "–", "–", "–"]
    assert tree.all("table", **{"class": "reps"}) == []
    assert "Steady work is told in cycles" in tree.text
    assert "shaded by phase" not in tree.text


def test_times_by_the_muscle_alone_are_marked() -> None:
    one = with_sets((700,))
    one = replace(one, reps=tuple(replace(rep, approximate=True) for rep in one.reps))
    tree = parsed(render(one))
    assert rows(tree, "glance")[1][5] == rows(tree)[2][5] == "≈ 1.2-0.4-1.4 s"


def test_holds_are_listed() -> None:
    tree = parsed(render(outcome(holds=(Hold(1.0, 4.5, 489), Hold(5.0, 17.0, 520)))))
    assert rows(tree, "glance") == [
        ["Start", "Length", "Mean activation"],
        ["0:01", "3.5 s", "48 %"],
        ["0:05", "12 s", "52 %"],
    ]


def test_movement_is_explained_where_there_is_some() -> None:
    assert "how many degrees" in parsed(render(synthetic())).text
    assert "how many degrees" not in parsed(render(outcome())).text


def test_every_set_has_its_figure() -> None:
    articles = parsed(render(with_sets((700, 500), (650,)))).all("article")
    assert [one.all("h3")[0].text for one in articles] == ["Set 1", "Set 2"]
    assert all(len(one.all("svg")) == 1 for one in articles)


def test_every_rep_has_its_row_under_its_set() -> None:
    assert rows(parsed(render(with_sets((700, 500), (650,))))) == [
        ["Rep", "Start", "Good", "Peak", "Above", "Tempo", "Mean", "Onset", "Release"],
        ["Set 1"],
        ["1", "0:03", "yes ✓", "70 %", "0.9 s", "1.2-0.4-1.4 s", "42 / 28 %", "0.5 s", "0.3 s"],
        ["2", "0:07", "no ✕", "50 %", "0.0 s", "1.2-0.4-1.4 s", "30 / 20 %", "0.7 s", "0.4 s"],
        ["Set 2"],
        ["1", "0:22", "yes ✓", "65 %", "0.8 s", "1.2-0.4-1.4 s", "39 / 26 %", "0.6 s", "0.3 s"],
    ]


def test_what_was_odd_about_a_rep_is_remarked() -> None:
    found = rows(parsed(render(odd())))
    assert found[0][-1] == "Remarks"
    assert [row[-1] for row in found[2:]] == ["muscle off, too fast", "too fast", "", "not finished"]


def test_a_rep_that_was_not_finished_has_no_tempo() -> None:
    assert rows(parsed(render(odd())))[-1][5] == "–"


def test_all_300_reps_of_an_hour_are_listed() -> None:
    assert len(rows(parsed(render(an_hour())))) == 1 + 30 + 300


def test_without_reps_there_is_no_table() -> None:
    tree = parsed(render(outcome()))
    assert tree.all("table") == []
    assert "No reps were found. A set" in tree.text


@pytest.mark.parametrize(
    ("mode", "cues", "peak", "said"),
    [
        ("reach", False, 700, ["no buzz"]),
        ("reach", True, 700, []),
        ("reach", True, 500, ["buzzed"]),
        ("silent", False, 700, []),
    ],
)
def test_a_rep_whose_buzz_is_not_as_its_peak_says_so(mode: str, cues: bool, peak: int, said: list[str]) -> None:
    one = with_sets((700,))
    one = replace(one, mode=mode, reps=(rep(3.0, peak),), cues=one.cues if cues else ())
    assert rows(parsed(render(one)))[2][9:] == said


def test_hostile_text_stays_text() -> None:
    tree = parsed(render(hostile(SCRIPT)))
    assert tree.all("h1")[0].text == SCRIPT
    assert tree.all("title")[0].text == f"Buzzband session: {SCRIPT}"
    assert tree.text.count(SCRIPT) == 11  # title, heading, source, flag, word said, and six in settings and notes


@pytest.mark.parametrize("text", ['" onload="x', "</style>", "{{ 7 * 7 }}", "]]>", "<!--", "&lt;"])
def test_text_that_would_end_its_place_does_not(text: str) -> None:
    assert parsed(render(hostile(text))).all("h1")[0].text == text


def test_a_name_that_is_no_unicode_can_be_stored() -> None:
    name = b"curl\xff\x00.csv".decode("utf-8", "surrogateescape")
    assert "curl\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}.csv" in render(outcome(name=name)).encode().decode()


def test_settings_calibration_and_notes_are_shown() -> None:
    text = parsed(render(outcome(notes=("several EMG channels: took the first",)))).text
    for said in ("quiet", "cpython", "1000 Hz", "50 Hz", "120.5", "curl", "reach", "60 %", "40", "900", "squeezes"):
        assert said in text
    assert "several EMG channels: took the first" in text


def test_each_flag_is_explained_once_with_all_its_times() -> None:
    spans = (QualitySpan(4.0, 5.0, "rail"), QualitySpan(1.0, 2.5, "hum"), QualitySpan(8.0, 9.0, "rail"))
    (listed,) = parsed(render(outcome(quality=spans))).all("dl", **{"class": "quality"})
    assert [term.text for term in listed.all("dt")] == ["Mains hum (50 Hz)", "Clipped"]
    assert "0:04–0:05 and 0:08–0:09; 2.0 s in all" in listed.text
    assert "ower the gain" in listed.text


def test_blanks_are_explained_where_there_are_any() -> None:
    assert "120 ms after" in parsed(render(with_sets((700,)))).text
    assert "120 ms after" not in parsed(render(outcome())).text


def test_a_page_of_an_hour_stays_under_a_megabyte() -> None:
    assert len(render(an_hour()).encode()) < 1_000_000
