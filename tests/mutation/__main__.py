"""``make mutate``: changes one thing at a time in core and store, and counts what tests/core and tests/store notice.

    python -m mutation [--sample N] [--seed N] [--at-once N] [MODULE]...      such as core/cue, all if none is given

What is changed stands in pyproject.toml. Prints a line for each module; the survivors go to build/mutation/MODULE.txt,
the table and the score to build/mutation/table.md.
"""

import argparse
import os
import sys
import tomllib
from collections.abc import Sequence

from mutation.choice import FIRMWARE, ROOT, Choice
from mutation.judge import begin, choice_of
from mutation.mutants import Mutant, mutants
from mutation.score import Verdict, drawn, table

BUILD = ROOT / "build" / "mutation"


def survivors(judged: Sequence[Mutant], choice: Choice, at_once: int) -> list[Mutant]:
    """Return those of the mutants that all tests pass with, judged so many ``at_once``."""
    waiting = list(reversed(judged))
    going: dict[int, Mutant] = {}
    alive = []
    while waiting or going:
        if waiting and len(going) < at_once:
            mutant = waiting.pop()
            going[begin(mutant, choice)] = mutant
            continue
        process, status = os.wait()
        mutant = going.pop(process)
        if status == 0:
            alive.append(mutant)
    return sorted(alive, key=lambda mutant: (mutant.line, mutant.operator))


def all_mutants(names: Sequence[str]) -> dict[str, list[Mutant]]:
    """Return the mutants of the modules of these names, or of all that have any."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutation"]
    paths = (path for folder in config["folders"] for path in sorted((FIRMWARE / folder).rglob("*.py")))
    every = [str(path.relative_to(FIRMWARE).with_suffix("")) for path in paths if path.name not in config["exclude"]]
    found = {name: list(mutants(FIRMWARE / f"{name}.py", config["operators"])) for name in names or every}
    return {name: each for name, each in found.items() if each}


def main() -> None:
    """Judge what is asked for."""
    parser = argparse.ArgumentParser(prog="mutation", description="Counts which changes the tests notice.")
    parser.add_argument("--sample", type=int, help="judge so many, and small modules whole; all if not given")
    parser.add_argument("--seed", type=int, default=1, help="another one draws another sample")
    parser.add_argument(
        "--at-once", type=int, default=os.cpu_count(), help="processes; the number of cores if not given"
    )
    parser.add_argument("names", nargs="*", metavar="MODULE", help="such as core/cue; all if none is given")
    asked = parser.parse_args()
    found = all_mutants(asked.names)
    judged = drawn(found, asked.sample, asked.seed)
    choices = {folder: choice_of(ROOT / "tests" / folder) for folder in sorted({name.split("/")[0] for name in found})}
    verdicts = {}
    for name, each in judged.items():
        choice = choices[name.split("/")[0]]
        if choice is None:
            sys.exit(f"The tests of {name} do not pass as it is.")
        verdicts[name] = verdict = Verdict(len(found[name]), len(each), survivors(each, choice, asked.at_once))
        print(f"{name:28}{verdict.killed:5} of {verdict.judged:4} killed", flush=True)
        told = BUILD / f"{name}.txt"
        told.parent.mkdir(parents=True, exist_ok=True)
        told.write_text("\n\n".join(mutant.told() for mutant in verdict.alive) + "\n", encoding="utf-8")
    (BUILD / "table.md").write_text(table(verdicts), encoding="utf-8")
    print(table(verdicts).splitlines()[-1])


if __name__ == "__main__":
    main()
