"""Counts of what long tests have been through, in build/counts.json: a figure in a claim can be looked up there."""

import fcntl
import json
from pathlib import Path

PATH = Path(__file__).parent.parent / "build" / "counts.json"


def count(name: str, path: Path = PATH, **figures: float) -> None:
    """Set the figures of ``name``, and leave those of others as they are. Tests may run in several processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        known[name] = known.get(name, {}) | figures
        path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
