"""Many modules as one: those that are always loaded need no tables of their own, nor to be looked for one by one.

Each module on the chip has a table of its globals, what it imports among them, and one of the names that its functions
use; and to find its file takes time. Joined, all have one.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple

from buzzband.compact.reading import (
    Trees,
    bound_in,
    bound_on_top,
    imported_by,
    imports_of,
    looked_up,
    looked_up_by_native,
    module_name,
)

JOINED = "buzzband_fw/joined.py"
_IN_NATIVE = 30  # with two names that the compiler itself puts in front
_NUMBERED_FIRST = 120


class Origin(NamedTuple):
    """What a name stands for: what is called ``name`` in ``module``; that module itself if there is no ``name``."""

    module: str
    name: str


def join(trees: Trees, first: str, entry: str, also: Sequence[str] = ()) -> Trees:
    """Return ``trees``, modules by path, with two in place of all that are always loaded.

    One has what ``first`` loads, in its place; the other one what ``entry`` and those at the paths ``also`` load then.
    ``entry`` loads the first one before the other, and has its own ``main``.
    """
    early = _loaded(trees, [first], [])
    rest = _loaded(trees, [entry, *also], early)
    trees, _ = _with(trees, early, first)
    trees, names = _with(trees, rest, JOINED)
    main = names.final[Origin(module_name(entry), "main")]
    package, _, name = module_name(first).rpartition(".")
    start = f"from {package} import {name}\nfrom {module_name(JOINED)} import {main} as main"
    return {**trees, entry: ast.parse(start)}


def _with(trees: Trees, members: Sequence[str], path: str) -> tuple[Trees, "_Naming"]:
    """Return ``trees`` with one module at ``path`` in place of ``members``, and how the globals of these are called."""
    app = {module_name(path): tree for path, tree in trees.items()}
    names = _Naming(app, members, module_name(path))
    left = {}
    for each, tree in trees.items():
        name = module_name(each)
        if name not in members:
            left[each] = _Redirecting(name, names).visit(tree)
        elif each.endswith("/__init__.py"):
            left[each] = ast.Module([], [])  # other modules lie in this package
    return {**left, path: _joined(app, names)}, names


def _loaded(trees: Trees, paths: Sequence[str], before: Sequence[str]) -> list[str]:
    """Return the modules that those at ``paths`` load, and they, if those ``before`` are there, in this order."""
    app = {module_name(path): tree for path, tree in trees.items()}
    seen, done = set(before), []

    def load(body: Sequence[ast.stmt]) -> None:
        for name in [name for statement in body for name in imported_by(statement)]:
            if name in app and name not in seen:
                seen.add(name)
                load(app[name].body)
                done.append(name)

    load([ast.Import([ast.alias(module_name(path))]) for path in paths])
    return done


class _Naming:
    """What each global of the members is called when they are one module."""

    def __init__(self, app: Mapping[str, ast.Module], members: Sequence[str], joined: str) -> None:
        self.members = members
        self.joined = joined
        self._imports = {name: dict(imports_of(tree)) for name, tree in app.items()}
        self._own = {name: bound_on_top(app[name]) for name in members}
        local = {name for member in members for name in _local_names(app[member])}
        wanted: dict[str, set[Origin]] = {}
        for member in members:
            for name in self._own[member].union(*map(_imported_names, app[member].body)):
                origin = self.origin(member, name)
                if origin and not self.is_member(origin):
                    wanted.setdefault(name, set()).add(origin)
        self.final = {
            origin: f"{origin.module.rpartition('.')[2]}_{name}" if name in local or len(origins) > 1 else name
            for name, origins in sorted(wanted.items())
            for origin in sorted(origins)
        }

    def origin(self, module: str, name: str) -> Origin | None:
        """Return what ``name`` stands for in ``module``, if it is a global of its own or imported."""
        if name in self._own.get(module, ()):
            return Origin(module, name)
        if name not in self._imports[module]:
            return None
        source, called = self._imports[module][name]
        if called and f"{source}.{called}" in self._imports:
            return Origin(f"{source}.{called}", "")
        return self.origin(source, called) if source in self._own else Origin(source, called)

    def is_member(self, origin: Origin) -> bool:
        """Return whether it is a module that is joined."""
        return not origin.name and origin.module in self._own

    def attribute(self, module: str, node: ast.Attribute, local: Set[str]) -> Origin | None:
        """Return what an attribute of a joined module stands for; None for any other attribute."""
        if not isinstance(node.value, ast.Name) or node.value.id in local:
            return None
        owner = self.origin(module, node.value.id)
        return self.origin(owner.module, node.attr) if owner and self.is_member(owner) else None


class _Scoped(ast.NodeTransformer):
    """Walks through a module and knows which names are a function's or a class's own."""

    def __init__(self, module: str, names: _Naming) -> None:
        self.module = module
        self.names = names
        self.local: Set[str] = frozenset()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._within(node, bound_in(node))

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._within(node, bound_in(node))

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        around = self.local
        for child in node.body:
            self.local = around if isinstance(child, ast.FunctionDef) else around | bound_on_top(node)
            self.visit(child)
        self.local = around
        node.bases = [self.visit(base) for base in node.bases]
        return node

    def _within(self, node: ast.AST, bound: set[str]) -> ast.AST:
        around, self.local = self.local, self.local | bound
        self.generic_visit(node)
        self.local = around
        if isinstance(node, ast.FunctionDef) and not node.body:
            node.body = [ast.Pass()]
        return node


class _Renaming(_Scoped):
    """Gives the globals of a member their names in the joined module."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self.local:
            node.id = self._final(self.names.origin(self.module, node.id), node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        origin = self.names.attribute(self.module, node, self.local)
        return ast.Name(self.names.final[origin], node.ctx) if origin else self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        node.names = [one for one in node.names if not self._is_there(one.asname or one.name)]
        return node if node.names else None

    def _is_there(self, name: str) -> bool:
        origin = self.names.origin(self.module, name)
        return origin is not None and (self.names.is_member(origin) or origin in self.names.final)

    def _final(self, origin: Origin | None, name: str) -> str:
        if origin and self.names.is_member(origin):
            raise ValueError(f"{self.module} uses the module {name} as a value; then it cannot be joined with others.")
        return self.names.final.get(origin, name) if origin else name

    def top(self, statement: ast.stmt) -> ast.stmt:
        """Return a statement of the top level as it is in the joined module."""
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            statement.name = self.names.final[Origin(self.module, statement.name)]
        changed = self.visit(statement)
        assert isinstance(changed, ast.stmt)
        return changed


class _Redirecting(_Scoped):
    """Lets a module that is not joined import from the joined one."""

    def visit_Module(self, node: ast.Module) -> ast.AST:
        self._used = {
            (attribute.value.id, attribute.attr)
            for attribute in ast.walk(node)
            if isinstance(attribute, ast.Attribute) and isinstance(attribute.value, ast.Name)
        }
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        origin = self.names.attribute(self.module, node, self.local)
        return ast.Name(ast.unparse(node).replace(".", "_"), node.ctx) if origin else self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        left, moved, passed_on = [], [], []
        for one in node.names:
            bound = one.asname or one.name
            origin = self.names.origin(self.module, bound)
            assert origin is not None
            if self.names.is_member(origin):
                attributes = sorted(name for owner, name in self._used if owner == bound)
                found = [(name, self.names.origin(origin.module, name)) for name in attributes]
                moved += [_alias(self.names.final[made], f"{bound}_{name}") for name, made in found if made]
            elif origin.module in self.names.members:
                moved.append(_alias(self.names.final[origin], bound))
            elif node.module in self.names.members:
                passed_on.append(_import(origin, bound))
            else:
                left.append(one)
        made = [ast.ImportFrom(self.names.joined, moved, 0)] if moved else []
        return made + passed_on + ([ast.ImportFrom(node.module, left, 0)] if left else [])


def _joined(app: Mapping[str, ast.Module], names: _Naming) -> ast.Module:
    """Return the members as one module: what they import first, then one behind the other."""
    body = [_import(origin, final) for origin, final in names.final.items() if origin.module not in names.members]
    for member in names.members:
        renaming = _Renaming(member, names)
        body += [renaming.top(statement) for statement in app[member].body if not _is_import_or_text(statement)]
    return ast.Module(_with_frequent_names_first(body), [])


def _with_frequent_names_first(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return ``body`` behind a statement that does nothing, but that puts the most frequent names first in their table.

    The compiler numbers names as it meets them. Bytecode has one byte for a number below 128 and two for others; native
    code for the RP2040 reads the table with one instruction up to 31, and needs more for others.
    """
    everywhere = Counter(looked_up(body))
    in_native = Counter(looked_up_by_native(body))
    first = [name for name, _ in in_native.most_common(_IN_NATIVE)]
    first += [name for name, _ in everywhere.most_common(_NUMBERED_FIRST) if name not in first]
    text = "if not __name__:\n" + "".join(f"    __name__.{name}\n" for name in first)
    return ast.parse(text).body + body if first else body


def _import(origin: Origin, final: str) -> ast.stmt:
    """Return the statement that imports what is not of the members' own."""
    if origin.name:
        return ast.ImportFrom(origin.module, [_alias(origin.name, final)], 0)
    package, _, last = origin.module.rpartition(".")
    return ast.ImportFrom(package, [_alias(last, final)], 0) if package else ast.Import([_alias(last, final)])


def _alias(name: str, bound: str) -> ast.alias:
    return ast.alias(name, bound if bound != name else None)


def _imported_names(statement: ast.stmt) -> set[str]:
    is_import = isinstance(statement, ast.Import | ast.ImportFrom)
    return {name for name, _ in imports_of(statement)} if is_import else set()


def _is_import_or_text(statement: ast.stmt) -> bool:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_text or isinstance(statement, ast.Import | ast.ImportFrom)


def _local_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that functions anywhere in a module have of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            yield from bound_in(node)
            yield from (name for name, _ in imports_of(node))
