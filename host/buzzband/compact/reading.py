"""What a module's syntax tree tells of its names."""

import ast
from collections.abc import Iterable, Iterator

Trees = dict[str, ast.Module]  # modules by path


def module_name(path: str) -> str:
    """Return the dotted name of the module at ``path``."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports_of(tree: ast.AST) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what is imported anywhere in ``tree``: the name that it gets, its module, its name there or nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                yield one.asname or one.name, (node.module or "", one.name)
        elif isinstance(node, ast.Import):
            for one in node.names:
                yield one.asname or one.name, (one.name, "")


def imported_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the dotted names of the modules that a statement may load."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        for _, (module, name) in imports_of(statement):
            yield module
            yield f"{module}.{name}"


def bound_in(function: ast.AST) -> set[str]:
    """Return the names of a function's own: its arguments, and what it assigns."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


def bound_on_top(tree: ast.Module | ast.ClassDef) -> set[str]:
    """Return the names that a module or a class gives to what it makes; what it imports is not among them."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        else:
            found |= bound_in(node)
    return found


def mark_of(function: ast.FunctionDef) -> str:
    """Return the way in which a function is compiled: viper, native, asm_thumb, or nothing for bytecode."""
    for mark in function.decorator_list:
        if isinstance(mark, ast.Attribute) and ast.unparse(mark.value) == "micropython":
            return mark.attr
    return ""


def all_names(tree: ast.AST) -> Iterator[str]:
    """Yield whatever a module calls by name, local variables and parts of other names too."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant):
            for _, value in ast.iter_fields(node):
                yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))


def looked_up(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that are looked up when ``nodes`` run: of attributes, and of globals."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            own = bound_in(node)
            statements = [] if mark_of(node) == "asm_thumb" else node.body
            yield from (name for name in looked_up(statements) if name not in own)
            continue
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        yield from looked_up(ast.iter_child_nodes(node))


def looked_up_by_native(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that are looked up when functions run that are native: those of each turn."""
    functions = [node for one in nodes for node in ast.walk(one) if isinstance(node, ast.FunctionDef)]
    yield from looked_up(function for function in functions if mark_of(function) == "native")
