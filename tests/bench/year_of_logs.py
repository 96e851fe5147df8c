"""How long commands take that read an archive of a year: three sessions a week, of twenty sets of ten reps each."""

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from host_speed import Call, best_of, run

from buzzband.archive.index import NAME as INDEX
from report import year

WEEKS = 52
PLAN = year.Plan(sessions=3 * WEEKS)
REPEATS = 3


def measure() -> dict[str, Any]:
    """Return how much there is, and the processor's time in s of each command, from its start to its end."""
    with tempfile.TemporaryDirectory(prefix="buzzband-") as name:
        folder = Path(name)
        archive = year.write(folder / "archive", PLAN).folder
        size = sum(path.stat().st_size for path in archive.rglob("*.bbl"))
        return {
            "sessions": PLAN.sessions,
            "sets": PLAN.sessions * PLAN.sets,
            "log_bytes": size,
            "seconds": best_of(REPEATS, _calls(archive, folder / "page.html")),
        }


def _calls(archive: Path, page: Path) -> dict[str, Call]:
    """Return the commands by what they are; the first one leaves an index for the others."""

    def buzzband(*words: str | Path) -> Call:
        return partial(run, [sys.executable, "-m", "buzzband", *words, "--archive", archive])

    def read_all() -> None:
        (archive / INDEX).unlink(missing_ok=True)
        buzzband("sessions")()

    first = year.FIRST.date().isoformat()
    return {
        "sessions, all logs read anew for the index": read_all,
        "sessions": buzzband("sessions"),
        f"trends, {WEEKS} weeks": buzzband("trends", "--from", first, "--weeks", str(WEEKS), "--out", page),
        "report, one session of 20 sets": buzzband("report", "--out", page),
    }
