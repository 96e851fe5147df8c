"""``make mutate``: changes one thing at a time in core and store, and counts what tests/core and tests/store notice.

    python -m mutation [MODULE]...      such as core/cue, all if none is given

What is changed stands in pyproject.toml. Prints a line for each module; the survivors go to build/mutation/MODULE.txt,
the figures to build/mutation.json, beside those of modules that were not asked for.
"""

import json
import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from mutation.judge import FIRMWARE, ROOT, begin, tests_of, warm_up
from mutation.mutants import Mutant, mutants

BUILD = ROOT / "build"
SCORES = BUILD / "mutation.json"
AT_ONCE = os.cpu_count() or 1


def survivors(path: Path, found: list[Mutant], tests: Sequence[Path], cpu_s: int) -> list[Mutant]:
    """Return those of the mutants that all tests pass with, in ``cpu_s`` seconds of CPU each."""
    waiting = list(reversed(found))
    going: dict[int, Mutant] = {}
    alive = []
    while waiting or going:
        if waiting and len(going) < AT_ONCE:
            mutant = waiting.pop()
            going[begin(path, mutant.source, tests, cpu_s)] = mutant
            continue
        process, status = os.wait()
        mutant = going.pop(process)
        if status == 0:
            alive.append(mutant)
    return sorted(alive, key=lambda mutant: (mutant.line, mutant.operator))


def judged(name: str, operators: list[str]) -> dict[str, int]:
    """Judge all mutants of a module, and write down which survive; return how many there are of each."""
    path = FIRMWARE / f"{name}.py"
    tests = tests_of(path)
    cpu_s = warm_up(tests) if tests else 0
    if not cpu_s:
        sys.exit(f"The tests of {name} do not pass as it is: {', '.join(map(str, tests)) or 'there are none'}.")
    found = list(mutants(path, operators))
    alive = survivors(path, found, tests, cpu_s)
    original = path.read_text(encoding="utf-8")
    told = BUILD / "mutation" / f"{name}.txt"
    told.parent.mkdir(parents=True, exist_ok=True)
    told.write_text("\n\n".join(mutant.told(original) for mutant in alive) + "\n", encoding="utf-8")
    return {"mutants": len(found), "survivors": len(alive)}


def main(*names: str) -> None:
    """Judge the modules of these names, or all that have mutants and tests."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutation"]
    paths = (path.relative_to(FIRMWARE) for folder in config["folders"] for path in (FIRMWARE / folder).rglob("*.py"))
    names = names or tuple(sorted(str(path.with_suffix("")) for path in paths if path.name not in config["exclude"]))
    scores = json.loads(SCORES.read_text()) if SCORES.exists() else {}
    for name in names:
        scores[name] = score = judged(name, config["operators"])
        killed = score["mutants"] - score["survivors"]
        print(f"{name:28}{killed:5} of {score['mutants']:4} killed", flush=True)
        BUILD.mkdir(exist_ok=True)
        SCORES.write_text(json.dumps(scores, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
