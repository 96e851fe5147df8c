"""What settings there are, what they can be, and the file that holds them. Needed only to read it or to change it.

    {"mains_hz": 60, "target_permille": 600, "wearer": "Anna", "wearers": {"Anna": {"rest": 265, "exercise": "curl"}}}

Each setting belongs to the band or to the wearer. Those of a wearer stand under the name; on the top level stand the
band's, and the wearer's of a band that has but one, who needs no name. Nobody has another one's calibration: what a
wearer has not set is the default, not what stands on the top level. Changes have the shape of the file, and null takes
a setting back to its default (as a JSON merge patch does, RFC 7396).
"""

import json
import os

from buzzband_fw.core import exercises
from buzzband_fw.core.portable import const

FILE_MAX = const(2048)  # bytes; more is not read, since no gap in the heap may be larger
WEARERS_MAX = const(8)

NOTHING_CHANGED = const(0)  # when a change takes effect
AT_ONCE = const(1)
NEXT_SESSION = const(2)
POWER_ON = const(3)
WEARERS_OWN = const(4)  # beside one of those: the setting belongs to the wearer

# name: default, least, greatest, when a change takes effect. A default of None may be chosen, too. In the place of
# ``least``: None for yes or no; a tuple of choices; "tempo", "name" or "list", with how many at most behind it;
# "bytes", with how many there are.
SCHEMA = {
    "mains_hz": (50, (50, 60), None, 3),
    "autostart": (True, None, None, 3),  # a session begins at power-on
    "calibration": ("guided", ("guided", "warm-up", "stored"), None, 3),  # what comes before it
    "motor": ("pwm", ("pwm", "erm", "lra"), None, 3),
    "motor_calibration": (None, "bytes", 3, 3),  # what a DRV2605L has learnt of its motor
    "usb_isolator": (False, None, None, 1),  # electrodes may be worn while the band is plugged in
    "low_battery_mv": (3500, 1800, 5500, 1),
    "wearer": (None, "name", 24, 2),
    "rest": (None, 0, 1048575, 6),  # envelopes that count as 0 and 1000 permille; None: not calibrated
    "reference": (None, 0, 1048575, 6),
    "other_rest": (None, 0, 1048575, 7),  # the second channel's
    "other_reference": (None, 0, 1048575, 7),
    "signature": (None, "list", 16, 6),  # of the place where the calibration was made
    "target_permille": (500, 50, 2000, 6),
    "exercise": ("custom", exercises.NAMES, None, 6),
    "mode": (None, ("reach", "below", "hold", "tempo", "faded", "steady", "silent"), None, 6),  # None: the exercise's
    "tempo": (None, "tempo", 20, 6),
    "hold_s": (10, 1, 600, 6),
    "steady_off_s": (5, 1, 120, 6),
    "load_kg": (None, 1, 1000, 6),
    "one_rm_kg": (None, 1, 1000, 6),
    "reps_max": (None, 1, 30, 6),  # the most reps done with load_kg
    "fatigue": (False, None, None, 6),
    "other_muscle": (False, None, None, 7),
    "ask_felt": (True, None, None, 6),
    "silent_sets": (0, 0, 1048575, 6),  # of a session; bit 0: the first
    "clips": ("never", ("never", "first-rep", "faults", "both"), None, 3),  # of what raw EMG is kept
}

_EFFECT = const(3)
_WEARERS_OWN = const(4)
PAIRS = (("rest", "reference"), ("other_rest", "other_reference"))


def phases_s(tempo, greatest_s=20):
    """Return the seconds of a tempo, ``lift-pause-lower`` or with a second pause behind, or None if it is none."""
    parts = tempo.split("-")
    for part in parts:
        if not 1 <= len(part) <= 2 or part.strip("0123456789") or int(part) > greatest_s:
            return None
    phases = tuple([int(part) for part in parts])
    return phases if len(phases) in (3, 4) and phases[0] and phases[2] else None


def is_valid(name, value):
    """Return whether ``value`` can be had for the setting ``name``."""
    default, least, greatest, _ = SCHEMA[name]
    if value is None:
        return default is None
    if least is None:
        return type(value) is bool
    if type(least) is tuple:
        return type(value) is type(least[0]) and value in least
    if least == "list":
        return type(value) in (list, tuple) and 1 <= len(value) <= greatest and all([_is_small(one) for one in value])
    if least == "bytes":
        return type(value) in (list, tuple) and len(value) == greatest and all([_is_byte(one) for one in value])
    if least == "tempo":
        return type(value) is str and phases_s(value, greatest) is not None
    if least == "name":
        return type(value) is str and _is_name(value, greatest)
    return type(value) is int and least <= value <= greatest


def _is_small(value):
    return type(value) is int and -1048575 <= value <= 1048575


def _is_byte(value):
    return type(value) is int and 0 <= value <= 255


def _is_name(text, length_max):
    """Return whether a wearer may be called so: no control characters, no surrogates, no spaces around it."""
    for character in text:
        code = ord(character)
        if code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000:
            return False
    return 1 <= len(text) <= length_max and text == text.strip()


def parse(data):
    """Return the object that ``data``, JSON in UTF-8, holds; None if it holds none or is too large."""
    if len(data) > FILE_MAX:
        return None
    try:
        found = json.loads(str(data, "utf-8"))
    except Exception:  # parsers differ in what they raise for a hostile text: Value-, Type-, Runtime-, MemoryError …
        return None
    return found if type(found) is dict else None


def read_document(path):
    """Return what the file at ``path`` holds, or the last good one beside it, or None; and whether that is a problem.

    Without any file there is none.
    """
    data = read(path)
    document = None if data is None else parse(data)
    if document is not None:
        return document, False
    last = read(beside(path, "old"))
    if last is None:
        return None, data is not None
    return parse(last), True


def cleaned(document, problems):
    """Return what of a document can be had and is no default; the names of what cannot be go to ``problems``."""
    clean = _section(document, 0, problems)
    given = document.get("wearers", {})
    wearers = {}
    for name in given if type(given) is dict else ():
        if name is not None and is_valid("wearer", name) and type(given[name]) is dict:
            wearers[name] = _section(given[name], _WEARERS_OWN, problems)
    if type(given) is not dict or len(wearers) < len(given):
        problems.append("wearers")
    if wearers:
        clean["wearers"] = wearers
    if "wearer" in clean and clean["wearer"] not in wearers:
        problems.append("wearer")
        del clean["wearer"]
    return clean


def values_of(clean):
    """Return the value of each setting, by name, that a clean document stands for."""
    wearer = clean.get("wearer")
    own = clean if wearer is None else clean["wearers"][wearer]
    values = {}
    for name in SCHEMA:
        default, _, _, kind = SCHEMA[name]
        values[name] = (own if kind & _WEARERS_OWN else clean).get(name, default)
    return values


def _section(given, own, problems):
    """Return what of ``given`` can be had and is no default. ``own``: 0 for all settings, or for the wearer's alone."""
    found = {}
    for name in given:
        if name not in SCHEMA or own & ~SCHEMA[name][3]:
            continue
        value = given[name]
        if not is_valid(name, value):
            problems.append(name)
        elif value != SCHEMA[name][0]:
            found[name] = value
    for rest, reference in PAIRS:
        if not in_order(found, rest, reference):
            problems.append(reference)
            del found[reference]
    return found


def in_order(values, rest, reference):
    """Return whether the reference is above the rest, or one of them is not known."""
    low, high = values.get(rest), values.get(reference)
    return low is None or high is None or high > low


def read(path):
    """Return the bytes of a file; none of one that is too large, and None without a file."""
    try:
        size = os.stat(path)[6]
        with open(path, "rb") as file:
            return file.read(size) if size <= FILE_MAX else b""
    except OSError:
        return None
    except MemoryError:
        return b""


def beside(path, ending):
    """Return the path of settings.old or settings.new."""
    return path[:-4] + ending
