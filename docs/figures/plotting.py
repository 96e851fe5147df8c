"""What the figures of the documentation have in common: size, colours, and a file that is the same each time."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from buzzband.report.canvas import LIGHT

WIDTH_IN, UNITS_PER_INCH = 7.6, 72
_FONT = 9.5
_COORDINATE = re.compile(r"-?\d+\.\d{2,}")


@contextmanager
def panels(count: int, height_in: float, ratios: Sequence[float] | None = None) -> Iterator[tuple[Figure, list[Axes]]]:
    """Give a figure on white with ``count`` axes below each other, in our style, whatever a matplotlibrc says."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rc("svg", fonttype="none", hashsalt="buzzband")
        matplotlib.rc("path", simplify=False)
        matplotlib.rc("font", size=_FONT)
        matplotlib.rc("text", color=LIGHT["text"])
        figure = Figure((WIDTH_IN, height_in), dpi=UNITS_PER_INCH, layout="constrained", facecolor="white")
        grid = figure.subplots(count, squeeze=False, height_ratios=ratios)
        axes = [row[0] for row in grid]
        for one in axes:
            one.spines[["top", "right"]].set_visible(False)
            one.spines[["left", "bottom"]].set_color(LIGHT["grid"])
            one.tick_params(length=0, labelcolor=LIGHT["text"])
            one.set_axisbelow(True)
        yield figure, axes


def svg(figure: Figure) -> str:
    """Return the figure as SVG without a date, its text as text, to a tenth of a pixel."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    lines = (_COORDINATE.sub(_rounded, line.rstrip()) for line in buffer.getvalue().splitlines())
    return "\n".join(lines) + "\n"


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")
