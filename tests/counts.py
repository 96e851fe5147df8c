"""Figures that long tests have counted, gathered in ``build/counts.json``."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COUNTS = Path(__file__).parents[1] / "build" / "counts.json"


def count(name: str, **figures: int) -> None:
    """Merge the figures of ``name`` into the file; tests in other processes may do the same."""
    COUNTS.parent.mkdir(exist_ok=True)
    with _alone():
        told = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
        told[name] = {**told.get(name, {}), **figures}
        new = COUNTS.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n")
        new.replace(COUNTS)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold off the other processes, where the system can do that."""
    with COUNTS.with_suffix(".lock").open("w") as lock:
        try:
            import fcntl
        except ImportError:
            yield
            return
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
