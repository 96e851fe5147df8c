"""What the type checker sees: a kernel takes plain integers and integer arrays, and is called like any function."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from array import array

ptr16: TypeAlias = array[int]
ptr32: TypeAlias = array[int]

_Kernel = TypeVar("_Kernel", bound=Callable[..., object])

def const(value: int) -> int: ...

class micropython:
    @staticmethod
    def viper(kernel: _Kernel) -> _Kernel: ...
