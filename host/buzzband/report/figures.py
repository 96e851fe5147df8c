"""The figures: activation and movement over time with what the band said, as SVG without colours of its own."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from buzzband.report.canvas import (
    FONT,
    LEFT,
    LIGHT,
    TOP,
    Canvas,
    axes_on,
    below,
    level_axis,
    new_figure,
    note,
    shade,
    style,
    svg_of,
)
from buzzband.report.measures import SetFigures, Stretch, merged, set_figures
from buzzband.report.trace import movement, trace
from buzzband.wording import clock
from buzzband_fw.core.target import REARM_PERCENT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from buzzband.outcome import Outcome, Rep

_HIGHEST = 2000  # permille: above it, what the electrodes deliver is hardly the muscle, and would flatten all the rest
_TICKS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)
_HAIR = 1e-9  # so that 1.0 s is five times 0.2 s
_AROUND_SET_S = 1.0
_STRIP, _GAP = 44, 14  # the movement below the activation
_STILL_DEGREES = 10  # movement up to here looks small
_ROUND_DEGREES = (5, 10, 20, 30, 45, 60, 90, 120, 150, 180)


ALONE = Canvas("session-alone", 720, 270, 48, LIGHT)
WIDE = Canvas("session-wide", 720, 250)
NARROW = Canvas("session-narrow", 380, 250)


def _fitting(canvas: Canvas, outcome: Outcome) -> Canvas:
    """Return the canvas with room for the movement, if there is any to show."""
    if not len(outcome.movement):
        return canvas
    return replace(canvas, height=canvas.height + _STRIP + _GAP, strip=_STRIP)


def set_canvas(number: int) -> Canvas:
    """Return the size of the figure of a set."""
    return Canvas(f"set-{number}", 340, 220)


def top_percent(outcome: Outcome) -> float:
    """Return where the axis of all figures ends: they share it, so that sets can be compared by eye."""
    highest = max([int(outcome.permille.max(initial=0)), *(rep.peak_permille for rep in outcome.reps)])
    return max(1050, 1.15 * outcome.target_permille, 1.03 * min(highest, _HIGHEST)) / 10


def top_degrees(outcome: Outcome) -> float:
    """Return where the axis of the movement ends in all figures."""
    return 1.05 * max(_STILL_DEGREES, int(outcome.movement.max(initial=0)))


def cut_off(outcome: Outcome) -> bool:
    """Return whether some activation lies above what the figures show."""
    return bool((outcome.permille > 10 * top_percent(outcome)).any())


def session_svg(outcome: Outcome, sets: tuple[SetFigures, ...], canvas: Canvas, label: str) -> str:
    """Return the figure of the whole recording."""
    return _drawn(outcome, canvas, label, (0.0, outcome.duration_s), sets, None)


def set_svg(outcome: Outcome, one: SetFigures, label: str) -> str:
    """Return the figure of a set and of a second before and after it, its reps numbered and shaded by phase."""
    view = (max(0.0, one.span.start_s - _AROUND_SET_S), min(outcome.duration_s, one.span.end_s + _AROUND_SET_S))
    return _drawn(outcome, set_canvas(one.number), label, view, (), one)


def session_figure(outcome: Outcome) -> Figure:
    """Return the figure of the whole recording as one that stands alone, on white and with its caption."""
    canvas = _fitting(ALONE, outcome)
    with style():
        figure = _figure(outcome, canvas, (0.0, outcome.duration_s), set_figures(outcome), None)
        figure.patch.set(visible=True, facecolor="white")
        caption = "Activation in percent of the reference over time. ▼ a buzz; dashed: its motor near"
        caption += "; hatched: signal not trusted" if outcome.quality else ""
        caption += ". Below: movement in degrees." if canvas.strip else "."
        figure.text(LEFT / canvas.width, 8 / canvas.height, caption, color=LIGHT["text"], size=FONT - 2)
        return figure


def _drawn(
    outcome: Outcome,
    canvas: Canvas,
    label: str,
    view: tuple[float, float],
    sets: tuple[SetFigures, ...],
    one: SetFigures | None,
) -> str:
    canvas = _fitting(canvas, outcome)
    with style():
        return svg_of(_figure(outcome, canvas, view, sets, one), canvas, label)


def _figure(
    outcome: Outcome,
    canvas: Canvas,
    view: tuple[float, float],
    sets: tuple[SetFigures, ...],
    one: SetFigures | None,
) -> Figure:
    figure = new_figure(canvas)
    bottom = canvas.bottom + canvas.strip + _GAP if canvas.strip else canvas.bottom
    axes = axes_on(figure, canvas, view, (bottom, canvas.height - TOP))
    panels = [axes]
    if canvas.strip:
        panels.append(axes_on(figure, canvas, view, (canvas.bottom, canvas.bottom + canvas.strip)))
        _movement(panels[-1], outcome, view, canvas)
    _time_axis(panels[-1], canvas, view)
    for panel in panels:
        _holds(panel, outcome, view, canvas)
        _shade(panel, sets, one, canvas)
    _name(axes, sets, canvas)
    if one is not None:
        _number(axes, one, canvas)
    _percent_axis(axes, canvas, top_percent(outcome))
    _doubt(axes, outcome, view, canvas)
    _levels(axes, outcome, canvas)
    _activation(axes, outcome, view, canvas)
    _buzzes(axes, outcome, view, canvas)
    return figure


def _time_axis(axes: Axes, canvas: Canvas, view: tuple[float, float]) -> None:
    ticks = _time_ticks(view, max(2, canvas.columns // 70))
    below(axes, canvas, ticks, [_time_label(tick, view) for tick in ticks])


def _percent_axis(axes: Axes, canvas: Canvas, top: float) -> None:
    level_axis(axes, canvas, top, list(range(0, int(top) + 1, 25 if top <= 130 else 50)))
    note(axes, canvas, -LEFT + 2, "%", "left")


def _movement(axes: Axes, outcome: Outcome, view: tuple[float, float], canvas: Canvas) -> None:
    """Draw how far the limb was from its pose of rest."""
    top = top_degrees(outcome)
    level_axis(axes, canvas, top, [0, max(level for level in _ROUND_DEGREES if level <= top)], "°")
    axes.plot(*movement(outcome, *view, canvas.columns), color=canvas.inks["move"], linewidth=1.1, zorder=3)


def _time_ticks(view: tuple[float, float], most: int) -> list[float]:
    """Return the round moments within ``view``: at most about ``most``."""
    start, end = view
    step = next((step for step in _TICKS_S if (end - start) / step <= most), _TICKS_S[-1])
    first, last = math.ceil(start / step - _HAIR), math.floor(end / step + _HAIR)
    return [index * step for index in range(first, last + 1)]


def _time_label(time_s: float, view: tuple[float, float]) -> str:
    return clock(time_s) if view[1] - view[0] >= 3 else f"{time_s:.1f} s"


def _doubt(axes: Axes, outcome: Outcome, view: tuple[float, float], canvas: Canvas) -> None:
    """Shade the times in which the signal was not trusted, each at least a unit wide."""
    unit_s = (view[1] - view[0]) / canvas.columns
    spans = [(start, max(end, start + unit_s)) for start, end in merged(outcome.quality, unit_s)]
    bars = [(start, end - start) for start, end in spans if end > view[0] and start < view[1]]
    if bars:
        axes.broken_barh(
            bars,
            axes.get_ylim(),
            facecolor=canvas.inks["doubt"],
            edgecolor=canvas.inks["hatch"],
            hatch="///",
            linewidth=0,
            zorder=0.6,
        )


def _shade(axes: Axes, sets: tuple[SetFigures, ...], one: SetFigures | None, canvas: Canvas) -> None:
    """Shade the sets, and the phases of the reps of ``one``."""
    shade(axes, [(each.span.start_s, each.span.end_s - each.span.start_s) for each in sets], canvas.inks["set"], 0.4)
    shaded: dict[str, list[Stretch]] = {}
    for name, bar in (phase for rep in (one.reps if one else ()) for phase in _phases(rep)):
        shaded.setdefault(name, []).append(bar)
    for name, bars in shaded.items():
        shade(axes, bars, canvas.inks[name], 0.4)


def _name(axes: Axes, sets: tuple[SetFigures, ...], canvas: Canvas) -> None:
    """Name the sets, as far as there is room for names."""
    duration = axes.get_xlim()[1]
    room = canvas.columns / max(1, len(sets))
    for one in sets:
        if room >= 16:
            middle = (one.span.start_s + one.span.end_s) / 2 / duration * canvas.columns
            note(axes, canvas, middle, f"Set {one.number}" if room >= 60 else f"{one.number}", "center")


def _number(axes: Axes, one: SetFigures, canvas: Canvas) -> None:
    """Number the reps; where they are too close for that, every second, fifth or tenth."""
    start, end = axes.get_xlim()
    every = next((step for step in (1, 2, 5, 10, 20, 50) if canvas.columns * step / max(1, len(one.reps)) >= 18), 100)
    for number, rep in enumerate(one.reps, 1):
        if number % every == 0 or number == 1:
            middle = ((rep.start_s + rep.end_s) / 2 - start) / (end - start) * canvas.columns
            note(axes, canvas, middle, str(number), "center")


def _phases(rep: Rep) -> Iterator[tuple[str, Stretch]]:
    """Yield the phases of a rep by name, with start and length."""
    names = ("eccentric", "held", "concentric") if rep.lowers_first else ("concentric", "held", "eccentric")
    at_s = rep.start_s
    for name, time_s in zip(names, rep.tempo_s, strict=True):
        if time_s:
            yield name, (at_s, time_s)
        at_s += time_s


def _holds(axes: Axes, outcome: Outcome, view: tuple[float, float], canvas: Canvas) -> None:
    seen = [hold for hold in outcome.holds if hold.end_s > view[0] and hold.start_s < view[1]]
    shade(axes, [(hold.start_s, hold.end_s - hold.start_s) for hold in seen], canvas.inks["held"], 0.45)


def _levels(axes: Axes, outcome: Outcome, canvas: Canvas) -> None:
    """Draw the target and the level below which the band makes ready for the next buzz."""
    target = outcome.target_permille / 10
    rearm = target * REARM_PERCENT / 100
    for level, name, dashes, side in ((target, "target", "-", "bottom"), (rearm, "re-arm", (0, (1, 2)), "top")):
        ink = canvas.inks["target" if name == "target" else "rearm"]
        axes.axhline(level, color=ink, linewidth=1.1, linestyle=dashes, zorder=2.5)
        axes.annotate(name, (1, level), (6, 0), ("axes fraction", "data"), "offset points", va=side, color=ink)


def _activation(axes: Axes, outcome: Outcome, view: tuple[float, float], canvas: Canvas) -> None:
    points = trace(outcome, *view, canvas.columns)
    if not len(points.times_s):
        return
    if points.blanked.any():
        axes.plot(
            points.times_s,
            points.spoilt(),
            color=canvas.inks["spoilt"],
            linewidth=1.3,
            linestyle=(0, (1.6, 1)),
            zorder=3,
        )
    axes.plot(points.times_s, points.clean(), color=canvas.inks["muscle"], linewidth=1.3, zorder=3)


def _buzzes(axes: Axes, outcome: Outcome, view: tuple[float, float], canvas: Canvas) -> None:
    """Mark every buzz on target over the axes, where no line is in the way."""
    times = [cue.t_s for cue in outcome.on_target if view[0] <= cue.t_s <= view[1]]
    height = (TOP - 30) / axes.bbox.height
    unit_s = (view[1] - view[0]) / axes.bbox.width
    crowded = any(after - before < 7 * unit_s for before, after in itertools.pairwise(times))
    axes.plot(
        times,
        [1 + height] * len(times),
        "v",
        color=canvas.inks["buzz"],
        markersize=4 if crowded else 6,
        markeredgewidth=0,
        clip_on=False,
        transform=axes.get_xaxis_transform(),
        zorder=4,
    )
