"""Checked arithmetic: the core's kernels run as they stand, and whatever would leave 31 bits is an error.

MicroPython's small integers on a 32-bit chip are -2^30 to 2^30 - 1. Beyond them bytecode allocates a big integer, and
native code wraps a little later; the core promises to stay inside. Here every result, every element that is read and
every element that is stored is held to it::

    checked(kernel)(block, 12, state)       one kernel
    check_everything(monkeypatch)           every kernel of the core, wherever it is used
"""

import ast
import functools
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterator, MutableSequence
from typing import Any, overload

import pytest

from buzzband_fw import core
from buzzband_fw.core import quality

LIMIT = 1 << 30
UINT16_END = 1 << 16
WORD_BITS = 32

Kernel = Callable[..., Any]


class OutOfRange(ArithmeticError):
    """A number that MicroPython would not hold in a small integer, or an array not in an element."""


def _result(operation: str, left: int, right: int, value: int) -> "Checked":
    if -LIMIT <= value < LIMIT:
        return Checked(value)
    raise OutOfRange(f"{int(left)} {operation} {int(right)} = {int(value)} leaves -2^30..2^30 - 1")


def _shift(operation: str, left: int, right: int, value: Callable[[int, int], int]) -> "Checked":
    if not 0 <= right < WORD_BITS:  # the chip's shift and Python's differ out there
        raise OutOfRange(f"{int(left)} {operation} {int(right)}: a shift by less than 0 or by more than 31")
    return _result(operation, left, right, value(int(left), int(right)))


class Checked(int):
    """An integer whose results stay within -2^30..2^30 - 1, or raise ``OutOfRange``."""

    __slots__ = ()

    def __add__(self, other: int) -> "Checked":
        return _result("+", self, other, int.__add__(self, other))

    def __radd__(self, other: int) -> "Checked":
        return _result("+", other, self, int.__add__(other, self))

    def __sub__(self, other: int) -> "Checked":
        return _result("-", self, other, int.__sub__(self, other))

    def __rsub__(self, other: int) -> "Checked":
        return _result("-", other, self, int.__sub__(other, self))

    def __mul__(self, other: int) -> "Checked":
        return _result("*", self, other, int.__mul__(self, other))

    def __rmul__(self, other: int) -> "Checked":
        return _result("*", other, self, int.__mul__(other, self))

    def __floordiv__(self, other: int) -> "Checked":
        return _result("//", self, other, int.__floordiv__(self, other))

    def __rfloordiv__(self, other: int) -> "Checked":
        return _result("//", other, self, int.__floordiv__(other, self))

    def __mod__(self, other: int) -> "Checked":
        return _result("%", self, other, int.__mod__(self, other))

    def __rmod__(self, other: int) -> "Checked":
        return _result("%", other, self, int.__mod__(other, self))

    def __lshift__(self, other: int) -> "Checked":
        return _shift("<<", self, other, int.__lshift__)

    def __rlshift__(self, other: int) -> "Checked":
        return _shift("<<", other, self, int.__lshift__)

    def __rshift__(self, other: int) -> "Checked":
        return _shift(">>", self, other, int.__rshift__)

    def __rrshift__(self, other: int) -> "Checked":
        return _shift(">>", other, self, int.__rshift__)

    def __and__(self, other: int) -> "Checked":
        return _result("&", self, other, int.__and__(self, other))

    def __rand__(self, other: int) -> "Checked":
        return _result("&", other, self, int.__and__(other, self))

    def __or__(self, other: int) -> "Checked":
        return _result("|", self, other, int.__or__(self, other))

    def __ror__(self, other: int) -> "Checked":
        return _result("|", other, self, int.__or__(other, self))

    def __xor__(self, other: int) -> "Checked":
        return _result("^", self, other, int.__xor__(self, other))

    def __rxor__(self, other: int) -> "Checked":
        return _result("^", other, self, int.__xor__(other, self))

    def __neg__(self) -> "Checked":
        return _result("-", 0, self, int.__neg__(self))

    def __pos__(self) -> "Checked":
        return self

    def __invert__(self) -> "Checked":
        return Checked(int.__invert__(self))

    def __abs__(self) -> "Checked":
        return _result("abs", 0, self, int.__abs__(self))


class CheckedView(MutableSequence[int]):
    """A sequence seen as MicroPython's ``ptr16`` or ``ptr32`` should: reads give ``Checked``, stores are checked.

    A pointer knows no length and no index from the end; either would read foreign memory, so both are errors here.
    """

    __slots__ = ("_end", "_low", "_values")

    def __init__(self, values: MutableSequence[int], *, unsigned16: bool = False) -> None:
        self._values = values
        self._low, self._end = (0, UINT16_END) if unsigned16 else (-LIMIT, LIMIT)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[int]:
        return (self[index] for index in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Checked: ...
    @overload
    def __getitem__(self, index: slice) -> MutableSequence[int]: ...
    def __getitem__(self, index: int | slice) -> Checked | MutableSequence[int]:
        place = self._place(index)
        return Checked(self._in_range(place, int(self._values[place])))

    @overload
    def __setitem__(self, index: int, value: int) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: object) -> None: ...
    def __setitem__(self, index: int | slice, value: object) -> None:
        if not isinstance(value, int):
            raise TypeError(f"an element is an integer, not {value!r}")
        place = self._place(index)
        self._values[place] = self._in_range(place, int(value))

    def __delitem__(self, index: int | slice) -> None:
        raise TypeError("a pointer has no elements to delete")

    def insert(self, index: int, value: int) -> None:
        """Refuse: memory does not grow."""
        raise TypeError("a pointer has no elements to insert")

    def _place(self, index: int | slice) -> int:
        if isinstance(index, slice):
            raise TypeError("a pointer cannot be sliced")
        if not 0 <= index < len(self._values):
            raise IndexError(f"index {int(index)} of a pointer to {len(self._values)} elements")
        return int(index)

    def _in_range(self, place: int, value: int) -> int:
        if not self._low <= value < self._end:
            raise OutOfRange(f"[{place}] = {value} leaves {self._low}..{self._end - 1}")
        return value


def is_kernel(thing: object) -> bool:
    """Return whether ``thing`` is marked by ``portable.micropython.viper``."""
    return callable(thing) and getattr(thing, "is_kernel", False) is True


def source_of(kernel: Kernel) -> ast.FunctionDef:
    """Return the definition of ``kernel``. The pointer types are ``None`` on CPython; only the text still has them."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(kernel))).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return definition


@functools.cache
def checked(kernel: Kernel) -> Kernel:
    """Return ``kernel`` on checked integers: it takes the same arguments and does the same, or raises OutOfRange."""
    unsigned16 = [
        isinstance(argument.annotation, ast.Name) and argument.annotation.id == "ptr16"
        for argument in source_of(kernel).args.args
    ]

    @functools.wraps(kernel, updated=())  # without the mark: a checked kernel is not to be checked again
    def run(*arguments: Any) -> Any:
        return kernel(*(_converted(*pair) for pair in zip(arguments, unsigned16, strict=True)))

    return run


def _converted(argument: Any, unsigned16: bool) -> Any:
    if isinstance(argument, int):
        return _result("+", argument, 0, int(argument))
    return CheckedView(argument, unsigned16=unsigned16)


def core_modules() -> list[Any]:
    """Return every module of the core, those of its packages among them, loaded; but the one in assembler."""
    found = pkgutil.walk_packages(core.__path__, core.__name__ + ".")
    return [importlib.import_module(each.name) for each in found if each.name != f"{core.__name__}.thumb"]


def check_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every kernel of the core, under every name it is imported by, run checked. ``Pipeline`` then does.

    ``quality.judge`` is no kernel but runs with the heap locked, where a big integer would be a MemoryError.
    """
    for module in core_modules():
        for name, thing in list(vars(module).items()):
            if is_kernel(thing) or thing is quality.judge:
                monkeypatch.setattr(module, name, checked(thing))
