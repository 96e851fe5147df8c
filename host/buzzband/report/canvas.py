"""What figures are drawn on: matplotlib in our own style, its SVG without colours of its own, and common parts."""

from __future__ import annotations

import gc
import io
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from buzzband.report.svg import INKS, inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

UNITS_PER_INCH = 72  # of matplotlib's SVG; a unit is about a CSS pixel at the size the page gives a figure
LEFT, RIGHT, TOP = 32, 46, 40  # margins
FONT = 11.5
_ROUND = tuple(digit * 10.0**power for power in range(-2, 7) for digit in (1, 2, 5))
_LINES = 3.2
_BAR = 0.72  # of the room that a bar has
_styled = ContextVar("styled", default=False)


@dataclass(frozen=True)
class Canvas:
    """The size of a figure, in units, and its colours; ``name`` tells it from all the others on a page."""

    name: str
    width: int
    height: int
    bottom: int = 28
    inks: Mapping[str, str] = field(default_factory=lambda: INKS)
    strip: int = 0

    @property
    def columns(self) -> int:
        """Return how many units of width the axes have."""
        return self.width - LEFT - RIGHT

    def area(self, bottom: int, top: int) -> tuple[float, float, float, float]:
        """Return where axes go that span the columns from ``bottom`` to ``top``, in shares of the figure."""
        size = (self.columns / self.width, (top - bottom) / self.height)
        return LEFT / self.width, bottom / self.height, *size


LIGHT = {
    "text": "#1e252a",
    "grid": "#dfe2e2",
    "muscle": "#0d6b86",
    "spoilt": "#69aec2",
    "target": "#b04a12",
    "rearm": "#9c5a36",
    "buzz": "#7b35a8",
    "move": "#5f6b1f",
    "set": "#eef3f4",
    "concentric": "#cfe2e8",
    "held": "#e2dcee",
    "eccentric": "#f0e9dc",
    "lifting": "#3f8f74",
    "pausing": "#8f7fc0",
    "lowering": "#c39a52",
    "doubt": "#f9e2da",
    "hatch": "#d98b70",
}
"""What the page's style sheet makes of the colours by daylight, for pictures that have no style sheet."""


def new_figure(canvas: Canvas) -> Figure:
    """Return an empty figure of that size."""
    from matplotlib.figure import Figure  # 0.4 s: only those who draw wait for it

    figure = Figure((canvas.width / UNITS_PER_INCH, canvas.height / UNITS_PER_INCH), dpi=UNITS_PER_INCH)
    figure.patch.set_visible(False)
    return figure


@contextmanager
def style() -> Iterator[None]:
    """Let matplotlib draw in our style and nobody else's, whatever a matplotlibrc says, and put all back after.

    Within another such block it changes nothing: a page with many figures is drawn in one. Garbage is not looked for
    meanwhile: among all that a figure consists of, that takes a fifth of the time.
    """
    if _styled.get():
        yield
        return
    import matplotlib

    token = _styled.set(True)
    try:
        with matplotlib.rc_context(), _no_garbage_collection(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph")  # it is the browser that needs to have it
            matplotlib.rcdefaults()
            matplotlib.rc("svg", fonttype="none", hashsalt="buzzband")
            matplotlib.rc("text", parse_math=False)  # a name may have a $ in it
            matplotlib.rc("path", simplify=False)
            matplotlib.rc("hatch", linewidth=0.8)
            matplotlib.rc("font", size=FONT)
            yield
    finally:
        _styled.reset(token)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def svg_of(figure: Figure, canvas: Canvas, label: str) -> str:
    """Return a figure as an element of a page, told as one picture with ``label`` in its place."""
    buffer = io.StringIO()
    # Without metadata: it carries the date, and addresses of vocabularies
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return inline(buffer.getvalue(), canvas.name, label)


def axes_on(figure: Figure, canvas: Canvas, view: tuple[float, float], span: tuple[int, int]) -> Axes:
    """Return empty axes over the columns, from one height to another, without ticks and frame.

    ``level_axis`` and ``below`` write what ticks would: matplotlib's own take half of the time of a small figure.
    """
    axes = figure.add_axes(canvas.area(*span))
    axes.set_axis_off()
    axes.set_xlim(view[0], max(view[1], view[0] + 0.1))
    return axes


def level_axis(axes: Axes, canvas: Canvas, top: float, levels: Sequence[float], unit: str = "") -> None:
    """Let the height run from 0 to ``top``, with a line across at each of the levels."""
    axes.set_ylim(0, top)
    axes.hlines(
        levels, 0, 1, color=canvas.inks["grid"], linewidth=0.6, zorder=0.5, transform=axes.get_yaxis_transform()
    )
    for level in levels:
        axes.annotate(
            f"{level:g}{unit}",
            (0, level),
            (-6, 0),
            ("axes fraction", "data"),
            "offset points",
            ha="right",
            va="center",
            color=canvas.inks["text"],
        )


def below(axes: Axes, canvas: Canvas, places: Sequence[float], names: Sequence[str]) -> None:
    """Write the names below the axes."""
    for at, name in zip(places, names, strict=True):
        axes.annotate(
            name,
            (at, 0),
            (0, -9),
            ("data", "axes fraction"),
            "offset points",
            ha="center",
            va="top",
            color=canvas.inks["text"],
        )


def note(axes: Axes, canvas: Canvas, x: float, text: str, align: str, above: float = 26) -> None:
    """Write ``text`` above the axes and the marks, ``x`` units from the left and so many ``above``."""
    axes.annotate(
        text, (0, 1), (x, above), "axes fraction", "offset points", ha=align, va="center", color=canvas.inks["text"]
    )


def shade(axes: Axes, stretches: Sequence[tuple[float, float]], ink: str, above: float) -> None:
    """Shade the whole height at those times, each with start and length. ``above``: in which layer."""
    starts, lengths = ([one[at] for one in stretches] for at in (0, 1))
    _rectangles(axes, starts, lengths, [0.0] * len(starts), [1.0] * len(starts), ink, above, axes.get_xaxis_transform())


def title(axes: Axes, canvas: Canvas, text: str) -> None:
    """Write ``text`` above the left end of the axes."""
    axes.annotate(
        text, (0, 1), (0, 8), "axes fraction", "offset points", va="bottom", color=canvas.inks["text"], size=FONT - 1
    )


def scale(axes: Axes, canvas: Canvas, highest: float, lowest: float = 0.0) -> None:
    """Let the height run from ``lowest`` to ``highest``, with a few lines across at round levels."""
    step = next((step for step in _ROUND if (highest - lowest) / step <= _LINES), highest)
    top = highest + 0.05 * (highest - lowest)
    first, last = math.ceil(lowest / step), math.floor(top / step)
    level_axis(axes, canvas, top, [step * number for number in range(first, last + 1)])
    axes.set_ylim(lowest, top)


def bars(
    axes: Axes, places: Sequence[float], heights: Sequence[float], ink: str, under: Sequence[float] | None = None
) -> None:
    """Draw a bar at each place, from 0 up or from what is ``under`` it: all of them as one, which is much faster."""
    feet = under or [0.0] * len(places)
    left = [at - _BAR / 2 for at in places]
    _rectangles(axes, left, [_BAR] * len(left), feet, heights, ink, 2, axes.transData)


def _rectangles(
    axes: Axes,
    left: Sequence[float],
    widths: Sequence[float],
    feet: Sequence[float],
    heights: Sequence[float],
    ink: str,
    layer: float,
    transform: Transform,
) -> None:
    """Fill all the rectangles that have a size as one path: as many paths would take much more time and room."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    corners = [
        ((x, y), (x, y + height), (x + width, y + height), (x + width, y))
        for x, width, y, height in zip(left, widths, feet, heights, strict=True)
        if width > 0 and height > 0
    ]
    if corners:
        path = Path.make_compound_path_from_polys(np.array(corners))
        axes.add_artist(PathPatch(path, facecolor=ink, linewidth=0, zorder=layer, transform=transform))
