"""Rep after rep: peak against target, time above it, tempo, and zero crossings, one below the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from buzzband.report.canvas import TOP, Canvas, axes_on, bars, new_figure, note, scale, shade, style, svg_of, title
from buzzband.report.effort import Effort, rates_of
from buzzband.report.figures import top_percent
from buzzband.report.measures import SetFigures, is_good

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from buzzband.outcome import Outcome

WIDE = Canvas("reps-wide", 720, 0)
NARROW = Canvas("reps-narrow", 380, 0)

_PANEL, _GAP, _NUMBERS = 96, 34, 36
_HEAD = TOP + 12
_BETWEEN_SETS = 1.5  # reps


@dataclass(frozen=True)
class _Rows:
    """Where each rep stands, from left to right: one list of places for each set that has reps."""

    sets: tuple[SetFigures, ...]
    at: tuple[tuple[float, ...], ...]

    @property
    def places(self) -> list[float]:
        """Return all places."""
        return [at for places in self.at for at in places]

    @property
    def width(self) -> float:
        """Return how many reps would fit."""
        return max(self.places, default=0.0) + 1


def reps_svg(
    outcome: Outcome, sets: Sequence[SetFigures], efforts: Sequence[Effort], canvas: Canvas, label: str
) -> str:
    """Return the figure of all reps; nothing of it stands for time."""
    rows = _rows(sets)
    rates = list(_rates(outcome, rows))
    panels = 4 if rates else 3
    canvas = Canvas(canvas.name, canvas.width, _HEAD + panels * _PANEL + (panels - 1) * _GAP + 14, 14)
    with style():
        figure = new_figure(canvas)
        tops = [canvas.height - _HEAD - number * (_PANEL + _GAP) for number in range(panels)]
        parts = [axes_on(figure, canvas, (-0.5, rows.width - 0.5), (top - _PANEL, top)) for top in tops]
        for axes in parts:
            shade(axes, [(at[0] - 0.5, len(at)) for at in rows.at], canvas.inks["set"], 0.4)
        _numbers(parts[0], rows, canvas)
        _peaks(parts[0], outcome, rows, canvas)
        _above(parts[1], [rep.above_s for one in efforts for rep in one.reps], rows, canvas)
        _tempos(parts[2], rows, canvas)
        if rates:
            _crossings(parts[3], rates, canvas)
        return svg_of(figure, canvas, label)


def has_rates(outcome: Outcome, sets: Sequence[SetFigures]) -> bool:
    """Return whether there are zero crossings to show."""
    return any(one.reps and rates_of(outcome, one) for one in sets)


def _rows(sets: Sequence[SetFigures]) -> _Rows:
    with_reps = tuple(one for one in sets if one.reps)
    places: list[tuple[float, ...]] = []
    at = 0.0
    for one in with_reps:
        places.append(tuple(at + number for number in range(len(one.reps))))
        at = places[-1][-1] + 1 + _BETWEEN_SETS
    return _Rows(with_reps, tuple(places))


def _numbers(axes: Axes, rows: _Rows, canvas: Canvas) -> None:
    room = canvas.columns / max(1, len(rows.sets))
    for one, at in zip(rows.sets, rows.at, strict=True):
        middle = ((at[0] + at[-1]) / 2 + 0.5) / rows.width * canvas.columns
        if room >= 16:
            note(axes, canvas, middle, f"Set {one.number}" if room >= 60 else str(one.number), "center", _NUMBERS)


def _peaks(axes: Axes, outcome: Outcome, rows: _Rows, canvas: Canvas) -> None:
    """Draw a bar from 0 to each peak: full for a good rep, light for the others."""
    scale(axes, canvas, top_percent(outcome))
    good = [is_good(rep, outcome) for one in rows.sets for rep in one.reps]
    peaks = [rep.peak_permille / 10 for one in rows.sets for rep in one.reps]
    for is_so, ink in ((True, "muscle"), (False, "spoilt")):
        chosen = [(at, peak) for at, peak, one in zip(rows.places, peaks, good, strict=True) if one is is_so]
        bars(axes, [at for at, _ in chosen], [peak for _, peak in chosen], canvas.inks[ink])
    target = outcome.target_permille / 10
    axes.axhline(target, color=canvas.inks["target"], linewidth=1.1, zorder=2.5)
    axes.annotate(
        "target",
        (1, target),
        (6, 0),
        ("axes fraction", "data"),
        "offset points",
        va="center",
        color=canvas.inks["target"],
    )
    title(axes, canvas, "Peak, % of the reference")


def _above(axes: Axes, times_s: Sequence[float], rows: _Rows, canvas: Canvas) -> None:
    scale(axes, canvas, max([*times_s, 0.5]))
    bars(axes, rows.places, times_s, canvas.inks["target"])
    title(axes, canvas, "Time above target, s")


def _tempos(axes: Axes, rows: _Rows, canvas: Canvas) -> None:
    reps = [rep for one in rows.sets for rep in one.reps]
    scale(axes, canvas, max(sum(rep.tempo_s) for rep in reps))
    under = [0.0] * len(reps)
    for ink, name in (("lifting", "concentric_s"), ("pausing", "hold_s"), ("lowering", "eccentric_s")):
        times_s = [getattr(rep, name) for rep in reps]
        bars(axes, rows.places, times_s, canvas.inks[ink], under)
        under = [before + time_s for before, time_s in zip(under, times_s, strict=True)]
    title(axes, canvas, "Tempo, s")


def _crossings(axes: Axes, rates: Sequence[tuple[float, int]], canvas: Canvas) -> None:
    highest, lowest = (of(rate for _, rate in rates) for of in (max, min))
    scale(axes, canvas, highest, lowest=min(lowest, 0.7 * highest) - 1)  # a tired muscle has lost a fifth
    axes.plot(*zip(*rates, strict=True), "o", color=canvas.inks["move"], markersize=4.2, markeredgewidth=0, zorder=3)
    title(axes, canvas, "Zero crossings a second")


def _rates(outcome: Outcome, rows: _Rows) -> Iterator[tuple[float, int]]:
    """Yield the place of the rep that each rate was told of, and the rate."""
    for one, places in zip(rows.sets, rows.at, strict=True):
        starts = [rep.start_s for rep in one.reps]
        for rate in rates_of(outcome, one):
            yield places[max(0, bisect_right(starts, rate.t_s) - 1)], rate.rate_hz
