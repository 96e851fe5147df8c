"""A band's log as the outcome that pages are made of: what it recorded, with nothing run again."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from buzzband.engines.job import TRACK_RATE_HZ, Track
from buzzband.outcome import MISSING, Answer, Calibration, Crossings, Logged, Outcome, QualitySpan
from buzzband.recordings.band_log import SessionLog
from buzzband.services import analysis, settings
from buzzband.services.options import Options
from buzzband.services.session_shown import calibration_told, fault_told
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.store.schema import SCHEMA, cleaned, values_of

Told = tuple[tuple[str, str, str], ...]
"""Names, values and meanings, in words."""

_TOLD_ELSEWHERE = frozenset(
    ("wearer", "rest", "reference", "target_permille", "exercise", "mode", "mains_hz", "signature", "motor_calibration")
)


def logged_outcome(log: SessionLog, name: str, about: Told = ()) -> Outcome:
    """Return what a log tells. ``name``: of the page. ``about``: what is known beside the log."""
    values = settings_told(log)
    cues = tuple((cue.block, cue.word) for cue in log.cues)
    told = analysis.outcome(
        name,
        engine="",
        sample_rate_hz=None,
        duration_s=log.duration_s,
        gain=None,
        calibration=_calibration(log, values),
        settings=Options().settings({**values, "rest": values["rest"] or 0, "reference": values["reference"] or 0}),
        track=Track(log.permille.astype("int32"), log.flags, cues, lifting=log.lifting),
        imu=bool(log.lifting.degrees.any()),
        notes=tuple(_notes(log)),
    )
    return with_log(told, log, about)


def with_log(told: Outcome, log: SessionLog, about: Told = (), from_s: float = 0.0) -> Outcome:
    """Return an outcome with what only its log tells, from ``from_s`` on."""
    numbers = [number for number in _numbers(log) if _start_s(log, number) >= from_s]
    answers = {one.set_number: one for one in log.answers}
    logged = Logged(
        session_id=log.session_id,
        about=about,
        settings=tuple(_settings(settings_told(log))),
        answers=tuple(
            Answer(index, answers[number].felt, answers[number].actual)
            for index, number in enumerate(numbers)
            if number in answers
        ),
        crossings=tuple(
            Crossings(_at_s(one.block), one.rate_hz) for one in log.crossings if _at_s(one.block) >= from_s
        ),
        faults=tuple((_at_s(fault.block), fault_told(fault)) for fault in log.faults),
        marks_s=tuple(_at_s(block) for block in log.marks),
    )
    absent = [
        QualitySpan(first / TRACK_RATE_HZ, end / TRACK_RATE_HZ, MISSING)
        for first, end in analysis.runs(~log.valid[: len(told.permille)])
    ]
    quality = sorted([*told.quality, *absent], key=lambda span: span.t_s)
    return replace(told, logged=logged, quality=tuple(quality))


def settings_told(log: SessionLog) -> Mapping[str, Any]:
    """Return the settings of a session, by name: defaults where its header does not tell any that make sense."""
    given = {name: value for name, value in log.header.get("settings", {}).items() if name != "wearer"}
    values: Mapping[str, Any] = values_of(cleaned(given, []))
    return values


def _numbers(log: SessionLog) -> list[int]:
    """Return the numbers of the sets in the order in which an outcome has them."""
    return sorted({*(one.number for one in log.lifting.counted_sets()), *(rep.set for rep in log.lifting.counted())})


def _start_s(log: SessionLog, number: int) -> float:
    """Return when a set began, which is what decides whether an outcome has it."""
    starts = [one.start_block for one in log.lifting.counted_sets() if one.number == number]
    return _at_s((starts or [rep.start_block for rep in log.lifting.counted() if rep.set == number])[0])


def _calibration(log: SessionLog, values: Mapping[str, Any]) -> Calibration:
    if values["rest"] is None or values["reference"] is None:
        return Calibration(0, 0, "not known: the log does not say")
    return Calibration(values["rest"], values["reference"], calibration_told(log.header.get("calibration")))


def _settings(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the settings that are not the default, and not told anyhow."""
    for name, (default, *_) in SCHEMA.items():
        if name not in _TOLD_ELSEWHERE and values[name] != default:
            yield name, settings.shown(name, values[name]), settings.MEANINGS[name]


def _notes(log: SessionLog) -> Iterator[str]:
    if "settings" not in log.header:
        yield "The header of the log is lost: target, exercise and mode are the defaults, not what was set."
    if log.damaged or log.missing:
        yield "The log is damaged. All that is intact is used; what is not there is left out, not filled in."
    if log.end is None:
        yield "The log has no end: the band stopped without one, as when its battery is pulled."
    if not log.lifting.degrees.any():
        yield "No movement was felt: reps are told by the muscle alone, and their phases are approximate."


def _at_s(block: int) -> float:
    return block * BLOCK_MS / 1000
