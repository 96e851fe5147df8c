"""What part of the mutants the tests notice, of all or of a sample."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from mutation.mutants import KINDS, Mutant

SMALL = 20  # mutants; a module with no more is judged whole
Z_95 = 1.96


@dataclass(frozen=True)
class Verdict:
    """``mutants``: how many a module has; ``judged``: how many of them were; ``alive``: those that no test noticed."""

    mutants: int
    judged: int
    alive: Sequence[Mutant]

    @property
    def killed(self) -> int:
        """Those that a test noticed."""
        return self.judged - len(self.alive)

    def row(self, name: str) -> str:
        """Return a row of the table."""
        kinds = [mutant.kind for mutant in self.alive]
        cells = (name, self.mutants, self.judged, self.killed, *(kinds.count(kind) or "" for kind in KINDS))
        return "| " + " | ".join(map(str, cells)) + " |"


def drawn(found: Mapping[str, Sequence[Mutant]], sample: int | None, seed: int) -> dict[str, Sequence[Mutant]]:
    """Return the mutants to judge: all of a small module, and ``sample`` of all others together, each as likely.

    ``found``: by module. ``sample`` None: all.
    """
    large = [mutant for each in found.values() if len(each) > SMALL for mutant in each]
    if sample is None or sample >= len(large):
        return dict(found)
    chosen = set(random.Random(seed).sample(large, sample))
    return {
        name: each if len(each) <= SMALL else [mutant for mutant in each if mutant in chosen]
        for name, each in found.items()
    }


def estimate(verdicts: Sequence[Verdict]) -> tuple[float, float]:
    """Return the part of all mutants that is noticed, and half the width of its 95 % interval.

    Small modules count as they are; of the others the sample stands for all, drawn without replacement from ``large``.
    """
    small = [verdict for verdict in verdicts if verdict.mutants <= SMALL]
    others = [verdict for verdict in verdicts if verdict.mutants > SMALL]
    total = sum(verdict.mutants for verdict in verdicts)
    large, judged = sum(verdict.mutants for verdict in others), sum(verdict.judged for verdict in others)
    part = sum(verdict.killed for verdict in others) / judged if judged else 0.0
    spread = sqrt(part * (1 - part) / judged * (large - judged) / max(large - 1, 1)) if judged else 0.0
    return (sum(verdict.killed for verdict in small) + large * part) / total, Z_95 * spread * large / total


def table(verdicts: Mapping[str, Verdict]) -> str:
    """Return all of it as a table in Markdown, with the score below."""
    head = ("module", "mutants", "judged", "killed", *KINDS)
    rows = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    rows += [verdict.row(name) for name, verdict in verdicts.items()]
    every = list(verdicts.values())
    alive = [mutant for verdict in every for mutant in verdict.alive]
    mutants, judged = sum(verdict.mutants for verdict in every), sum(verdict.judged for verdict in every)
    rows.append(Verdict(mutants, judged, alive).row("**all**"))
    part, half = estimate(every)
    margin = f" ± {100 * half:.1f} % (95 % interval)" if half else ""
    return "\n".join((*rows, "", f"Score: {100 * part:.1f} %{margin}")) + "\n"
