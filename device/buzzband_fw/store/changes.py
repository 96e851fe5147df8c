"""Changes of the settings: made whole or not at all, and saved. Imported only when there is one."""

import json
import os

from buzzband_fw.store.schema import (
    FILE_MAX,
    NOTHING_CHANGED,
    PAIRS,
    SCHEMA,
    WEARERS_MAX,
    WEARERS_OWN,
    beside,
    cleaned,
    in_order,
    is_valid,
    parse,
    read,
    read_document,
)

_EFFECT = 3
_TOLD_MAX = 24  # characters of a name that nobody knows


class Wrong(ValueError):
    """A setting cannot be so. Its argument is the name of the setting, or of what stands in the place of one."""


def merge(clean, changes):
    """Make ``changes``, of the document's shape, in a clean document. Wearers come first, then who of them wears it.

    Raises Wrong.
    """
    theirs = changes.get("wearers", {})
    if type(theirs) is not dict:
        raise Wrong("wearers")
    for name in theirs:
        _merge_wearer(clean, name, theirs[name])
    if "wearer" in changes:
        _put(clean, "wearer", changes["wearer"])
    wearers = clean.get("wearers", {})
    wearer = clean.get("wearer")
    if wearer is not None and wearer not in wearers:
        raise Wrong("wearer")
    own = clean if wearer is None else wearers[wearer]
    for name in changes:
        if name not in ("wearers", "wearer"):
            if name not in SCHEMA:
                raise Wrong(str(name))
            _put(own if SCHEMA[name][3] & WEARERS_OWN else clean, name, changes[name])
    _require_order(own)


def difference(before, after):
    """Return in how many values two differ, and the latest moment at which one of those takes effect."""
    count, effect = 0, NOTHING_CHANGED
    for name in SCHEMA:
        if after[name] != before[name]:
            count += 1
            effect = max(effect, SCHEMA[name][3] & _EFFECT)
    return count, effect


def can_be(name):
    """Return the name of a setting, and what it can be: the least or the choices, and the greatest."""
    row = SCHEMA.get(name, (None, None, None))
    return name[:_TOLD_MAX], row[1], row[2]


def saved(path, changes, brace):
    """Make ``changes`` in the file and return what it holds then, clean. Raises Wrong, OSError.

    ``brace`` is called before flash is written, which is left alone if all stays as it is.
    """
    document, damaged = read_document(path)
    problems = ["file"] if damaged else []
    clean = cleaned(document or {}, problems)
    before = json.dumps(clean)
    merge(clean, changes)
    text = json.dumps(clean)
    if problems or text != before:
        brace()
        _save(path, text.encode())
    return clean


def _save(path, text):
    """Write the file anew: a power cut leaves the one or the other, and the last good one is kept beside it."""
    if len(text) > FILE_MAX:
        raise Wrong("wearers")
    last = read(path)
    if last is not None and parse(last) is not None:
        _write(beside(path, "old"), last)
    del last
    _write(beside(path, "new"), text)
    os.rename(beside(path, "new"), path)


def _merge_wearer(clean, name, changes):
    """Add a wearer or change one; None takes him away."""
    if name is None or not is_valid("wearer", name):
        raise Wrong("wearer")
    wearers = clean.setdefault("wearers", {})
    if changes is None:
        wearers.pop(name, None)
        if clean.get("wearer") == name:
            del clean["wearer"]
        return
    if type(changes) is not dict:
        raise Wrong("wearers")
    section = wearers.setdefault(name, {})
    if len(wearers) > WEARERS_MAX:
        raise Wrong("wearers")
    for setting in changes:
        if setting not in SCHEMA or not SCHEMA[setting][3] & WEARERS_OWN:
            raise Wrong(str(setting))
        _put(section, setting, changes[setting])
    _require_order(section)


def _put(section, name, value):
    """Set a value; the default, and None, by leaving it out. Raises Wrong."""
    if value is not None and not is_valid(name, value):
        raise Wrong(name)
    if value in (None, SCHEMA[name][0]):
        section.pop(name, None)
    else:
        section[name] = value


def _require_order(section):
    for rest, reference in PAIRS:
        if not in_order(section, rest, reference):
            raise Wrong(reference)


def _write(path, data):
    """Write a file; littlefs shows the older one of that name until the new one is whole."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
