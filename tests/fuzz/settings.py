"""Settings: any file leads to values that can be, and a change is made whole or not at all."""

import json
import tempfile
from pathlib import Path

from buzzband_fw.store.schema import SCHEMA, WEARERS_MAX, cleaned, is_valid
from buzzband_fw.store.settings import Settings, load

BYTES_MAX = 4096
DICTIONARY = ("wearers", *SCHEMA, *(choice for row in SCHEMA.values() if type(row[1]) is tuple for choice in row[1]))

_FOLDER = tempfile.TemporaryDirectory(prefix="buzzband-fuzz-")


def one_input(data: bytes) -> None:
    """Take what is before the first zero for a file, and what is behind it for a change."""
    file, _, change = data.partition(b"\0")
    path = Path(_FOLDER.name, "settings.json")
    for ending in ("old", "new"):
        path.with_suffix(f".{ending}").unlink(missing_ok=True)
    path.write_bytes(file)
    settings = load(path)
    _check(settings)
    before = settings.values
    if not change:
        return
    try:
        made, told = settings.apply(change)
    except OSError:  # no memory
        return
    _check(settings)
    assert made or settings.values == before
    again = load(path)
    assert again.values == settings.values
    if made:
        assert again.problems == []
        document = json.loads(path.read_bytes()) if told[0] else {}
        assert cleaned(document, []) == document
    else:
        json.loads(told or b"{}")


def _check(settings: Settings) -> None:
    """Demand that every value is one that can be had."""
    for name, value in settings.values.items():
        assert is_valid(name, value), name
    rest, reference = settings.values["rest"], settings.values["reference"]
    assert rest is None or reference is None or rest < reference
    assert len(settings.wearers) <= WEARERS_MAX or settings.problems == []
    json.loads(settings.told())
