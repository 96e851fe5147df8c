"""Settings: what the wearer and the builder chose, with defaults that work. One JSON file, read at power-on.

What there is to choose stands in schema.py. That and changes.py are imported only where they are needed, so that a band
short of RAM can let go of them in between.
"""

import json

from buzzband_fw.core.portable import const

PATH = "settings.json"
PARTS = (  # needed for a while
    "store.schema",
    "store.changes",
    "store.boots",
    "core.exercises",
    "core.golden",
    "link.configuring",
    "link.updating",
)

_NO_MEMORY = const(12)  # ENOMEM


class Settings:
    """The settings, each an attribute, those of the active wearer among them.

    ``values``: all of them by name. ``problems``: names of those that cannot be; ``file`` if that is damaged.
    ``wearers``: the names there are. ``brace`` is called before flash is written, ``changed`` after a change, with when
    it takes effect; both are the app's to set.
    """

    def __init__(self, given, path=PATH):
        """``given``: a dict of what is to differ from the defaults, as in the file."""
        from buzzband_fw.store import schema

        self.path = path
        self.problems = []
        self.brace = self.changed = _nothing
        self._take(schema.cleaned(given, self.problems))

    def __getattr__(self, name):
        if name == "values" or name not in self.values:
            raise AttributeError(name)
        return self.values[name]

    @property
    def calibrated(self):
        """Return whether rest and reference are known."""
        return self.rest is not None and self.reference is not None

    def change(self, changes):
        """Make ``changes`` and save them, all or nothing; return how many values differ now, and when they all count.

        ``changes``: a dict of the shape of the file. Raises Wrong, OSError. Touches flash unless all stays as it is.
        """
        before = self.values
        try:
            from buzzband_fw.store import changes as changing

            self._take(changing.saved(self.path, changes, self.brace))
            count, effect = changing.difference(before, self.values)
        except MemoryError:
            raise OSError(_NO_MEMORY) from None
        self.problems = []
        if count:
            self.changed(effect)
        return count, effect

    def told(self, name=b""):
        """Return JSON of all settings, or of the one of that name; None if there is none."""
        values = self.values
        if name:
            values = {known: values[known] for known in values if known.encode() == name}
            if not values:
                return None
        return json.dumps({"values": values, "wearers": self.wearers, "problems": self.problems}).encode()

    def apply(self, data):
        """Make the changes in ``data``, JSON. Raises OSError. Touches flash.

        Return True, and what ``change`` returns as bytes; or else False, and JSON of the name of the setting that
        cannot be so and what it can be, which is empty if ``data`` is no object.
        """
        from buzzband_fw.store import changes as changing
        from buzzband_fw.store import schema

        changes = schema.parse(data)
        if changes is None:
            return False, b""
        try:
            return True, bytes(self.change(changes))
        except changing.Wrong as wrong:
            return False, json.dumps(changing.can_be(wrong.args[0])).encode()

    def keep_calibration(self, rest, reference, signature=None):
        """Save what a calibration of the active wearer found. ``signature``: integers. Raises Wrong, OSError."""
        place = None if signature is None else [int(one) for one in signature]
        return self.change({"rest": rest, "reference": reference, "signature": place})

    def _take(self, clean):
        from buzzband_fw.store import schema

        self.values = schema.values_of(clean)
        self.wearers = sorted(clean.get("wearers", ()))


def load(path=PATH):
    """Return the settings in the file. If it is damaged, that is a problem; the last good ones or defaults stand."""
    from buzzband_fw.store import schema

    path = str(path)
    document, damaged = schema.read_document(path)
    settings = Settings(document or {}, path)
    if damaged:
        settings.problems.append("file")
    return settings


def _nothing(_effect=None):
    """Stand in for what the app has not set."""
