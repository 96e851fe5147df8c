"""``buzzband doctor``: what is wrong with a band, what that means, and what to do about it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from buzzband.errors import BoardError, LinkError, PortError
from buzzband.progress import Progress, no_progress
from buzzband.services import doctor_rules as rules
from buzzband.services import doctor_wiring as wiring
from buzzband.services.examination import PROMPT_PATIENCE_S, Patient, Way, examine
from buzzband.services.findings import Examined, Finding, Level, note
from buzzband.services.flash import awaited_band, greeted
from buzzband.services.probes import FORGET_CRASHES
from buzzband.transports import ports
from buzzband.transports.link import Link
from buzzband.transports.serial_port import open_port
from buzzband_fw.store.schema import SCHEMA

RULES: tuple[rules.Rule, ...] = (
    rules.board,
    rules.micropython,
    rules.app,
    rules.starts,
    rules.file_system,
    rules.settings,
    rules.pace,
    wiring.power,
    wiring.button,
    wiring.movement,
    wiring.motor,
    wiring.muscle,
)


def doctor(port: str | None, way: Way, *, fix: bool = False, progress: Progress = no_progress) -> Examined:
    """Examine the band at ``port``, or the only one there is; with ``fix`` mend what can be mended safely.

    Whatever goes wrong is a finding. Raises nothing but what is no user's to cause.
    """
    patient = examine(port, way, progress)
    findings = tuple(judged(patient, quick=way.quick))
    if fix:
        findings = _mended(patient, findings, way)
    return Examined(patient.where, patient.band.hello.uid if patient.band else "", findings)


def judged(patient: Patient, *, quick: bool = False) -> list[Finding]:
    """Return what each rule finds, in order."""
    found = [finding for rule in RULES for finding in rule(patient)]
    if patient.band and not patient.prompt and not patient.prompt_trouble and not quick:
        told = f"The band is {patient.band.after.state_name}: files and wiring were left alone, as that would end it."
        found.append(note("prompt", "busy", told, mend="Press the button to end it, then run buzzband doctor again."))
    return found


def _mended(patient: Patient, findings: tuple[Finding, ...], way: Way) -> tuple[Finding, ...]:
    codes = {finding.code for finding in findings}
    done: set[str] = set()
    with suppress(PortError, LinkError, BoardError):
        problems = patient.band.config.problems if patient.band else ()
        if problems and _settings_mended(patient.where, problems, way.patience_s):
            done.add("bad_settings")
        if codes & {"safe_mode", "gave_up"} and _starts_anew(patient.where, way):
            done |= {"safe_mode", "gave_up"}
    return tuple(
        replace(one, mended=True) if one.code in done and one.level is Level.FAULT else one for one in findings
    )


def _settings_mended(port: str, names: tuple[str, ...], patience_s: float) -> bool:
    """Take settings to the defaults that hold in their place anyway; return whether none is left that cannot be."""
    changes: Mapping[str, None] = dict.fromkeys(name for name in names if name in SCHEMA)
    with open_port(port) as stream:
        link = Link(stream, patience_s=patience_s)
        link.change(changes)
        return not link.config().problems


def _starts_anew(port: str, way: Way) -> bool:
    """Forget the crashes and restart the board; return whether the app comes up, and not in safe mode."""
    serial_number = ports.serial_number_of(port)
    patience_s = max(way.patience_s, PROMPT_PATIENCE_S)
    with way.open_board(port, patience_s) as board:
        board.exec(FORGET_CRASHES)
        board.reset()
    _, hello = awaited_band(port, serial_number, patience_s, greeted)
    return not hello.safe_mode
