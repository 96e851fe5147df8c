"""The errors there are, and the tree that the docstring of errors.py draws."""

import re

from buzzband import errors
from buzzband.errors import BuzzbandError

_LINE = re.compile(r"^(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: +exit (?P<code>\d+))?(?: .*)?$")


def classes() -> list[type[BuzzbandError]]:
    """Every error, the root first."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, BuzzbandError)]
    return sorted(kinds, key=lambda kind: (len(kind.__mro__), kind.__name__))


def drawn() -> dict[str, tuple[str | None, int]]:
    """Name, parent and exit code of each error in the drawing; one without a code has its parent's."""
    _, tree, _ = (errors.__doc__ or "").split("\n\n", 2)
    found: dict[str, tuple[str | None, int]] = {}
    above: list[str] = []
    for line in tree.splitlines():
        match = _LINE.match(line)
        assert match, f"not a line of the tree: {line!r}"
        depth = len(match["branch"]) // 4
        parent = above[depth - 1] if depth else None
        found[match["name"]] = (parent, int(match["code"]) if match["code"] else found[str(parent)][1])
        above[depth:] = [match["name"]]
    return found
