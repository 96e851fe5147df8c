"""Tracebacks: which function it was. On the chip modules are one and lines have no numbers, so the name alone tells."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from buzzband.compact.reading import Trees, module_name

_CALL = re.compile(r"(?<=, in )\w+")


def places_in(trees: Trees) -> dict[str, list[str]]:
    """Return where functions are, by name: like ``band.Band``, or the module alone."""
    places: dict[str, list[str]] = {}
    for path, tree in trees.items():
        for name, place in _functions(tree, module_name(path).partition(".")[2]):
            places.setdefault(name, []).append(place)
    return places


def _functions(node: ast.AST, place: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{place}.{child.name}")
        elif isinstance(child, ast.FunctionDef):
            yield child.name, place


def with_places(traceback: str, places: Mapping[str, Sequence[str]]) -> str:
    """Return a traceback that also tells where each of its functions may be."""

    def placed(found: re.Match[str]) -> str:
        known = places.get(found.group())
        return f"{found.group()} ({' or '.join(known)})" if known else found.group()

    return _CALL.sub(placed, traceback)
