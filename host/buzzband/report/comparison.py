"""Cued sets against silent ones as a picture: a dot for each pair, the effect with its interval, what others found."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from buzzband.report.canvas import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INCH = 72  # units
_WIDTH, _ROW, _AROUND = 720, 26, 150
_LEFT, _RIGHT, _BOTTOM = 150, 24, 62  # margins
_TITLE_CHARACTERS = 92
_LABEL_CHARACTERS = 20
_FONT = 11


@dataclass(frozen=True)
class Compared:
    """What there is to show. Percentages: by how much the cued set is above the silent one.

    ``sessions``: of each a label and its pairs. ``effect``: mean and bounds of its interval, None of too few pairs.
    ``published``: name and percentage.
    """

    title: str
    sessions: tuple[tuple[str, tuple[float, ...]], ...]
    effect: tuple[float, float, float] | None
    published: tuple[tuple[str, float], ...]


def comparison_figure(told: Compared) -> Figure:
    """Return the picture, on white: it stands alone."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rc("svg", fonttype="none", hashsalt="comparison")
        matplotlib.rc("font", size=_FONT)
        matplotlib.rc("text", color=LIGHT["text"], parse_math=False)
        height = _AROUND + _ROW * (len(told.sessions) + 1)
        figure = Figure(figsize=(_WIDTH / _INCH, height / _INCH), facecolor="white")
        top = _AROUND - _BOTTOM
        size = ((_WIDTH - _LEFT - _RIGHT) / _WIDTH, (height - _BOTTOM - top) / height)
        axes = figure.add_axes((_LEFT / _WIDTH, _BOTTOM / height, *size))
        _draw(axes, told)
        title = textwrap.fill(told.title, _TITLE_CHARACTERS)
        figure.text(0.02, 1 - 10 / height, title, va="top", weight="bold")
        caption = "A dot: one pair. Diamond: all together, with the 95 % interval. Dashed: published, without a buzz."
        figure.text(0.02, 8 / height, caption, size=_FONT - 2)
        return figure


def _draw(axes: Axes, told: Compared) -> None:
    rows = len(told.sessions)
    for row, (_, pairs) in enumerate(told.sessions):
        axes.plot(pairs, [row] * len(pairs), "o", color=LIGHT["muscle"], alpha=0.7)
    if told.effect:
        mean, low, high = told.effect
        axes.plot([low, high], [rows, rows], color=LIGHT["buzz"], linewidth=2)
        axes.plot([mean], [rows], "D", color=LIGHT["buzz"], markersize=8)
    axes.axvline(0, color=LIGHT["text"], linewidth=1)
    for name, percent in told.published:
        axes.axvline(percent, color=LIGHT["target"], linewidth=1, linestyle="--")
        axes.annotate(
            name, (percent, 1), xycoords=("data", "axes fraction"), xytext=(3, 3), textcoords="offset points",
            color=LIGHT["target"], size=_FONT - 2, rotation=12,
        )  # fmt: skip
    axes.set_ylim(rows + 0.6, -0.6)
    labels = [textwrap.fill(label, _LABEL_CHARACTERS) for label, _ in told.sessions]
    axes.set_yticks(range(rows + 1), [*labels, "together" if told.effect else ""])
    axes.set_xlabel("activation in the cued set against that in the silent one, in %")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=LIGHT["grid"])
    axes.set_axisbelow(True)
