"""Weeks as figures: what was done, and how active the muscle was at a load, with what days differ by on their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from buzzband.report.canvas import Canvas, axes_on, bars, below, new_figure, scale, style, svg_of, title
from buzzband.report.trend_words import OWN_CHANGE_PERCENT, load_name
from buzzband.weeks import DAYS, Load, Trends

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE = Canvas("weeks-wide", 720, 0)
NARROW = Canvas("weeks-narrow", 380, 0)

_PANEL, _GAP, _TOP, _BOTTOM = 92, 36, 30, 30
_LABEL_WIDTH = 58
LOADS_SHOWN = 6


def weeks_svg(told: Trends, canvas: Canvas, label: str) -> str:
    """Return the figure of the weeks: days, reps, share on target, tempo, and holds if there are any."""
    panels: list[tuple[str, Callable[[Axes, Trends, Canvas], None]]] = [
        ("Days trained", _days),
        ("Reps: good ones, others lighter", _reps),
        ("Reps on target, % of the week’s reps", _hits),
        ("Tempo, s: concentric, held, eccentric", _tempo),
    ]
    if any(week.total("held_ms") for week in told.weeks):
        panels.append(("Time in holds, min", _holds))
    with style():
        canvas, parts, figure = _panels(canvas, len(panels), (-0.5, len(told.weeks) - 0.5))
        for axes, (name, draw) in zip(parts, panels, strict=True):
            draw(axes, told, canvas)
            title(axes, canvas, name)
        _dates(parts[-1], told, canvas)
        return svg_of(figure, canvas, label)


def loads_svg(told: Trends, loads: Sequence[Load], canvas: Canvas, label: str) -> str:
    """Return the figure of the loads: a dot for each session, hollow if the band was not calibrated in it."""
    canvas = replace(canvas, name=canvas.name.replace("weeks", "loads"))
    with style():
        canvas, parts, figure = _panels(canvas, len(loads), (-0.5, len(told.weeks) - 0.5), extra=34)
        for axes, load in zip(parts, loads, strict=True):
            _load(axes, told, load, canvas)
            title(axes, canvas, f"{load_name(load)}: mean peak, % of each day’s own reference")
        _dates(parts[-1], told, canvas)
        for line, text in enumerate(_caveat(canvas)):
            figure.text(
                2 / canvas.width,
                1 - (11 + 15 * line) / canvas.height,
                text,
                color=canvas.inks["target"],
                va="center",
                weight="bold",
            )
        return svg_of(figure, canvas, label)


def _caveat(canvas: Canvas) -> tuple[str, ...]:
    """Return what must not be cut out of the figure."""
    one = "Do not compare dots: each day has its own 100 %."
    other = f"Band: ±{OWN_CHANGE_PERCENT} % around their median, what days differ by on their own."
    if canvas.columns < 400:
        other = f"Band: ±{OWN_CHANGE_PERCENT} %, what days differ by on their own."
    return one, other


def _panels(
    canvas: Canvas, number: int, view: tuple[float, float], extra: int = 0
) -> tuple[Canvas, list[Axes], Figure]:
    """Return a figure with so many axes one below the other, and ``extra`` room above; its canvas; the axes."""
    top = _TOP + extra
    canvas = replace(canvas, height=top + number * _PANEL + (number - 1) * _GAP + _BOTTOM)
    figure = new_figure(canvas)
    tops = [canvas.height - top - one * (_PANEL + _GAP) for one in range(number)]
    return canvas, [axes_on(figure, canvas, view, (at - _PANEL, at)) for at in tops], figure


def _dates(axes: Axes, told: Trends, canvas: Canvas) -> None:
    """Write the Mondays below, as many as there is room for."""
    every = -(-len(told.weeks) * _LABEL_WIDTH // canvas.columns)
    shown = range(0, len(told.weeks), every)
    names = [f"{told.weeks[at].monday.day} {told.weeks[at].monday:%b}" for at in shown]
    below(axes, canvas, list(shown), names)


def _days(axes: Axes, told: Trends, canvas: Canvas) -> None:
    scale(axes, canvas, max([*(week.days for week in told.weeks), told.per_week or 0, 1]) + 0.4)
    bars(axes, range(len(told.weeks)), [week.days for week in told.weeks], canvas.inks["muscle"])
    if told.per_week:
        axes.axhline(told.per_week, color=canvas.inks["target"], linewidth=1.1, zorder=2.5)
        axes.annotate(
            "plan",
            (1, told.per_week),
            (6, 0),
            ("axes fraction", "data"),
            "offset points",
            va="center",
            color=canvas.inks["target"],
        )


def _reps(axes: Axes, told: Trends, canvas: Canvas) -> None:
    good = [week.total("good") for week in told.weeks]
    others = [week.total("reps") - week.total("good") for week in told.weeks]
    scale(axes, canvas, max(1, *(sum(both) for both in zip(good, others, strict=True))))
    bars(axes, range(len(told.weeks)), good, canvas.inks["muscle"])
    bars(axes, range(len(told.weeks)), others, canvas.inks["spoilt"], good)


def _hits(axes: Axes, told: Trends, canvas: Canvas) -> None:
    scale(axes, canvas, 100)
    shares = [(at, 100 * week.hit_share) for at, week in enumerate(told.weeks) if week.hit_share is not None]
    _dots(axes, shares, canvas.inks["target"])


def _tempo(axes: Axes, told: Trends, canvas: Canvas) -> None:
    tempos = [week.tempo_s or (0.0, 0.0, 0.0) for week in told.weeks]
    scale(axes, canvas, max(1.0, *(sum(one) for one in tempos)))
    under = [0.0] * len(tempos)
    for phase, ink in enumerate(("lifting", "pausing", "lowering")):
        times = [one[phase] for one in tempos]
        bars(axes, range(len(told.weeks)), times, canvas.inks[ink], under)
        under = [before + time for before, time in zip(under, times, strict=True)]


def _holds(axes: Axes, told: Trends, canvas: Canvas) -> None:
    minutes = [week.total("held_ms") / 60_000 for week in told.weeks]
    scale(axes, canvas, max(minutes))
    bars(axes, range(len(told.weeks)), minutes, canvas.inks["pausing"])


def _load(axes: Axes, told: Trends, load: Load, canvas: Canvas) -> None:
    first = told.weeks[0].monday - timedelta(days=3)  # the middle of a week stands at its number
    places = [(one.began.date() - first).days / DAYS - 0.5 for one in load.trainings]
    peaks = [(one.mean_peak_permille or 0) / 10 for one in load.trainings]
    middle = float(np.median(peaks))
    spread = middle * OWN_CHANGE_PERCENT / 100
    scale(axes, canvas, max([*peaks, middle + spread, 100]))
    axes.axhspan(middle - spread, middle + spread, color=canvas.inks["set"], linewidth=0, zorder=0.5)
    for is_so in (True, False):
        chosen = [
            at
            for at, one in zip(zip(places, peaks, strict=True), load.trainings, strict=True)
            if one.calibrated is is_so
        ]
        _dots(axes, chosen, canvas.inks["muscle"], hollow=not is_so)


def _dots(axes: Axes, dots: Sequence[tuple[float, float]], ink: str, hollow: bool = False) -> None:
    if dots:
        face = "none" if hollow else ink
        axes.plot(
            *zip(*dots, strict=True),
            "o",
            markersize=4.5,
            markerfacecolor=face,
            markeredgecolor=ink,
            markeredgewidth=1.1 if hollow else 0,
            zorder=3,
            clip_on=False,
        )
