"""Mutants of a module: its source with one thing changed, as cosmic-ray's operators change it."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator


@dataclass(frozen=True)
class Mutant:
    """``line``: where in the file; ``source``: the whole module, changed."""

    operator: str
    line: int
    source: str

    def told(self, original: str) -> str:
        """Return what is changed, as the lines of a diff without their surroundings."""
        lines = list(difflib.unified_diff(original.splitlines(), self.source.splitlines(), n=0, lineterm=""))
        return "\n".join((f"line {self.line}, {self.operator}", *lines[3:]))


def mutants(path: Path, operators: Sequence[str]) -> Iterator[Mutant]:
    """Yield each change that an operator makes anywhere in a file, in the order of operators and places."""
    source = path.read_text(encoding="utf-8")
    tree = get_ast_from_path(path)
    for name in operators:
        operator = get_operator(f"core/{name}")()
        places = [place for node in ast_nodes(tree) for place, _ in operator.mutation_positions(node)]
        for occurrence, (line, _) in enumerate(places):
            changed = mutate_code(source, operator, occurrence)
            if changed and changed != source:
                yield Mutant(name, line, changed)
