"""What there is to show, in words: the same on the screen and in lines."""

from collections.abc import Iterator

from buzzband.services.live.items import Rep, Said, Standing
from buzzband.wording import SPACE, count, percent, tempo
from buzzband_fw import names
from buzzband_fw.core import quality, words
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.link.messages import ASKING, CALIBRATING, FINDING, WARMING_UP

GUIDED = {
    words.READY: "Ready: lift now, with little weight.",
    words.BREATHE_IN: "Stand still, let the arm hang. Breathe in.",
    words.BREATHE_OUT: "Breathe out.",
    words.SQUEEZE: "Squeeze, as hard as in the hardest rep!",
    words.RELEASE: "Let go.",
    words.QUESTION: "How many reps were on target? Press the button so often; hold it down for none.",
}
"""What the wearer is to do at a word that leads."""

GUIDING = tuple(names.STATES[state] for state in (CALIBRATING, WARMING_UP, FINDING, ASKING))
"""States in which the band leads."""

QUALITY = {
    "rail": "The signal is cut off at the converter's limits: less gain.",
    "flat": "No signal: press the electrodes on, check the plug.",
    "hum": "Hum of the mains: away from cables, wet the skin, check the reference electrode.",
}
"""What each flag of quality.py means, and the mend."""

FAULTS = {
    "uncalibrated": "Not calibrated: press c.",
    "usb power": "USB power: electrodes off.",
    "flash full": "The flash is full: nothing is recorded. buzzband sync makes room.",
    "recorder failed": "The session cannot be written: nothing is recorded.",
    "bad settings": "Some settings are damaged: buzzband config get names them.",
    "safe mode": "Safe mode: nothing is said.",
    "no imu": "No movement sensor: reps are told by the muscle alone.",
    "low battery": "The battery is low.",
    "motor": "The motor fails.",
}
"""What each fault of the band means."""


def word_name(word: int) -> str:
    """Return a word of the motor as people say it: on target."""
    return names.WORDS[word].replace("_", " ") if word < len(names.WORDS) else f"word {word}"


def said_text(said: Said) -> str:
    """Return what was said, and whether it was."""
    return f"{word_name(said.word)} (withheld)" if said.withheld else word_name(said.word)


def flag_names(flags: int) -> tuple[str, ...]:
    """Return the flags of the signal: rail, flat, hum; blanked while the motor speaks."""
    found = [name for bit, name in enumerate(quality.NAMES) if flags & 1 << bit]
    return (*found, *(("blanked",) if flags & BLANKED else ()))


def trouble(standing: Standing, flags: int) -> Iterator[str]:
    """Yield what stands against the signal and the band, each with what it means."""
    yield from (QUALITY[name] for name in flag_names(flags) if name in QUALITY)
    yield from (FAULTS.get(fault, fault) for fault in standing.faults)


def rep_text(rep: Rep, target_permille: int | None) -> str:
    """Return a rep on a line: set and number, peak, tempo, and what is to be said of it."""
    parts = [f"set {rep.set} rep {rep.number}", f"{percent(rep.peak_permille):>5}", tempo(rep.tempo_s)]
    if rep.muscle_off:
        parts.append("muscle off")
    elif target_permille is not None:
        parts.append("on target" if rep.peak_permille >= target_permille else "below target")
    return "  ".join([*parts, "too fast"] if rep.too_fast else parts)


def work_text(standing: Standing) -> str:
    """Return where in the set the wearer is: set 2: 5 reps, lower."""
    if not standing.set:
        return "no session"
    if standing.phase == "rest":
        return f"set {standing.set}"
    return f"set {standing.set}: {count(standing.reps, 'rep')}, {standing.phase}"


def target_text(standing: Standing) -> str:
    """Return the target, and what it will be."""
    if standing.target_permille is None:
        return "not calibrated"
    text = f"target {percent(standing.target_permille)}"
    wanted = standing.next_target_permille
    return text if wanted is None else f"{text}, {percent(wanted)} from the next session on"


def mode_text(standing: Standing) -> str:
    """Return the mode, and what it will be."""
    text = f"mode {standing.mode}" if standing.mode else "mode not known yet"
    return text if standing.next_mode is None else f"{text}, {standing.next_mode} from the next session on"


def battery_text(standing: Standing) -> str:
    """Return the voltage of the battery; nothing where there is none."""
    return "" if standing.supply_mv is None else f"{standing.supply_mv / 1000:.2f}{SPACE}V"


def standing_text(standing: Standing) -> str:
    """Return how things stand, on a line."""
    parts = [standing.state, target_text(standing), mode_text(standing), battery_text(standing), *standing.faults]
    return "; ".join(filter(None, parts))
