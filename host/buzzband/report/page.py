"""One session as one HTML file: no network, no script, nothing beside it."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from buzzband.outcome import Hold, Outcome, QualitySpan, Rep
from buzzband.report import words
from buzzband.report.figures import NARROW, WIDE, cut_off, session_svg, set_svg
from buzzband.report.measures import SetFigures, best, merged, reached, set_figures
from buzzband.report.trace import blanks_hidden, trace
from buzzband.wording import SPACE, clock, count, length, percent, printable, tempo
from buzzband_fw.core.cue import AFTER_MOTOR_MS
from buzzband_fw.core.target import REARM_MS, REARM_PERCENT

_TALL = 40  # rows: a longer table scrolls inside its box
_NONE = "–"


@dataclass(frozen=True)
class RepRow:
    """A rep as the table shows it. ``mean``: of both phases, the concentric one first. ``remarks``: what was odd."""

    number: int
    start: str
    reached: bool
    peak: str
    tempo: str
    mean: str
    remarks: str


@dataclass(frozen=True)
class SetRow:
    """A set as the table of sets shows it."""

    number: int
    best: bool
    reps: str
    reached: str
    peak: str
    tempo: str
    rest: str
    muscle_off: str
    too_fast: str


@dataclass(frozen=True)
class SetView:
    """A set as the page shows it on its own: ``figure`` is SVG."""

    number: int
    told: str
    figure: Markup
    rows: tuple[RepRow, ...]


def render(outcome: Outcome) -> str:
    """Return ``outcome`` as a whole HTML document, the same one for the same outcome, to be stored as UTF-8."""
    environment = Environment(
        loader=PackageLoader("buzzband.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=printable,
    )
    style = (resources.files("buzzband.report") / "templates" / "session.css").read_text(encoding="utf-8")
    sets = set_figures(outcome)
    return environment.get_template("session.html.j2").render(
        style=Markup(style),  # ours
        policy=_policy(style),
        **_told(outcome, sets),
        **_shown(outcome, sets),
    )


def _policy(style: str) -> str:
    """Return a content security policy under which the page's own style sheet works and nothing else does."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _told(outcome: Outcome, sets: tuple[SetFigures, ...]) -> dict[str, Any]:
    """Return what the page says in words."""
    return {
        "name": outcome.name,
        "summary": words.summary(outcome),
        "many_sets": len(sets) > 1,
        "target": percent(outcome.target_permille),
        "rearm_percent": REARM_PERCENT,
        "rearm_ms": REARM_MS,
        "after_motor_ms": AFTER_MOTOR_MS,
        "timing": words.timing(outcome) if outcome.reps else "",
        "settings": _settings(outcome),
        "calibration": _calibration(outcome),
        "quality": _quality(outcome),
        "notes": outcome.notes,
    }


def _shown(outcome: Outcome, sets: tuple[SetFigures, ...]) -> dict[str, Any]:
    """Return the figures and tables, and what their captions have to explain."""
    alt = words.session_alt(outcome)
    return {
        "wide": Markup(session_svg(outcome, sets, WIDE, alt)),  # SVG that we have built, with no foreign text in it
        "narrow": Markup(session_svg(outcome, sets, NARROW, alt)),
        "thinned": trace(outcome, 0.0, outcome.duration_s, WIDE.columns).thinned,
        "blanks_hidden": blanks_hidden(outcome, NARROW.columns),
        "cut_off": cut_off(outcome),
        "any_blanked": bool(outcome.blanked.any()),
        "any_buzz": bool(outcome.on_target),
        "any_movement": len(outcome.movement) > 0,
        "any_reps": bool(outcome.reps),
        "any_cycles": outcome.cycles > 0,
        "any_doubt": bool(outcome.quality),
        "any_remarks": any(_remarks(outcome, rep) for rep in outcome.reps),
        "any_flags": any(rep.muscle_off or rep.too_fast for rep in outcome.reps),
        "glance": list(_set_rows(sets)),
        "sets": list(_set_views(outcome, sets)),
        "holds": [_hold(hold) for hold in outcome.holds],
        "tall": len(outcome.reps) > _TALL,
    }


def _set_rows(sets: tuple[SetFigures, ...]) -> Iterator[SetRow]:
    found = best(sets) if len(sets) > 1 else None
    for one in sets:
        rest = _NONE if one.rest_s is None else length(one.rest_s)
        if not one.reps:
            yield SetRow(one.number, False, words.amount(one), _NONE, _NONE, _NONE, rest, _NONE, _NONE)
            continue
        yield SetRow(
            one.number,
            one is found and one.reached > 0,
            str(len(one.reps)),
            f"{one.reached} of {len(one.reps)}",
            percent(one.mean_peak_permille),
            _tempo(one.tempo_s, one.approximate),
            rest,
            str(one.muscle_off),
            str(one.too_fast),
        )


def _set_views(outcome: Outcome, sets: tuple[SetFigures, ...]) -> Iterator[SetView]:
    for one in sets:
        figure = Markup(set_svg(outcome, one, words.set_alt(one)))
        rows = tuple(_row(outcome, number, rep) for number, rep in enumerate(one.reps, 1))
        yield SetView(one.number, words.about_set(one, outcome), figure, rows)


def _hold(hold: Hold) -> tuple[str, str, str]:
    """Return start, length and mean activation."""
    return clock(hold.start_s), length(hold.end_s - hold.start_s), percent(hold.mean_permille)


def _row(outcome: Outcome, number: int, rep: Rep) -> RepRow:
    return RepRow(
        number,
        clock(rep.start_s),
        reached(rep, outcome),
        percent(rep.peak_permille),
        _tempo(rep.tempo_s if rep.complete else None, rep.approximate),
        f"{rep.concentric_permille // 10} / {percent(rep.eccentric_permille)}",
        ", ".join(_remarks(outcome, rep)),
    )


def _tempo(phases_s: tuple[float, float, float] | None, approximate: bool) -> str:
    if phases_s is None:
        return _NONE
    return f"≈{SPACE}{tempo(phases_s)}" if approximate else tempo(phases_s)


def _remarks(outcome: Outcome, rep: Rep) -> list[str]:
    told = (
        _buzz(outcome, rep),
        "muscle off" if rep.muscle_off else "",
        "too fast" if rep.too_fast else "",
        "" if rep.complete else "not finished",
    )
    return list(filter(None, told))


def _buzz(outcome: Outcome, rep: Rep) -> str:
    """Say so where buzz and peak disagree, in the only mode in which they should agree."""
    if outcome.mode != "reach" or outcome.cued(rep) == reached(rep, outcome):
        return ""
    return "buzzed" if outcome.cued(rep) else "no buzz"


def _settings(outcome: Outcome) -> tuple[tuple[str, str, str], ...]:
    """Return name, value and meaning of what the band and the recording were set to."""
    target = percent(outcome.target_permille)
    rearm = percent(outcome.target_permille * REARM_PERCENT / 100)
    return (
        ("Recording", outcome.name, "what this page was made from"),
        ("Engine", outcome.engine, "what ran the band’s signal processing"),
        *_recorded(outcome),
        ("Exercise", outcome.exercise, "what the band was told to expect"),
        ("Mode", outcome.mode, "when the band speaks"),
        ("Target", target, f"of the reference; ready for the next buzz below {rearm}"),
    )


def _recorded(outcome: Outcome) -> tuple[tuple[str, str, str], ...]:
    """Return what there is to tell of the recording, or of the session that is replayed."""
    mains = ("Mains", f"{outcome.mains_hz}{SPACE}Hz", "the hum that the filter takes out")
    if outcome.replay is not None:
        then = f"target {percent(outcome.replay.target_permille)}, {count(len(outcome.replay.cues), 'word')}"
        return (
            ("Session", outcome.replay.session_id, "whose log is replayed"),
            ("Then", then, "in the session"),
            mains,
        )
    return (
        ("Sample rate", f"{outcome.sample_rate_hz:g}{SPACE}Hz", "EMG samples a second in the recording"),
        mains,
        ("Gain", f"{outcome.gain:.4g}", "what the recording was multiplied by"),
    )


def _calibration(outcome: Outcome) -> tuple[tuple[str, str, str], ...]:
    found = outcome.calibration
    return (
        ("Rest", str(found.rest), f"the envelope that counts as 0{SPACE}%, in the core’s own unit"),
        ("Reference", str(found.reference), f"the envelope that counts as 100{SPACE}%, in the same unit"),
        ("Found by", found.how, "how rest and reference were set"),
    )


def _quality(outcome: Outcome) -> tuple[tuple[str, str, str], ...]:
    """Return name, times and meaning of each flag that stood, in the order in which they first did."""
    by_flag: dict[str, list[QualitySpan]] = {}
    for span in outcome.quality:
        by_flag.setdefault(span.flag, []).append(span)
    ordered = sorted(by_flag.items(), key=lambda item: merged(item[1])[0])
    return tuple(words.quality_of(flag, spans, outcome.mains_hz) for flag, spans in ordered)
