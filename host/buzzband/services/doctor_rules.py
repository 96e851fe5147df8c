"""What an examination means: each rule looks at one thing, and says what is, what that means and what to do.

hardware/assembly.md says after each of its steps which of these lines must be right by then.
"""

import re
from collections.abc import Callable, Iterator

from buzzband import firmware
from buzzband.errors import AtPrompt as AppAtPrompt
from buzzband.errors import (
    BuzzbandError,
    DriveError,
    Garbled,
    NoBoard,
    NoPermission,
    NoSuchPort,
    PortBusy,
    SeveralBoards,
    Silent,
    Unplugged,
    WrongProtocol,
)
from buzzband.services.examination import OverLink, Patient
from buzzband.services.findings import Finding, fault, fine, note
from buzzband.services.probes import Storage
from buzzband.wording import count, listed
from buzzband_fw.link import messages

Rule = Callable[[Patient], Iterator[Finding]]

PROMPT_AFTER = 9  # crashes: rootfs/starter.py
FULL_BYTES = 32 * 1024  # below that no session is recorded: store/recorder.py
LITTLE_BYTES = 200 * 1024  # two hours

_MEANINGS: dict[type[BuzzbandError], str] = {
    NoBoard: "No band is plugged in, its cable carries power only, or it has no MicroPython.",
    SeveralBoards: "Which one is meant is not guessed.",
    NoPermission: "The board is there, but your user may not open its port.",
    PortBusy: "Only one program at a time can talk to the band.",
    NoSuchPort: "The board is not where it was looked for.",
    AppAtPrompt: "MicroPython runs on the board, the band's app does not.",
    WrongProtocol: "Tool and app are of different versions.",
    Garbled: "Something else runs on the board, or the cable is bad.",
    Silent: "The app hangs, something else runs on the board, or it is no board with MicroPython.",
    Unplugged: "The board restarted or was pulled out while it was being looked at.",
    DriveError: "The board waits for MicroPython, but its drive cannot be used.",
}


def board(patient: Patient) -> Iterator[Finding]:
    """Look whether the app can be reached, and if not, what is there instead."""
    if patient.drive:
        about = f"{'A Pico' if patient.drive.is_pico else 'Another board'} in BOOTSEL: {patient.drive}."
        meaning = "It is a drive that waits for MicroPython; no app runs."
        yield fault("board", "bootsel", about, meaning, f"buzzband flash --drive {patient.where}")
    elif patient.band:
        yield fine("board", f"the band's app answers at {patient.where}")
    elif patient.trouble:
        yield from _trouble(patient, patient.trouble)
    if patient.prompt_trouble:
        error = patient.prompt_trouble
        meaning = "Files and wiring could not be looked at."
        yield fault("prompt", type(error).__name__, str(error), meaning, error.hint)
    if patient.start_trouble:
        error = patient.start_trouble
        yield fault("start", "not_started", str(error), "The app ends or hangs when it starts.", "buzzband flash")


def _trouble(patient: Patient, error: BuzzbandError) -> Iterator[Finding]:
    meaning = next((text for kind, text in _MEANINGS.items() if isinstance(error, kind)), "")
    storage = patient.prompt.storage if patient.prompt else None
    if storage and not storage.slots:
        told = "MicroPython without the band's app."
        yield fault("board", "bare", told, "The Pico is new, or was erased.", f"buzzband flash --port {patient.where}")
    elif storage and storage.crashes >= PROMPT_AFTER:
        told = f"The app is there, but gave up after {storage.crashes} starts that did not last."
        yield fault("board", "gave_up", told, _crash_meaning(storage), "buzzband doctor --fix, or buzzband flash")
    elif storage and isinstance(error, Silent):
        told = f"MicroPython answers; the app in slot {listed(list(storage.slots))} does not run."
        mend = "It has just been restarted: run buzzband doctor again."
        yield fault("board", type(error).__name__, told, meaning, mend)
    else:
        yield fault("board", type(error).__name__, str(error), meaning, error.hint)


def micropython(patient: Patient) -> Iterator[Finding]:
    """Look whether the app can run on this MicroPython, and on this board."""
    text = patient.band.hello.micropython if patient.band else ""
    if patient.prompt:
        identity = patient.prompt.identity
        text = identity.version_text
        if identity.machine != firmware.MACHINE or identity.implementation != "micropython":
            told = f"{identity.implementation} {text} on {identity.machine or identity.platform}."
            meaning = f"The app is for MicroPython on a {firmware.MACHINE}."
            yield fault("micropython", "other_board", told, meaning, "Take a Raspberry Pi Pico.")
            return
    if not text:
        return
    version = tuple(map(int, re.findall(r"\d{1,4}", text)))
    if why := firmware.unsupported(version):
        mend = "buzzband flash --micropython"
        yield fault("micropython", "unsupported", f"MicroPython {text} is {why}.", "The app does not run on it.", mend)
    elif told := firmware.doubtful(version):
        yield note("micropython", "doubtful", told, mend="buzzband flash --micropython installs 1.24.1.")
    else:
        yield fine("micropython", text)


def app(patient: Patient) -> Iterator[Finding]:
    """Look at the app's files: whether there are any, whether they are whole, and which slot runs."""
    found = patient.prompt
    running = patient.band.hello if patient.band else None
    if running and not found:
        yield fine("app", f"{running.app} in slot {running.slot}")
    if not found or not found.storage.slots:
        return
    storage = found.storage
    if storage.chosen not in storage.slots:
        told = f"Slot {storage.chosen}, which is to be tried first, has no app."
        meaning = f"The app in slot {storage.slots[0]} starts instead."
        yield fault("app", "missing_slot", told, meaning, "buzzband flash")
    elif running and running.slot != storage.chosen:
        told = f"Slot {storage.chosen} is to be tried first, but slot {running.slot} runs."
        yield fault("app", "broken_slot", told, "The app in it cannot be loaded.", "buzzband flash")
    elif found.differing:
        told = f"{count(len(found.differing), 'file')} not as they were installed, the first is {found.differing[0]}."
        yield fault("app", "damaged_files", told, "The app is half installed, or its flash fails.", "buzzband flash")
    else:
        version = f"{running.app} in slot {running.slot}" if running else f"in slot {listed(list(storage.slots))}"
        yield fine("app", version + (", every file as installed" if found.differing == () else ""))


def starts(patient: Patient) -> Iterator[Finding]:
    """Look whether the app starts as it should: safe mode, crashes."""
    storage = patient.prompt.storage if patient.prompt else None
    if patient.band and patient.band.hello.safe_mode:
        told = "The band is in safe mode: link and sessions, no motor."
        why = "The button was held at power-on, or three starts in a row did not last ten seconds."
        mend = "buzzband doctor --fix starts it anew; if it repeats, buzzband flash."
        yield fault("starts", "safe_mode", told, f"{why} {_last_words(storage)}".strip(), mend)
    elif storage and storage.crash:
        told = f"The app has crashed at some time: {storage.crash}"
        mend = "Report it. The file /crash.txt on the board has all of it."
        yield note("starts", "crashed", told, "It has started again since then.", mend)
    elif storage:
        yield fine("starts", "no crash")


def _crash_meaning(storage: Storage) -> str:
    return f"It crashes as soon as it starts. {_last_words(storage)}".strip()


def _last_words(storage: Storage | None) -> str:
    return f"The last crash: {storage.crash}" if storage and storage.crash else ""


def file_system(patient: Patient) -> Iterator[Finding]:
    """Look whether sessions can be kept."""
    faults = patient.band.after.faults if patient.band else 0
    if patient.prompt:
        free = patient.prompt.storage.free_bytes
    elif patient.band:
        free = patient.band.hello.free_bytes
    else:
        return
    told = f"{free // 1024} KB free"
    if faults & messages.RECORDER_FAILED:
        meaning = "What is recorded may be lost."
        mend = "buzzband sync, then buzzband flash --micropython --lose-sessions. If it repeats, the flash is worn out."
        yield fault("file system", "recorder_failed", f"Flash could not be written or read; {told}.", meaning, mend)
    if free < FULL_BYTES or faults & messages.FLASH_FULL:
        meaning = "Cues go on, nothing is recorded."
        yield fault("file system", "full", f"The file system is full: {told}.", meaning, "buzzband sync frees it.")
    elif free < LITTLE_BYTES:
        yield note("file system", "nearly_full", f"{told}.", "That is two hours of wearing or less.", "buzzband sync")
    elif not faults & messages.RECORDER_FAILED:
        yield fine("file system", told)


def settings(patient: Patient) -> Iterator[Finding]:
    """Look whether the settings can be had."""
    if not patient.band:
        return
    problems = patient.band.config.problems
    if problems:
        told = f"Settings that cannot be: {listed(list(problems))}."
        mend = "buzzband doctor --fix takes them back to their defaults."
        yield fault("settings", "bad_settings", told, "Their defaults hold.", mend)
    elif patient.band.after.faults & messages.BAD_SETTINGS:
        told = "The file of settings cannot be read."
        yield fault("settings", "unreadable_settings", told, "All defaults hold.", "buzzband config reset --yes")
    else:
        yield fine("settings", f"all can be; wearer {patient.band.config.values.get('wearer') or 'without a name'}")


def pace(patient: Patient) -> Iterator[Finding]:
    """Look whether samples keep coming, and whether the band's clock agrees with this computer's."""
    if not patient.band:
        return
    found = patient.band
    blocks = found.after.blocks - found.before.blocks
    if not 0.95 <= 10 * blocks / max(found.band_ms, 1) <= 1.05:
        told = f"{count(blocks, 'block')} of 10 ms in {found.band_ms} ms."
        meaning = "The band misses samples of the muscle."
        yield fault("clock", "samples", told, meaning, "Restart it; if it repeats, report it.")
        return
    ratio = found.band_ms / max(found.host_ms, 1)
    if abs(ratio - 1) > _clock_tolerance(found):
        told = f"The band's clock runs {ratio:.2f} times as fast as this computer's."
        yield note("clock", "pace", told, "That is so with an emulated band. A real one has a bad crystal.")
    else:
        yield fine("clock", "samples come on time; the time is told")


def _clock_tolerance(found: OverLink) -> float:
    """Return by which share the clocks may differ: 200 ms for the way there and back, and 0.5 %."""
    return 0.005 + 200 / max(found.host_ms, 1)
