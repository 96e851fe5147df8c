"""The core on this interpreter: as it stands, or its kernels as machine code if numba is there (the extra ``fast``).

Both run the same source. The second one is imported once more, into modules of its own: there ``micropython.viper``
compiles what it marks, and state and samples live in arrays of 32 bits, which no kernel leaves
(tests/core/test_bounds.py).
"""

import functools
import importlib
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.private_modules import CORE, FOLDER, PORTABLE, PrivateModules
from buzzband.errors import EngineMissing
from buzzband_fw.core import portable
from buzzband_fw.core.chain import BLOCK_MS

WORTH_BLOCKS = 6 * 60 * 1000 // BLOCK_MS  # of less, to load numba takes longer than its machine code saves

_SLOT = "core"
_BYTES = "ptr8"

Kernel = Callable[..., Any]


@dataclass(frozen=True)
class Core:
    """``module``: returns a module of it by its name there. ``indexed``: integers as its kernels index them best."""

    module: Callable[[str], Any]
    indexed: Callable[[NDArray[np.integer] | list[int]], Any]


def _listed(values: NDArray[np.integer] | list[int]) -> list[int]:
    return values if isinstance(values, list) else values.tolist()


PLAIN = Core(lambda name: importlib.import_module(f"{CORE}.{name}"), _listed)


def core_for(blocks: int) -> Core:
    """Return the core that is done first with a recording of so many blocks of 10 ms."""
    if blocks < WORTH_BLOCKS:
        return PLAIN
    try:
        return compiled()
    except EngineMissing:
        return PLAIN


@functools.cache
def compiled() -> Core:
    """Return the core as machine code. Raises EngineMissing.

    Numba would make floating point of unsigned numbers beside signed ones, so raw samples are kept signed; the few
    kernels that work on bytes stay as they are.
    """
    own, interpreter = ModuleType(PORTABLE), ModuleType("micropython")
    vars(interpreter).update(viper=_compiler(), native=portable.micropython.native)
    vars(own).update(
        vars(portable), micropython=interpreter, ptr8=_BYTES, int32s=_int32s, uint16s=_int32s, zeros16=_zeros
    )
    modules = PrivateModules({PORTABLE: own}, open, {_SLOT: FOLDER.parent}, {}, own_core=True)
    modules.path.append(_SLOT)
    return Core(lambda name: modules.module(f"{CORE}.{name}"), lambda values: np.asarray(values, np.int32))


def _compiler() -> Callable[[Kernel], Kernel]:
    """Return what takes a kernel and returns one that is compiled when first called, and kept beside its source."""
    try:
        from numba import njit
    except ImportError as error:  # raised also where numpy is too new for it
        raise EngineMissing(
            f"Numba cannot be used: {error}.", "pip install 'buzzband[fast]', in a clone pip install -e '.[fast]'."
        ) from error

    def compile_later(kernel: Kernel) -> Kernel:
        if _BYTES in kernel.__annotations__.values():
            return kernel
        try:
            made: Kernel = njit(kernel, cache=True)
        except RuntimeError:  # there is nowhere to keep it
            made = njit(kernel)
        return made

    return compile_later


def _int32s(values: Iterable[int]) -> "array[int]":
    return array("i", values)


def _zeros(count: int) -> "array[int]":
    return array("i", bytes(array("i").itemsize * count))
