"""Mutants of a module: its source with one thing changed, as cosmic-ray's operators change it."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

KINDS = ("numbers", "comparisons", "arithmetic", "logic", "loops")
_KIND_OF = {
    "Number": "numbers",
    "ReplaceComparison": "comparisons",
    "ReplaceBinary": "arithmetic",
    "ReplaceUnaryOperator_Delete_USub": "arithmetic",
    "ReplaceBreak": "loops",
    "ReplaceContinue": "loops",
    "ZeroIteration": "loops",
}


@dataclass(frozen=True)
class Mutant:
    """What an operator does at its ``occurrence``-th place in a file; ``line``: where that is."""

    path: Path
    operator: str
    occurrence: int
    line: int

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return next((kind for begins, kind in _KIND_OF.items() if self.operator.startswith(begins)), "logic")

    def source(self) -> str:
        """Return the whole module, changed."""
        return mutate_code(self._original(), get_operator(f"core/{self.operator}")(), self.occurrence)

    def told(self) -> str:
        """Return what is changed, as the lines of a diff without their surroundings."""
        pair = self._original().splitlines(), self.source().splitlines()
        lines = list(difflib.unified_diff(*pair, n=0, lineterm=""))
        return "\n".join((f"line {self.line}, {self.operator}", *lines[3:]))

    def _original(self) -> str:
        return self.path.read_text(encoding="utf-8")


def mutants(path: Path, operators: Sequence[str]) -> Iterator[Mutant]:
    """Yield each change that an operator makes anywhere in a file, in the order of operators and places."""
    tree = get_ast_from_path(path)
    for name in operators:
        operator = get_operator(f"core/{name}")()
        places = [place for node in ast_nodes(tree) for place, _ in operator.mutation_positions(node)]
        for occurrence, (line, _) in enumerate(places):
            yield Mutant(path, name, occurrence, line)
