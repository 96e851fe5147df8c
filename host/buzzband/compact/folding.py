"""Constants where they are used: what a module names for its readers, the compiler may know as a number or a text.

MicroPython folds constants of a module's own that begin with an underscore. Here all of them are folded, those of other
modules as well, and what is left over of imports is dropped.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from buzzband.compact.reading import Trees, bound_in, imports_of, module_name

_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*")
_POINTERS = {"ptr8", "ptr16", "ptr32"}  # these and the next the compiler finds by their spelling: core/portable.py
_MARKS = {"micropython.viper", "micropython.native", "micropython.asm_thumb"}
_OPERATIONS = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Constant)


def fold(trees: Trees, platform: str) -> Trees:
    """Return ``trees``, modules by path, with constants in the place of their names. ``platform``: where they run."""
    known = {"sys.implementation.name": "micropython", "sys.platform": platform}
    app = {module_name(path): _Choosing(known).visit(tree) for path, tree in trees.items()}
    constants = _Constants(app)
    folded = {name: _Folding(name, constants).visit(tree) for name, tree in app.items()}
    _drop_unused_imports(folded)
    return {path: folded[module_name(path)] for path in trees}


class _Constants:
    """The constants of all modules, each looked for when it is asked for."""

    def __init__(self, app: Mapping[str, ast.Module]) -> None:
        self.app = app
        self._assigned = {name: dict(_assigned_once(tree)) for name, tree in app.items()}
        self._imported = {name: dict(imports_of(tree)) for name, tree in app.items()}
        self._known: dict[tuple[str, str], int | str | None] = {}

    def value(self, module: str, name: str) -> int | str | None:
        """Return the value of a constant that ``module`` assigns or imports; None if there is none of this name."""
        if module not in self.app or not _CONSTANT.fullmatch(name):
            return None
        if name in self._imported[module]:
            return self.value(*self._imported[module][name])
        if (module, name) not in self._known:
            expression = self._assigned[module].get(name)
            self._known[module, name] = None if expression is None else self._evaluated(module, expression)
        return self._known[module, name]

    def module(self, within: str, name: str) -> str | None:
        """Return the module that ``name`` stands for in the module ``within``; None if it stands for anything else."""
        found = ".".join(self._imported[within].get(name, ()))
        return found if found in self.app else None

    def _evaluated(self, module: str, expression: ast.expr) -> int | str | None:
        """Return what numbers, names of constants and operators come to."""
        own = ast.parse(ast.unparse(expression), mode="eval")
        told = ast.fix_missing_locations(_Folding(module, self).visit(own))
        if not all(isinstance(node, _OPERATIONS) for node in ast.walk(told)):
            return None
        value = eval(compile(told, module, "eval"), {"__builtins__": {}})
        return value if type(value) in (int, str) else None


class _Folding(ast.NodeTransformer):
    """Puts values in the place of names, in one module."""

    def __init__(self, module: str, constants: _Constants) -> None:
        self._module = module
        self._constants = constants
        self._local: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._within(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._within(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        self.generic_visit(node)
        return None if isinstance(node.targets[0], ast.Constant | ast.UnaryOp) else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = None if node.id in self._local else self._constants.value(self._module, node.id)
        return node if value is None else _literal(value)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        module = None if owner in self._local else self._constants.module(self._module, owner)
        value = self._constants.value(module, node.attr) if module else None
        self.generic_visit(node)
        return node if value is None else _literal(value)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        node.names = [one for one in node.names if self._constants.value(node.module or "", one.name) is None]
        return node if node.names else None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or len(node.args) != 1:
            return node
        (given,) = node.args
        if node.func.id == "const":
            return given
        return _as_bytes(given) or node if node.func.id == "bytes" else node

    def _within(self, node: ast.AST) -> ast.AST:
        around, self._local = self._local, self._local | bound_in(node)
        self.generic_visit(node)
        self._local = around
        return node


def _as_bytes(given: ast.expr) -> ast.Constant | None:
    """Return the bytes that a tuple of numbers stands for."""
    try:
        values = ast.literal_eval(given)
    except ValueError:
        return None
    return ast.Constant(bytes(values)) if type(values) is tuple else None


def _literal(value: int | str) -> ast.expr:
    if isinstance(value, int) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _assigned_once(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield the constants of a module: names that are bound but once, on its top level, and to what."""
    bound = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if bound.count(name) == 1:
                yield name, node.value


class _Choosing(ast.NodeTransformer):
    """Leaves of an ``if`` about the interpreter what it comes to. ``known``: what expressions are equal to."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        test = node.test
        asked = self._known.get(ast.unparse(test.left)) if isinstance(test, ast.Compare) else None
        if asked is None or not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
            return node
        return node.body if ast.literal_eval(test.comparators[0]) == asked else node.orelse


def _drop_unused_imports(app: Mapping[str, ast.Module]) -> None:
    """Take out of modules, by name, the imports that neither they have a use for, nor who imports from them."""
    used = {name: _used(tree) | _exported(tree) for name, tree in app.items()}
    imports = {name: list(imports_of(tree)) for name, tree in app.items()}
    waiting = set(app)
    while waiting:
        module = waiting.pop()
        for bound, (source, name) in imports[module]:
            if bound in used[module] and source in app and name not in used[source]:
                used[source].add(name)
                waiting.add(source)
    for name, tree in app.items():
        _Dropping(used[name]).visit(tree)


class _Dropping(ast.NodeTransformer):
    """Takes out imports of names that are not ``used``, and ``__all__``, which is for readers."""

    def __init__(self, used: set[str]) -> None:
        self._used = used

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> Any:
        node.names = [one for one in node.names if (one.asname or one.name) in self._used]
        return node if node.names else None

    visit_ImportFrom = visit_Import  # noqa: N815

    def visit_Assign(self, node: ast.Assign) -> Any:
        return None if ast.unparse(node.targets[0]) == "__all__" else node


def _exported(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def _used(tree: ast.AST) -> set[str]:
    """Return the names that a module reads, but what the compiler knows by its spelling: marks of kernels, pointers."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Name) and node.id not in _POINTERS:
            found.add(node.id)
        elif not (isinstance(node, ast.Attribute) and ast.unparse(node) in _MARKS):
            found |= _used(node)
    return found
