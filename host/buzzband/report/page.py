"""One session as a page: what matters in words, then figures, then tables."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from buzzband.outcome import Outcome, QualitySpan
from buzzband.report import charts, effort, headline, rows, words
from buzzband.report.canvas import style
from buzzband.report.charts import has_rates, reps_svg
from buzzband.report.document import written
from buzzband.report.effort import Effort, efforts
from buzzband.report.figures import NARROW, WIDE, cut_off, session_svg, set_svg
from buzzband.report.measures import SetFigures, merged, set_figures
from buzzband.report.trace import blanks_hidden, trace
from buzzband.wording import SPACE, clock, count, percent
from buzzband_fw.core.cue import AFTER_MOTOR_MS
from buzzband_fw.core.target import REARM_MS, REARM_PERCENT

_TALL = 40  # rows: a longer table scrolls inside its box


def render(outcome: Outcome) -> str:
    """Return ``outcome`` as a whole HTML document, the same one for the same outcome, to be stored as UTF-8."""
    sets = set_figures(outcome)
    worked = efforts(outcome, sets)
    with style():
        shown = _shown(outcome, sets, worked)
    return written("session.html.j2", _told(outcome, sets, worked) | shown | _listed(outcome, sets, worked))


def _told(outcome: Outcome, sets: Sequence[SetFigures], worked: Sequence[Effort]) -> dict[str, Any]:
    """Return what the page says in words."""
    return {
        "name": outcome.name,
        "about": outcome.logged.about if outcome.logged else (),
        "cards": headline.cards(outcome, sets),
        "summary": words.summary(outcome),
        "target": percent(outcome.target_permille),
        "rearm_percent": REARM_PERCENT,
        "rearm_ms": REARM_MS,
        "after_motor_ms": AFTER_MOTOR_MS,
        "timing": words.timing(outcome) if outcome.reps else "",
        "fatigue": words.fatigue(worked),
        "felt": words.felt(outcome),
        "quality": _quality(outcome),
        "faults": [(clock(at_s), what) for at_s, what in (outcome.logged.faults if outcome.logged else ())],
        "marks": words.marks(outcome),
        "settings": _settings(outcome),
        "calibration": _calibration(outcome),
        "notes": outcome.notes,
    }


def _shown(outcome: Outcome, sets: tuple[SetFigures, ...], worked: Sequence[Effort]) -> dict[str, Any]:
    """Return the figures, and what their captions have to explain."""
    alt = words.session_alt(outcome)
    reps_alt = words.reps_alt(outcome, sets)
    svgs = {  # that we have built, with no foreign text in it
        "wide": session_svg(outcome, sets, WIDE, alt),
        "narrow": session_svg(outcome, sets, NARROW, alt),
        "reps_wide": reps_svg(outcome, sets, worked, charts.WIDE, reps_alt) if outcome.reps else "",
        "reps_narrow": reps_svg(outcome, sets, worked, charts.NARROW, reps_alt) if outcome.reps else "",
    }
    return {name: Markup(svg) for name, svg in svgs.items()} | {
        "cards_of_sets": [
            (one.number, words.about_set(one, outcome), Markup(set_svg(outcome, one, words.set_alt(one))))
            for one in sets
        ],
        "thinned": trace(outcome, 0.0, outcome.duration_s, WIDE.columns).thinned,
        "blanks_hidden": blanks_hidden(outcome, NARROW.columns),
        "cut_off": cut_off(outcome),
        "any_blanked": bool(outcome.blanked.any()),
        "any_buzz": bool(outcome.on_target),
        "any_movement": len(outcome.movement) > 0,
        "any_reps": bool(outcome.reps),
        "any_cycles": outcome.cycles > 0,
        "any_doubt": bool(outcome.quality),
        "any_rates": has_rates(outcome, sets),
    }


def _listed(outcome: Outcome, sets: tuple[SetFigures, ...], worked: Sequence[Effort]) -> dict[str, Any]:
    """Return the tables, and the numbers by which their columns are defined."""
    return {
        "glance": list(rows.set_rows(sets)),
        "efforts": list(rows.effort_rows(outcome, sets, worked)),
        "sets": [(one.number, list(rows.rep_rows(outcome, one, done))) for one, done in zip(sets, worked, strict=True)],
        "holds": [rows.hold_row(hold) for hold in outcome.holds],
        "any_remarks": any(rows.remarks(outcome, rep) for rep in outcome.reps),
        "any_flags": any(rep.muscle_off or rep.too_fast for rep in outcome.reps),
        "any_felt": bool(outcome.logged and outcome.logged.answers),
        "tall": len(outcome.reps) > _TALL,
        "effort": effort,
    }


def _settings(outcome: Outcome) -> tuple[tuple[str, str, str], ...]:
    """Return name, value and meaning of what the band and the recording were set to."""
    target = percent(outcome.target_permille)
    rearm = percent(outcome.target_permille * REARM_PERCENT / 100)
    return (
        ("Recording", outcome.name, "what this page was made from"),
        *(() if outcome.engine == "" else (("Engine", outcome.engine, "what ran the band’s signal processing"),)),
        *_recorded(outcome),
        ("Exercise", outcome.exercise, "what the band was told to expect"),
        ("Mode", outcome.mode, "when the band speaks"),
        ("Target", target, f"of the reference; ready for the next buzz below {rearm}"),
        *(outcome.logged.settings if outcome.logged else ()),
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
    found = [mains]
    if outcome.sample_rate_hz is not None:
        rate = f"{outcome.sample_rate_hz:g}{SPACE}Hz"
        found.insert(0, ("Sample rate", rate, "EMG samples a second in the recording"))
    if outcome.gain is not None:
        found.append(("Gain", f"{outcome.gain:.4g}", "what the recording was multiplied by"))
    return tuple(found)


def _calibration(outcome: Outcome) -> tuple[tuple[str, str, str], ...]:
    found = outcome.calibration
    rest, reference = (str(level) if found.reference else "not known" for level in (found.rest, found.reference))
    return (
        ("Rest", rest, f"the envelope that counts as 0{SPACE}%, in the core’s own unit"),
        ("Reference", reference, f"the envelope that counts as 100{SPACE}%, in the same unit"),
        ("Found by", found.how, "how rest and reference were set"),
    )


def _quality(outcome: Outcome) -> tuple[tuple[str, str, str], ...]:
    """Return name, times and meaning of each flag that stood, in the order in which they first did."""
    by_flag: dict[str, list[QualitySpan]] = {}
    for span in outcome.quality:
        by_flag.setdefault(span.flag, []).append(span)
    ordered = sorted(by_flag.items(), key=lambda item: merged(item[1])[0])
    return tuple(words.quality_of(flag, spans, outcome.mains_hz) for flag, spans in ordered)
