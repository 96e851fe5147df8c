"""What the type checker sees: a kernel takes integers and sequences of them, and is called like any function."""

from collections.abc import Callable, Iterable, MutableSequence, Sequence
from typing import TypeAlias, TypeVar

ptr8: TypeAlias = MutableSequence[int] | bytearray | memoryview
ptr16: TypeAlias = Sequence[int]
ptr32: TypeAlias = MutableSequence[int]

_Kernel = TypeVar("_Kernel", bound=Callable[..., object])

def const(value: int) -> int: ...
def int32s(values: Iterable[int]) -> MutableSequence[int]: ...
def zeros16(count: int) -> MutableSequence[int]: ...
def uint16s(values: Iterable[int]) -> MutableSequence[int]: ...

class micropython:  # noqa: N801
    @staticmethod
    def viper(kernel: _Kernel) -> _Kernel: ...
    @staticmethod
    def native(function: _Kernel) -> _Kernel: ...
