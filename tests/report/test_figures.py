"""The figures: what is drawn, how large, and in whose colours."""

import io
import re
import subprocess
import sys
from dataclasses import replace
from importlib import resources

import pytest

from buzzband.outcome import CueMark, Hold, Outcome, QualitySpan
from buzzband.report.canvas import LIGHT, Canvas
from buzzband.report.figures import NARROW, WIDE, cut_off, session_figure, session_svg, set_svg, top_percent
from buzzband.report.measures import set_figures
from buzzband.report.svg import INKS
from report.builders import an_hour, lasting, moving, outcome, rep, synthetic, with_sets
from report.pages import Element, parsed


def drawn(one: Outcome, canvas: Canvas = WIDE) -> Element:
    return parsed(session_svg(one, set_figures(one), canvas, "a label"))


def drawn_set(one: Outcome, number: int = 1) -> Element:
    return parsed(set_svg(one, set_figures(one)[number - 1], "a label"))


def texts(tree: Element) -> list[str]:
    return [text.text for text in tree.all("text")]


def count_of(tree: Element, name: str) -> int:
    return sum(name in (one.attributes.get("class") or "").split() for one in tree.everything())


@pytest.mark.parametrize("canvas", [WIDE, NARROW])
def test_an_hour_stays_under_300_kb(canvas: Canvas) -> None:
    hour = an_hour()
    assert len(session_svg(hour, set_figures(hour), canvas, "").encode()) < 300_000


def test_an_hour_of_cues_a_second_stays_under_300_kb() -> None:
    busy = lasting(3600.0, cues=tuple(CueMark(float(t), "on_target") for t in range(3600)))
    assert len(session_svg(busy, (), WIDE, "").encode()) < 300_000


def test_an_hour_of_flags_stays_under_300_kb() -> None:
    spans = tuple(QualitySpan(t / 2, t / 2 + 0.25, "rail") for t in range(7200))
    assert len(session_svg(lasting(3600.0, quality=spans), (), WIDE, "").encode()) < 300_000


def test_every_buzz_has_its_mark() -> None:
    one = synthetic()
    assert len(drawn(one).all("use")) == len(one.cues) > 0


def test_a_set_shows_its_own_buzzes_and_numbers_its_reps() -> None:
    one = with_sets((700, 500), (650, 700, 400))
    tree = drawn_set(one, 2)
    assert len(tree.all("use")) == 2
    assert [text for text in texts(tree) if re.fullmatch(r"[1-9]", text)] == ["1", "2", "3"]


def shades(tree: Element) -> list[str]:
    """The phases that are shaded, from left to right."""
    names = {f"f-{name}": name for name in ("concentric", "held", "eccentric")}
    found = [
        (float(left), names[str(one.attributes["class"])])
        for one in tree.everything()
        if one.attributes.get("class") in names
        for left in re.findall(r"M([\d.]+)", one.attributes["d"] or "")
    ]
    return [name for _, name in sorted(found)]


def test_reps_are_shaded_by_phase() -> None:
    assert shades(drawn_set(with_sets((700, 500)))) == ["concentric", "held", "eccentric"] * 2


def test_a_rep_that_lowers_first_is_shaded_so() -> None:
    one = with_sets((700,))
    one = replace(one, reps=(replace(one.reps[0], lowers_first=True),))
    assert shades(drawn_set(one)) == ["eccentric", "held", "concentric"]


def test_a_phase_that_was_not_seen_is_not_shaded() -> None:
    one = with_sets((700,))
    one = replace(one, reps=(replace(one.reps[0], hold_s=0.0, eccentric_s=0.0),))
    assert shades(drawn_set(one)) == ["concentric"]


def test_holds_are_shaded_where_they_are_in_view() -> None:
    one = outcome(holds=(Hold(1.0, 4.0, 500), Hold(20.0, 24.0, 500)))
    assert shades(drawn(one)) == ["held"]


def lines(tree: Element, name: str) -> list[Element]:
    return [one for one in tree.all("path") if one.attributes.get("class") == f"s-{name}"]


@pytest.mark.parametrize("canvas", [WIDE, NARROW])
def test_movement_is_drawn_below_the_activation(canvas: Canvas) -> None:
    tree = drawn(moving(outcome(), degrees=60), canvas)
    (movement,), (activation,) = lines(tree, "move"), lines(tree, "muscle")
    heights = [
        [float(y) for _, y in re.findall(r"([\d.]+) ([\d.]+)", one.attributes["d"] or "")]
        for one in (activation, movement)
    ]
    assert max(heights[0]) < min(heights[1])
    assert {"0°", "60°"} <= set(texts(tree))


def test_without_movement_a_figure_is_as_high_as_its_canvas() -> None:
    boxes = [drawn(one).all("svg")[0].attributes["viewbox"] for one in (outcome(), moving(outcome()))]
    assert boxes[0] == f"0 0 {WIDE.width} {WIDE.height}"
    assert int((boxes[1] or "").split()[-1]) > WIDE.height


@pytest.mark.parametrize(("degrees", "top"), [(0, "10°"), (8, "10°"), (9, "10°"), (47, "45°"), (200, "180°")])
def test_the_axis_of_movement_ends_near_the_largest(degrees: int, top: str) -> None:
    assert top in texts(drawn(moving(outcome(), degrees=degrees)))


def test_reps_that_are_too_close_are_not_all_numbered_but_all_shaded() -> None:
    tree = drawn_set(with_sets((700,) * 60))
    assert shades(tree).count("concentric") == 60
    assert "5" in texts(tree)
    assert "4" not in texts(tree)


def test_sets_are_named_in_the_figure_of_the_session() -> None:
    assert {"Set 1", "Set 2", "Set 3"} <= set(texts(drawn(synthetic())))
    assert "30" in texts(drawn(an_hour()))
    assert "30" not in texts(drawn(an_hour(), NARROW))


def test_target_and_rearm_lines_are_named() -> None:
    assert {"target", "re-arm"} <= set(texts(drawn(outcome())))


def test_stretches_that_are_not_trusted_are_hatched() -> None:
    spans = (QualitySpan(1.0, 2.0, "hum"), QualitySpan(5.0, 6.0, "rail"))
    tree = drawn(outcome(quality=spans))
    (pattern,) = tree.all("pattern")
    assert (
        len([one for one in tree.all("path") if one.attributes.get("fill") == f"url(#{pattern.attributes['id']})"]) == 2
    )


def test_blanked_samples_have_a_dashed_line_of_their_own() -> None:
    (line,) = (one for one in drawn(with_sets((700,))).all("path") if one.attributes.get("class") == "s-spoilt")
    assert line.attributes["stroke-dasharray"]
    assert count_of(drawn(outcome()), "s-spoilt") == 0


def test_all_colours_come_from_the_page() -> None:
    for one in drawn(synthetic(quality=(QualitySpan(1.0, 2.0, "hum"),))).everything():
        for name in ("fill", "stroke"):
            value = one.attributes.get(name)
            assert value in (None, "none") or value.startswith("url(#"), (one.tag, value)
        for part in (one.attributes.get("class") or "picture").split():
            assert part == "picture" or part[2:] in INKS


def test_text_is_text_in_the_font_of_the_page() -> None:
    for text in drawn(synthetic()).all("text"):
        assert "font-family" not in text.attributes
        assert "font" not in text.attributes


@pytest.mark.parametrize(
    ("seconds", "ticks"),
    [
        (1.0, ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s"]),
        (10.0, ["0:00", "0:02", "0:04", "0:06", "0:08", "0:10"]),
        (3600.0, ["0:00", "10:00", "20:00", "30:00", "40:00", "50:00", "60:00"]),
    ],
)
def test_times_are_round(seconds: float, ticks: list[str]) -> None:
    assert [text for text in texts(drawn(lasting(seconds))) if ":" in text or " s" in text] == ticks


def test_the_axis_has_room_for_reference_target_and_peaks() -> None:
    assert top_percent(outcome()) == 105
    assert top_percent(outcome(target_permille=1000)) == 115
    assert top_percent(outcome(reps=(rep(1.0, 1500),))) > 150


def test_what_cannot_be_muscle_does_not_flatten_the_rest() -> None:
    wild = outcome(permille=outcome().permille + 30000)
    assert top_percent(wild) < 250
    assert cut_off(wild)
    assert not cut_off(synthetic())


def test_nobodys_settings_change_a_figure_nor_are_changed() -> None:
    import matplotlib

    before = session_svg(outcome(), (), WIDE, "")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert session_svg(outcome(), (), WIDE, "") == before
        assert matplotlib.rcParams["font.size"] == 30


def test_figures_of_one_page_share_no_ids() -> None:
    one = synthetic()
    ids = [
        {element.attributes["id"] for element in tree.everything() if "id" in element.attributes}
        for tree in (drawn(one), drawn(one, NARROW), drawn_set(one, 1), drawn_set(one, 2))
    ]
    assert len(set.union(*ids)) == sum(map(len, ids)) > 0


def test_a_picture_alone_has_the_colours_of_the_page_by_daylight() -> None:
    style = (resources.files("buzzband.report") / "templates" / "page.css").read_text()
    daylight = dict(re.findall(r"--(\w+): (#\w+);", style[: style.index("@media")]))
    assert LIGHT.keys() == INKS.keys()
    assert LIGHT.items() <= daylight.items()


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_picture_alone_can_be_saved_in_any_format(kind: str, start: bytes) -> None:
    buffer = io.BytesIO()
    session_figure(synthetic(quality=(QualitySpan(1.0, 2.0, "hum"),))).savefig(buffer, format=kind, dpi=150)
    assert buffer.getvalue().startswith(start)


def test_a_label_is_escaped() -> None:
    (svg,) = parsed(session_svg(outcome(), (), WIDE, '"><script>')).all("svg")
    assert svg.attributes["aria-label"] == '"><script>'


def test_a_set_at_the_very_edge_is_drawn_within_the_recording() -> None:
    one = replace(with_sets((700,)), duration_s=6.0)
    assert "0:08" not in texts(drawn_set(one))


def test_matplotlib_is_not_loaded_before_a_page_is_made() -> None:
    code = "import sys, buzzband.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
