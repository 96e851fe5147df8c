"""MicroPython's tables: where it looks a name up, and how soon it finds it there.

An instance, a class and a module each have a table of names and values (py/map.c). A name's home in it is its hash
modulo the size; where another name lies there already, the next places are tried one after the other, at 0.5 µs each. A
name that is not in the table is looked for up to the next gap: so it is with each method, which is asked for in the
instance first. Tables are nearly full, so names are chosen such as have homes apart.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzband.compact.reading import bound_on_top

UNKNOWN = -1  # number of a name

_SIZES = (2, 4, 6, 8, 10, 12, 17, 23, 29, 37, 47, 59, 73, 97, 127, 167, 223, 293, 389, 521, 691, 919, 1223, 1627, 2161)
_SEED = 5381
_SLOTS = 64  # py/map.c, MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE: 128, and every second is for what is no name
_WITHOUT_CACHE = 1.5  # places that could be looked at in the time that it takes to get at the hash
_SELDOM = 0.01  # what is never looked up in a turn had better not be in the way either


@dataclass(frozen=True)
class Table:
    """``held``: the names in it. ``missed``: those that are looked for in it in vain."""

    held: frozenset[str]
    missed: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """Return for how many it has room: it grows by one step of these whenever it is full."""
        return next(size for size in _SIZES if size >= len(self.held))


def hash_of(name: str) -> int:
    """Return the hash that MicroPython keeps of a name on a Pico: py/qstr.c, with a single byte."""
    value = _SEED
    for byte in name.encode():
        value = value * 33 ^ byte
    return value & 0xFF or 1


def tables_of(trees: Iterable[ast.Module]) -> list[Table]:
    """Return the tables of modules, of their classes, and of what these make. Classes are known by their names."""
    trees = list(trees)
    classes = {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    above = {name: [base for base in map(_last, node.bases) if base in classes] for name, node in classes.items()}
    extended = {base for bases in above.values() for base in bases}
    found = [frozenset({*bound_on_top(tree), *_imported(tree)}) for tree in trees]
    found += [frozenset(bound_on_top(node)) for node in classes.values()]
    return [Table(held) for held in found if held] + [
        _instance([classes[name] for name in _line(name, above)]) for name in classes if name not in extended
    ]


def _instance(line: Sequence[ast.ClassDef]) -> Table:
    """Return the table of an instance of a class. ``line``: the class and those that it extends."""
    held = frozenset(name for node in line for name in _given_to_self(node))
    return Table(held, frozenset(name for node in line for name in bound_on_top(node)) - held)


def _line(name: str, above: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield name
    for base in above[name]:
        yield from _line(base, above)


def _given_to_self(node: ast.ClassDef) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store) and _last(part.value) == "self":
            yield part.attr


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def _last(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    return ast.unparse(node).rpartition(".")[2]


class Homes:
    """Which homes in tables are taken. ``in_turns``: how often each name is looked up there."""

    def __init__(self, tables: Sequence[Table], in_turns: Counter[str]) -> None:
        self._tables = [table for table in tables if table.held]
        self._in_turns = in_turns
        self._taken: list[NDArray[np.int64]] = [np.zeros(table.size, np.int64) for table in self._tables]

    def held(self) -> set[str]:
        """Return the names that lie anywhere."""
        return {name for table in self._tables for name in table.held}

    def missed(self) -> set[str]:
        """Return the names that are looked for in vain somewhere: methods, in instances."""
        return {name for table in self._tables for name in table.missed}

    def take(self, name: str, value: int) -> None:
        """Let ``name`` have the home of this hash wherever it is held."""
        for table, taken in zip(self._tables, self._taken, strict=True):
            if name in table.held:
                taken[value % table.size] += 1

    def detours(self, name: str, hashes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return for each of ``hashes`` how many places more would be looked at if ``name`` had it."""
        weight = self._in_turns[name]
        found = np.zeros(len(hashes))
        for table, taken in zip(self._tables, self._taken, strict=True):
            if name in table.held:
                found += (weight or _SELDOM) * taken[hashes % table.size]
            elif weight and name in table.missed:
                found += weight * _runs(taken > 0)[hashes % table.size]
        return found


class Slots:
    """Who shares the slots of MicroPython's cache: it remembers for each where the last name of this slot lay.

    Two that are looked up in turns drive each other out. What is in flash has its slot by its number; that of others is
    UNKNOWN.
    """

    def __init__(self, in_turns: Counter[str], numbers: Mapping[str, int]) -> None:
        self._in_turns = in_turns
        self._load = np.zeros(_SLOTS)
        for name in in_turns.keys() & numbers.keys():
            self.take(name, numbers[name])

    def take(self, name: str, number: int) -> None:
        """Let ``name`` have the slot of this number."""
        if number != UNKNOWN:
            self._load[number % _SLOTS] += self._in_turns[name]

    def detours(self, name: str, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return for each of ``numbers`` how many places more would be looked at if ``name`` had it."""
        weight = self._in_turns[name]
        load: NDArray[np.float64] = np.where(numbers != UNKNOWN, self._load[numbers % _SLOTS], 0.0)
        return _WITHOUT_CACHE * 2 * weight * load / np.maximum(weight + load, 1)


def _runs(taken: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each place how many from there on are taken, up to the next gap, beyond the end from the beginning."""
    size = len(taken)
    runs = np.zeros(2 * size + 1, np.int64)
    for place in range(2 * size - 1, -1, -1):
        runs[place] = min(runs[place + 1] + 1, size) if taken[place % size] else 0
    return runs[:size]
