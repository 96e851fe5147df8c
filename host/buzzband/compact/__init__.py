"""The app's modules as the chip gets them: the same program, without what only its readers need.

On the chip every name of a global, a method, an attribute or an argument takes RAM, 20 bytes or so; so do a constant
that two modules share, and each module's tables. So constants are written where they are used (``folding``), modules
that are always loaded become one (``joining``), and the app's names such as MicroPython has in its flash (``naming``).
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from buzzband.compact.folding import fold
from buzzband.compact.joining import join
from buzzband.compact.naming import Names, choose
from buzzband.compact.traces import places_in, with_places


@dataclass(frozen=True)
class Compacted:
    """``sources``: modules by path. ``places``: for the name of each function, where there is one of this name."""

    sources: Mapping[str, str]
    names: Names
    places: Mapping[str, Sequence[str]]

    def readable(self, traceback: str) -> str:
        """Return a traceback of this app on a band, with the names of its source."""
        return with_places(self.names.readable(traceback), self.places)


def compact(
    sources: Mapping[str, str], outside: str, first: str, entry: str, also: Sequence[str] = (), platform: str = "rp2"
) -> Compacted:
    """Return ``sources``, text by path, made smaller.

    ``outside``: text that uses the modules and stays as it is; its names are kept. ``entry``: the path of the module
    from which all are loaded. ``first``: of one that it loads before all others. ``also``: of those that it always
    needs, though late. ``platform``: where they run, ``sys.platform`` of MicroPython.
    """
    trees = {path: ast.parse(text, path) for path, text in sources.items()}
    places = places_in(trees)
    trees = join(fold(trees, platform), first, entry, also)
    names = choose(trees, outside, entry)
    return Compacted({path: ast.unparse(names.rename(tree)) + "\n" for path, tree in trees.items()}, names, places)
