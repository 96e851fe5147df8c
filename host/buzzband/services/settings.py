"""The settings in words: what each is for, what it can be, and its value as people write it."""

import difflib
import json
import re
from contextlib import suppress
from typing import Any

from buzzband.errors import NoSuchSetting, WrongValue
from buzzband.wording import listed
from buzzband_fw.store.schema import (
    AT_ONCE,
    NEXT_SESSION,
    NOTHING_CHANGED,
    POWER_ON,
    SCHEMA,
    WEARERS_OWN,
    is_valid,
)

MEANINGS = {
    "mains_hz": "frequency of the mains, whose hum is taken out",
    "autostart": "a session begins at power-on",
    "calibration": "what happens at power-on: three squeezes, a warm-up set, or the stored calibration",
    "motor": "what moves the motor: a transistor, or a DRV2605L with a coin (erm) or a linear motor (lra)",
    "motor_calibration": "what a DRV2605L has learnt of its motor; none: it learns at the next power-on",
    "usb_isolator": "a USB isolator is in the cable, so that electrodes may be worn with it",
    "low_battery_mv": "below this the battery is low",
    "wearer": "who wears the band",
    "rest": "envelope of the muscle at rest; none: not calibrated",
    "reference": "envelope of the squeezes, which is 100 %",
    "other_rest": "envelope of the second muscle at rest",
    "other_reference": "envelope of the second muscle's squeezes",
    "signature": "of the place where the electrodes were when the band was calibrated",
    "target_permille": "activation to aim for, of the reference",
    "exercise": "what is trained",
    "mode": "when the band buzzes; none: as suits the exercise",
    "tempo": "seconds of lifting, pause, lowering, and perhaps a second pause",
    "hold_s": "how long a hold is to be",
    "steady_off_s": "how long the muscle may be off in steady work",
    "load_kg": "what is on the bar",
    "one_rm_kg": "the most that can be lifted once",
    "reps_max": "the most reps done with load_kg, for an estimate of one_rm_kg",
    "fatigue": "the target follows the fatigue of the muscle",
    "other_muscle": "a second channel watches a muscle that is not to take over",
    "ask_felt": "after sets without cues the band asks how many reps hit the target",
    "silent_sets": "sets of a session in which the band keeps silent, a bit for each; see buzzband compare plan",
    "clips": "of what raw EMG is kept: the first rep of each set, faults of the signal, or both",
}
EFFECTS = {
    NOTHING_CHANGED: "not at all",
    AT_ONCE: "at once",
    NEXT_SESSION: "from the next session on",
    POWER_ON: "from the next power-on on",
}

_EFFECT_MASK = 3
_YES = ("yes", "true", "on", "1")
_NO = ("no", "false", "off", "0")
_NONE = ("none", "null")
_UNITS = {"permille": "‰", "hz": "Hz", "mv": "mV", "s": "s", "kg": "kg"}
_SPARED = 40  # characters of what was given


def require_name(name: str) -> None:
    """Raise NoSuchSetting unless there is a setting of that name."""
    if name in SCHEMA:
        return
    wanted = name.lower().replace("-", "_")
    alike = [known for known in SCHEMA if wanted and wanted in known] or difflib.get_close_matches(wanted, SCHEMA)
    hint = f"Did you mean {' or '.join(alike)}?" if alike else None
    raise NoSuchSetting(f"There is no setting {_short(name)!r}.", hint)


def belongs_to_wearer(name: str) -> bool:
    """Return whether each wearer has an own value of the setting."""
    return bool(SCHEMA[name][3] & WEARERS_OWN)


def effect(name: str) -> str:
    """Return when a change of the setting counts."""
    return EFFECTS[SCHEMA[name][3] & _EFFECT_MASK]


def allowed(name: str) -> str:
    """Return what the setting can be, as a sentence goes on after "it is"."""
    default, least, greatest, _ = SCHEMA[name]
    if least is None:
        text = "yes or no"
    elif isinstance(least, tuple):
        text = " or ".join(map(str, least)) if len(least) == 2 else f"one of {', '.join(map(str, least))}"
    elif least == "tempo":
        text = f"three or four numbers of seconds up to {greatest}, like 2-1-3, the first and third not 0"
    elif least == "name":
        text = f"a name of 1 to {greatest} printable characters"
    elif least == "list":
        text = f"1 to {greatest} whole numbers"
    elif least == "bytes":
        text = f"{greatest} whole numbers from 0 to 255"
    elif name.endswith("_permille"):
        text = f"a whole number from {least} to {greatest}, or that in percent, like 50%"
    else:
        text = f"a whole number from {least} to {greatest}"
    return f"{text}, or none" if default is None else text


def shown(name: str, value: Any) -> str:
    """Return a value as people write it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return f"{value} ({value / 10:g} %)" if name.endswith("_permille") else str(value)


def wrong(name: str, given: object) -> WrongValue:
    """Return the error for a value that the setting cannot have."""
    return WrongValue(f"{name} cannot be {_short(str(given))!r}.", f"It is {allowed(name)}.")


def parsed(name: str, text: str) -> Any:
    """Return the value that was written. Raises NoSuchSetting, WrongValue."""
    require_name(name)
    value = _read(name, text.strip())
    if not is_valid(name, value):
        raise wrong(name, text)
    return value


def _read(name: str, text: str) -> Any:
    """Return what ``text`` means; itself if that is nothing that the setting can be."""
    least = SCHEMA[name][1]
    if text.lower() in _NONE:
        return None
    if least is None:
        return {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}.get(text.lower(), text)
    if isinstance(least, tuple):
        written = {str(choice): choice for choice in least}
        return written.get(_without_unit(name, text).lower(), text)
    if least in ("list", "bytes"):
        with suppress(ValueError, RecursionError):
            return json.loads(text if text.startswith("[") else f"[{text}]")
    return _number(name, text) if isinstance(least, int) else text


def _number(name: str, text: str) -> Any:
    percent = re.fullmatch(r"(\d{1,4}(?:\.\d)?) ?%", text)
    if percent and name.endswith("_permille"):
        return round(10 * float(percent[1]))
    bare = _without_unit(name, text)
    return int(bare) if re.fullmatch(r"-?[0-9]{1,9}", bare) else text


def _without_unit(name: str, text: str) -> str:
    unit = _UNITS.get(name.rpartition("_")[2], "")
    return text[: -len(unit)].rstrip() if unit and text.lower().endswith(unit.lower()) else text


def _short(text: str) -> str:
    return text if len(text) <= _SPARED else text[: _SPARED - 1] + "…"


def names(found: list[str]) -> str:
    """Return names as a sentence has them, or that there are none."""
    return listed(found) if found else "none"
