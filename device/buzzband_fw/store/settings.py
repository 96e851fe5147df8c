"""Settings: what the wearer and the builder chose, with defaults that work. One JSON file, read at power-on."""

import json

from buzzband_fw.core import exercises

PATH = "settings.json"

# name: what stands without it, whether None is allowed, least, greatest. A bool has no range.
SCHEMA = {
    "mains_hz": (50, False, 50, 60),
    "rest": (None, True, 0, 1048575),  # envelopes that count as 0 and 1000 permille; None: not calibrated
    "reference": (None, True, 0, 1048575),
    "target_permille": (500, False, 50, 2000),
    "mode": ("reach", False, ("reach",), None),
    "exercise": ("custom", False, exercises.NAMES, None),
    "autostart": (True, False, None, None),  # a session begins at power-on
    "usb_isolator": (False, False, None, None),  # electrodes may be worn while the band is plugged in
}


def is_valid(name, value):
    """Return whether ``value`` can be had for the setting ``name``."""
    _, optional, least, greatest = SCHEMA[name]
    if value is None:
        return optional
    if isinstance(least, tuple):
        return value in least
    if least is None:
        return isinstance(value, bool)
    if name == "mains_hz":
        return value in (least, greatest)
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= greatest


class Settings:
    """The settings as attributes. ``problems``: names of those that cannot be."""

    def __init__(self, given):
        """``given``: a dict of what is to differ from the defaults."""
        self.problems = []
        self.values = {}
        for name in SCHEMA:
            value = given.get(name, SCHEMA[name][0])
            if not is_valid(name, value):
                self.problems.append(name)
                value = SCHEMA[name][0]
            self.values[name] = value
            setattr(self, name, value)
        if self.rest is not None and self.reference is not None and not self.calibrated:
            self.problems.append("reference")

    @property
    def calibrated(self):
        """Return whether rest and reference are known, and in the right order."""
        return self.rest is not None and self.reference is not None and self.reference > self.rest


def load(path=PATH):
    """Return the settings in the file. If it cannot be read, that is a problem named ``file``, and defaults stand."""
    try:
        with open(path) as file:
            given = json.load(file)
        if not isinstance(given, dict):
            raise ValueError
    except OSError:
        return Settings({})
    except ValueError:
        settings = Settings({})
        settings.problems.append("file")
        return settings
    return Settings(given)
