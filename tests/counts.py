"""Counts of what tests have tried, kept in build/counts.json for those who want to know how much a green run means."""

import fcntl
import json
from pathlib import Path

from buzzband.atomic import replace_file

COUNTS = Path(__file__).parents[1] / "build" / "counts.json"


def count(name: str, **figures: object) -> None:
    """Put figures under a name in the file, beside what other tests, in whatever process, have put there."""
    COUNTS.parent.mkdir(exist_ok=True)
    with COUNTS.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
        told[name] = told.get(name, {}) | figures
        replace_file(COUNTS, json.dumps(told, indent=1, sort_keys=True).encode())
