"""The picture of cued sets against silent ones shows the figures that are told, and no others."""

from buzzband.report.comparison import Compared, comparison_figure

SESSIONS = (("2026-03-03 18:04", (12.0, -3.0)), ("before 2026-03-05 to 2026-03-09 07:31", (8.0, 20.0)))
TITLE = "12 pairs of a cued and a silent set, with $ome load"


def drawn(effect=(9.0, 2.0, 16.5)):
    (axes,) = comparison_figure(Compared(TITLE, SESSIONS, effect, (("pectorals +9 %", 9.0),))).axes
    return axes


def test_a_dot_is_a_pair_in_the_row_of_its_session() -> None:
    dots = [line for line in drawn().lines if line.get_marker() == "o"]
    assert [(list(line.get_xdata()), list(line.get_ydata())) for line in dots] == [
        ([12.0, -3.0], [0, 0]),
        ([8.0, 20.0], [1, 1]),
    ]


def test_the_effect_is_shown_with_its_interval_and_of_too_few_pairs_not_at_all() -> None:
    (mean,) = [line for line in drawn().lines if line.get_marker() == "D"]
    assert list(mean.get_xdata()) == [9.0]
    assert [2.0, 16.5] in [list(line.get_xdata()) for line in drawn().lines]
    few = drawn(effect=None)
    assert all(line.get_marker() != "D" for line in few.lines)
    assert "together" not in [label.get_text() for label in few.get_yticklabels()]


def test_text_is_shown_as_it_is_and_within_the_picture() -> None:
    axes = drawn()
    figure = axes.figure
    figure.canvas.draw()
    shown = [*figure.texts, *axes.get_yticklabels(), *axes.texts, axes.xaxis.label]
    assert TITLE in [text.get_text() for text in figure.texts]
    boxes = [text.get_window_extent() for text in shown if text.get_text()]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1 for box in boxes)
