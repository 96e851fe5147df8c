"""Names that cost nothing: for those of the app, such as MicroPython has in its flash.

MicroPython keeps each name that it meets in a module in RAM, its text and six bytes or more, unless the name is among
the thousand that it has in flash: of its own modules, functions and constants. So each name of the app's own gets one
of those that the app has no use for, and such as is found fast where it is looked up (``tables``). What MicroPython
knows by name it has in flash; so a name that is not there can be nothing that it asks for, and no two names of the app
become one: nothing can tell the difference, except who reads.
"""

import ast
import builtins
import itertools
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import numpy as np

from buzzband.compact.reading import all_names, bound_in, imported_by, mark_of, module_name
from buzzband.compact.tables import UNKNOWN, Homes, Slots, hash_of, tables_of

_TOLD = re.compile(r"(?<=, in )\w+|(?<=')\w+(?=')|^\w+(?=:|$)", re.MULTILINE)
_OF_COMPILER = (
    "asm_thumb",
    "bytecode",
    "const",
    "micropython",
    "native",
    "ptr",
    "ptr8",
    "ptr16",
    "ptr32",
    "uint",
    "viper",
)
_OF_EXCEPTIONS = ("args", "errno", "value")
_CHOICE = 300  # more short names than are wanted
_NO_TARGETS = {*dir(builtins), *keyword.kwlist, *_OF_COMPILER, *_OF_EXCEPTIONS}


def rom_names() -> dict[str, int]:
    """Return the names that MicroPython 1.24.1 has in a Pico's flash, with their numbers: device/tools/rom_names.py."""
    lines = files("buzzband.compact").joinpath("rom_names.txt").read_text(encoding="ascii").splitlines()
    return {name: int(number) for number, name in map(str.split, lines)}


def look_ups() -> Counter[str]:
    """Return how often a second a band looks names up in a set, as far as it does: device/tools/look_ups.py."""
    lines = files("buzzband.compact").joinpath("look_ups.txt").read_text(encoding="ascii").splitlines()
    return Counter({name: int(count) for count, name in map(str.split, lines)})


@dataclass(frozen=True)
class Names:
    """``chosen``: for each name that is replaced, another one. No two have the same."""

    chosen: Mapping[str, str]

    @cached_property
    def original(self) -> dict[str, str]:
        """Return the way back."""
        return {new: old for old, new in self.chosen.items()}

    def rename(self, tree: ast.Module) -> ast.Module:
        """Return a module with other names."""
        for node in ast.walk(tree):
            for field, value in ast.iter_fields(node):
                if not isinstance(node, ast.Constant):
                    setattr(node, field, self._renamed(value))
        return tree

    def _renamed(self, value: object) -> object:
        if isinstance(value, str):
            return self.chosen.get(value, value)
        if isinstance(value, list):
            return [self._renamed(one) if isinstance(one, str) else one for one in value]
        return value

    def readable(self, traceback: str) -> str:
        """Return a traceback of the app on a band, with the names of its source."""
        return _TOLD.sub(lambda found: self.original.get(found.group(), found.group()), traceback)


def choose(trees: Mapping[str, ast.Module], outside: str, entry: str) -> Names:
    """Choose names for those of ``trees``, modules by path. See ``compact.compact``."""
    fixed = {
        *all_names(ast.parse(outside)),
        *_parts(trees),
        *(text for tree in trees.values() for text in _texts(tree)),
    }
    taken = {*fixed, *_NO_TARGETS, *(name for tree in trees.values() for name in all_names(tree))}
    rom = rom_names()
    kept = fixed.union(rom, *(_of_assembler(tree) for tree in trees.values()))
    in_turns = look_ups()
    wanted = [name for name in _by_worth(trees, entry, in_turns) if name not in kept and not name.startswith("__")]
    homes, slots = Homes(tables_of(trees.values()), in_turns), Slots(in_turns, rom)
    for name in homes.held().difference(wanted):
        homes.take(name, hash_of(name))
    free = {name: rom[name] for name in rom if name not in taken and not name.startswith("__")}
    beyond = wanted[len(free) :]
    short = (name for name in _short_names() if name not in kept and name not in taken)
    further = dict.fromkeys(itertools.islice(short, len(beyond) + _CHOICE), UNKNOWN)
    methods = homes.missed()  # last of those that are never looked up: their tables are small, and have room
    first = sorted(wanted[: len(free)], key=lambda name: (-in_turns[name], name in methods))
    return Names({**_place(first, free, homes, slots), **_place(beyond, further, homes, slots)})


def _place(names: Iterable[str], numbers: Mapping[str, int], homes: Homes, slots: Slots) -> dict[str, str]:
    """Return for each of ``names`` that of ``numbers`` which is found soonest, of those that are left to it."""
    targets = list(numbers)
    hashes, places = np.array([hash_of(name) for name in targets]), np.array(list(numbers.values()))
    free = np.ones(len(targets), bool)
    chosen = {}
    for name in names:
        detours = homes.detours(name, hashes) + slots.detours(name, places)
        at = int(np.argmin(np.where(free, detours, np.inf)))
        free[at] = False
        homes.take(name, hashes[at])
        slots.take(name, places[at])
        chosen[name] = targets[at]
    return chosen


def _by_worth(trees: Mapping[str, ast.Module], entry: str, in_turns: Counter[str]) -> list[str]:
    """Return the names that the chip keeps: those of what is always there first, of them those of turns."""
    always = _always_there(trees, entry)
    counts = Counter(name for tree in trees.values() for name in _kept_by_chip(tree))
    first = {name for path in always for name in _kept_by_chip(trees[path])}
    return sorted(counts, key=lambda name: (name not in first, -in_turns[name], -counts[name], name))


def _always_there(trees: Mapping[str, ast.Module], entry: str) -> set[str]:
    """Return the paths of the modules that are loaded with ``entry``: what it imports, and what these do."""
    paths = {module_name(path): path for path in trees}
    found: set[str] = set()
    waiting = {entry}
    while waiting:
        path = waiting.pop()
        found.add(path)
        imported = {name for node in trees[path].body for name in imported_by(node)}
        waiting |= {paths[name] for name in imported if name in paths} - found
    return found


def _kept_by_chip(tree: ast.Module) -> Iterator[str]:
    """Yield the names that are more than local variables: of globals, classes, functions, arguments, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef):
            yield node.name
            if mark_of(node) not in ("viper", "asm_thumb"):
                yield from (argument.arg for argument in node.args.args)
        elif isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.alias):
            yield from (node.asname or node.name, node.name)
    yield from _globals(tree)


def _globals(node: ast.AST) -> Iterator[str]:
    """Yield the names that are bound on the top level of a module or a class."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield from _globals(child)


def _of_assembler(tree: ast.Module) -> Iterator[str]:
    """Yield the names within functions in assembler: registers, instructions, labels."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and mark_of(node) == "asm_thumb":
            yield from (name for statement in node.body for name in all_names(statement))
            yield from bound_in(node)


def _texts(tree: ast.Module) -> Iterator[str]:
    """Yield texts of a module: an attribute may be asked for by its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _parts(paths: Mapping[str, object]) -> set[str]:
    """Return the parts of the modules' names: the chip looks for files of these."""
    return {part for path in paths for part in module_name(path).split(".")}


def _short_names() -> Iterator[str]:
    """Yield names of two characters, then three, …"""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    names = letters
    while True:
        names = [name + letter for name in names for letter in letters]
        yield from (name for name in names if not keyword.iskeyword(name))
