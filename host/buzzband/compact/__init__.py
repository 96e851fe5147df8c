"""The app's modules as the chip gets them: the same program, with what only readers need taken out of them.

On the chip every name of a global, a method, an attribute or an argument takes RAM, some 20 bytes, and a constant that two
modules share a place in the tables of both. So constants are written where they are used (``folding``), and the other
names become such as MicroPython has in its flash anyway (``naming``).
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from buzzband.compact.folding import fold
from buzzband.compact.joining import join
from buzzband.compact.naming import Names, choose


@dataclass(frozen=True)
class Compacted:
    """Modules by path, and how their names came about."""

    sources: dict[str, str]
    names: Names


def compact(sources: Mapping[str, str], outside: str, entry: str) -> Compacted:
    """Return ``sources``, text by path, made smaller.

    ``outside``: text that uses the modules and stays as it is; its names are kept. ``entry``: the path of the module
    from which all are loaded.
    """
    trees = join(fold({path: ast.parse(text) for path, text in sources.items()}), entry)
    names = choose(trees, outside, entry)
    renamed = {path: ast.fix_missing_locations(names.rename(tree)) for path, tree in trees.items()}
    return Compacted({path: ast.unparse(tree) + "\n" for path, tree in renamed.items()}, names)
