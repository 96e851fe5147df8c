"""The firmware beside itself: modules of its own for each band, in one process, with the imports that it is given.

Neither ``sys.modules`` nor the working directory is touched. ``buzzband_fw.core`` is shared, for it knows no hardware,
unless somebody wants one of his own.
"""

import builtins
import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from buzzband.compact.joining import JOINED
from buzzband.compact.reading import module_name

PACKAGE = "buzzband_fw"
CORE = f"{PACKAGE}.core"
PORTABLE = f"{CORE}.portable"
_JOINED = module_name(JOINED)
_COMPILED = b"M"  # what MicroPython's compiled modules begin with
FOLDER = Path(str(importlib.import_module(PACKAGE).__file__)).parent  # of the package
_AT_ROOT = {  # of the flash
    "pins": FOLDER / "hal" / "pins.py",
    "starter": FOLDER / "rootfs" / "starter.py",
    "pack": FOLDER / "rootfs" / "pack.py",
}

Patch = Callable[[Any], None]
"""Is called with a module that has just been imported, and may change it."""


class PrivateModules:
    """The modules of one life of a chip. ``loaded``: those that are imported, by name, as ``sys.modules``."""

    def __init__(
        self,
        given: Mapping[str, Any],
        own_open: Callable[..., Any],
        slots: Mapping[str, Path],
        patches: Mapping[str, Patch],
        mounted: Mapping[str, Any] | None = None,
        *,
        own_core: bool = False,
    ) -> None:
        """``given``: what comes from no file. ``slots``: for entries of the band's ``sys.path``, a folder.

        ``mounted``: file systems, for others; of what is compiled in them the source of that name runs. ``own_core``:
        the core is not shared either.
        """
        self.loaded: dict[str, Any] = {}
        self.path: list[str] = []
        self._given = given
        self._slots = slots
        self._mounted = {} if mounted is None else mounted
        self._patches = patches
        self._shared = () if own_core else (CORE,)
        self._builtins = {**vars(builtins), "__import__": self._import, "open": own_open}

    def run(self, path: Path) -> None:
        """Run a file as MicroPython runs ``boot.py`` and ``main.py``."""
        exec(_compiled(path, path.stat().st_mtime_ns), {"__name__": "__main__", "__builtins__": self._builtins})

    def _import(
        self,
        name: str,
        _globals: Mapping[str, Any] | None = None,
        _locals: Mapping[str, Any] | None = None,
        wanted: Sequence[str] | None = (),
        _level: int = 0,
    ) -> Any:
        """Do what an import statement asks for; the firmware imports by absolute names only."""
        module = self.module(name)
        if not wanted:
            return self.module(name.split(".")[0])
        for each in wanted:
            if isinstance(module, ModuleType) and not hasattr(module, each):
                self.module(f"{name}.{each}")
        return module

    def module(self, name: str) -> Any:
        """Return the module of that name, imported now if it was not. Raises ImportError, and whatever it raises."""
        if name in self._given:
            return self._given[name]
        if name.startswith(self._shared) or (name.split(".")[0] != PACKAGE and name not in _AT_ROOT):
            return importlib.import_module(name)
        if name not in self.loaded:
            self._load(name)
        return self.loaded[name]

    def _load(self, name: str) -> None:
        parent, _, last = name.rpartition(".")
        package = self.module(parent) if parent else None
        path = self._find(name)
        module = ModuleType(name)
        vars(module).update(__file__=str(path), __builtins__=self._builtins)
        self.loaded[name] = module
        try:
            exec(_compiled(path, path.stat().st_mtime_ns), vars(module))
            if name in self._patches:
                self._patches[name](module)
        except BaseException:
            del self.loaded[name]
            raise
        if package is not None:
            setattr(package, last, module)

    def _is_mounted(self, entry: str, name: str) -> bool:
        """Return whether a compiled module is there, whole enough to begin as one."""
        for path in (f"/{name.replace('.', '/')}{end}" for end in (".mpy", "/__init__.mpy")):
            try:
                with self._mounted[entry].open(path, "rb") as file:
                    return bool(file.read(1) == _COMPILED)
            except OSError:
                continue
        return False

    def _is_joined(self, entry: str, name: str) -> bool:
        """Return whether a module of the firmware may be among those that a compact app has in one."""
        return self._is_mounted(entry, _JOINED) and _source(name).is_file()

    def _find(self, name: str) -> Path:
        if name in _AT_ROOT:
            return _AT_ROOT[name]
        for entry in self.path:
            stem = self._slots[entry].joinpath(*name.split(".")) if entry in self._slots else Path()
            for path in (stem.with_suffix(".py"), stem / "__init__.py") if stem.name else ():
                if path.is_file():
                    return path
            if entry in self._mounted and (self._is_mounted(entry, name) or self._is_joined(entry, name)):
                return _source(name)
        raise ImportError(f"no module named {name!r}")


def _source(name: str) -> Path:
    stem = FOLDER.parent.joinpath(*name.split("."))
    return stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")


@functools.cache
def _compiled(path: Path, _mtime_ns: int) -> CodeType:
    return compile(path.read_text(encoding="utf-8"), str(path), "exec")
