"""Viper kernels in C, statement for statement, compiled for the RP2040: what their operations cost at least.

Made from the text of each kernel, so what is compared is always the same. No variable is global: the code runs wherever
it lies. Needs arm-none-eabi-gcc.
"""

import ast
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from buzzband.errors import EngineMissing

EMPTY = "empty"  # a function that does nothing
COMPILER = "arm-none-eabi-gcc"
OPTIONS = (
    *("-O2", "-mcpu=cortex-m0plus", "-mthumb", "-ffreestanding", "-nostdlib", "-fwrapv"),
    "-fno-tree-loop-distribute-patterns",  # or gcc would call memset and memcpy
    *("-Wl,-Ttext=0", "-Wl,--entry=0"),
)

_HEAD = """\
#include <stdint.h>

/* By the RP2040's divider: 8 cycles (datasheet, 2.3.1.5). The divisor is above 0. */
static inline int divided(int dividend, int divisor, int which)
{
    volatile int *divider = (volatile int *)0xD0000060;
    divider[2] = dividend;
    divider[3] = divisor;
    __asm__ volatile("b 1f\\n1: b 1f\\n1: b 1f\\n1: b 1f\\n1:");
    return divider[which];
}

static inline int quotient(int dividend, int divisor)
{
    return dividend >= 0 ? divided(dividend, divisor, 4) : ~divided(~dividend, divisor, 4);
}

static inline int modulo(int dividend, int divisor)
{
    return dividend >= 0 ? divided(dividend, divisor, 5) : divisor - 1 - divided(~dividend, divisor, 5);
}
"""
_POINTERS = {"ptr8": "uint8_t *restrict ", "ptr16": "uint16_t *restrict ", "ptr32": "int *restrict ", "int": "int "}
_CALLS = {ast.FloorDiv: "quotient", ast.Mod: "modulo"}
_SIGNS: dict[str, str] = {
    "Add": "+",
    "Sub": "-",
    "Mult": "*",
    "LShift": "<<",
    "RShift": ">>",
    "BitAnd": "&",
    "BitOr": "|",
    "BitXor": "^",
    "And": "&&",
    "Or": "||",
    "USub": "-",
    "Invert": "~",
    "Not": "!",
    "Lt": "<",
    "LtE": "<=",
    "Gt": ">",
    "GtE": ">=",
    "Eq": "==",
    "NotEq": "!=",
}


@dataclass(frozen=True)
class Kernel:
    """A kernel as it was parsed, and the constants of its module."""

    definition: ast.FunctionDef
    constants: Mapping[str, int]


def kernel_in(text: str, name: str) -> Kernel:
    """Return the kernel of that name in the text of its module. Raises StopIteration if there is none."""
    body = ast.parse(text).body
    constants: dict[str, int] = {}
    for node in body:
        match node:
            case ast.Assign([ast.Name(constant)], ast.Call(ast.Name("const"), [value])):
                constants[constant] = eval(ast.unparse(value), dict(constants))
    return Kernel(next(n for n in body if isinstance(n, ast.FunctionDef) and n.name == name), constants)


def compiled(kernels: Mapping[str, Kernel]) -> tuple[bytes, dict[str, int]]:
    """Return machine code, and where in it each kernel begins, and ``EMPTY``.

    Raises EngineMissing without a compiler, NotImplementedError.
    """
    if shutil.which(COMPILER) is None:
        raise EngineMissing(f"{COMPILER} is not installed.", "On Debian and Ubuntu: sudo apt install gcc-arm-none-eabi")
    with tempfile.TemporaryDirectory(prefix="buzzband-") as folder:
        source, linked, flat = (str(Path(folder, name)) for name in ("kernels.c", "kernels.elf", "kernels.bin"))
        Path(source).write_text(translated(kernels), encoding="utf-8")
        _run(COMPILER, *OPTIONS, "-o", linked, source)
        _run("arm-none-eabi-objcopy", "-O", "binary", linked, flat)
        places = dict(re.findall(r"^([0-9a-f]+) T (\w+)$", _run("arm-none-eabi-nm", linked), re.MULTILINE))
        at = {name: int(place, 16) for place, name in places.items()}
        return Path(flat).read_bytes(), {name: at[name] for name in (*kernels, EMPTY)}


def compiler_version() -> str:
    """Return which compiler it is."""
    return _run(COMPILER, "-dumpfullversion").strip()


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def translated(kernels: Mapping[str, Kernel]) -> str:
    """Return the kernels in C. Raises NotImplementedError for what is not in any kernel so far."""
    return "\n".join(
        [_HEAD, *(_function(name, kernel) for name, kernel in kernels.items()), f"void {EMPTY}(void) {{}}\n"]
    )


def _function(name: str, kernel: Kernel) -> str:
    parsed = kernel.definition
    parameters = {one.arg: ast.unparse(one.annotation) for one in parsed.args.args if one.annotation}
    stored = [n.id for n in ast.walk(parsed) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    variables = dict.fromkeys(one for one in stored if one not in parameters)
    translator = _Translator({*parameters, *variables}, kernel.constants)
    head = ", ".join(_POINTERS[kind] + one for one, kind in parameters.items())
    lines = [f"{'int' if parsed.returns else 'void'} {name}({head})", "{"]
    if variables:
        lines.append(f"int {', '.join(variables)};")
    return "\n".join([*lines, *translator.block(parsed.body), "}", ""])


class _Translator:
    """``variables``: of the kernel, its arguments among them. ``constants``: of its module."""

    def __init__(self, variables: set[str], constants: Mapping[str, int]) -> None:
        self._variables = variables
        self._constants = constants

    def block(self, body: list[ast.stmt]) -> Iterator[str]:
        """Yield the lines of ``body``."""
        for one in body:
            yield from self._statement(one)

    def _statement(self, node: ast.stmt) -> Iterator[str]:
        match node:
            case ast.Expr(value=ast.Constant()):
                pass  # the docstring
            case ast.Assign(targets, value):
                yield f"{' = '.join(map(self._term, targets))} = {self._term(value)};"
            case ast.AugAssign(target, operator, value):
                yield f"{self._term(target)} = {self._term(ast.BinOp(target, operator, value))};"
            case ast.If(test, body, orelse):
                yield from (f"if ({self._term(test)}) {{", *self.block(body), "} else {", *self.block(orelse), "}")
            case ast.While(test, body):
                yield from (f"while ({self._term(test)}) {{", *self.block(body), "}")
            case ast.For(ast.Name(counter), ast.Call(ast.Name("range"), bounds), body):
                first, end, step = self._bounds([self._term(bound) for bound in bounds])
                yield f"{counter} = {first};"
                yield f"for (int {counter}_end = {end}; {counter} < {counter}_end; {counter} += {step}) {{"
                yield from (*self.block(body), "}")
            case ast.Return(value):
                yield f"return {self._term(value)};" if value else "return;"
            case ast.Continue():
                yield "continue;"
            case _:
                raise NotImplementedError(ast.unparse(node))

    @staticmethod
    def _bounds(given: list[str]) -> list[str]:
        """Return where a range begins, ends, and its step, above 0."""
        return {1: ["0", *given, "1"], 2: [*given, "1"], 3: given}[len(given)]

    def _term(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(int(value)):
                return str(value)
            case ast.Name(name):
                return name if name in self._variables else str(self._constants[name])
            case ast.Subscript(array, index):
                return f"{self._term(array)}[{self._term(index)}]"
            case ast.BinOp(left, ast.FloorDiv() | ast.Mod() as operator, right):
                return f"{_CALLS[type(operator)]}({self._term(left)}, {self._term(right)})"
            case ast.BinOp(left, operator, right) | ast.Compare(left, [operator], [right]):
                return f"({self._term(left)} {_SIGNS[type(operator).__name__]} {self._term(right)})"
            case ast.UnaryOp(operator, value):
                return f"({_SIGNS[type(operator).__name__]}{self._term(value)})"
            case ast.BoolOp(operator, values):
                return f"({f' {_SIGNS[type(operator).__name__]} '.join(map(self._term, values))})"
            case _:
                raise NotImplementedError(ast.unparse(node))
