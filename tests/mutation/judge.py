"""The judge of a mutant: the fast tests of its own folder that import its module, in a fork of this process.

A fork, because importing pytest, hypothesis and numpy takes longer than most of the tests. What belongs to the project
is imported anew in each, the mutant in the place of its module; nothing is written to disk.
"""

import importlib.machinery
import importlib.util
import os
import re
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "device" / "buzzband_fw"
SLOW = ("test_bounds.py", "test_modes_on_micropython.py")  # these prove that nothing overflows, and what is no CPython
PYTEST = (
    "--quiet", "--exitfirst", "--no-header", "--noconftest", "--hypothesis-profile=mutation", "-p", "no:cacheprovider",
    "-W", "ignore::pytest.PytestAssertRewriteWarning", "-o", "timeout=0", "-o", "markers=pico\nlong",
    "-m", "not long and not pico", "-k", "not micropython and not chip",
)  # fmt: skip


class _Finder(importlib.machinery.SourceFileLoader):
    """Finds one module, and gives other source for it."""

    source = ""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> object:
        """Return where the mutant is; None for any other module."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, _name: str) -> CodeType:
        """Return the mutant."""
        return compile(self.source, self.path, "exec")


def module_name(path: Path) -> str:
    """Return the dotted name of a module of the firmware."""
    return ".".join(path.relative_to(FIRMWARE.parent).with_suffix("").parts)


def tests_of(path: Path) -> tuple[Path, ...]:
    """Return the tests that judge a module: that of its name first, then those in its folder that import it.

    But for SLOW: seconds for each mutant.
    """
    folder = ROOT / "tests" / path.relative_to(FIRMWARE).parts[0]
    parent, _, name = module_name(path).rpartition(".")
    imports = re.compile(rf"from {re.escape(parent)} import [^\n]*\b{name}\b|{re.escape(parent)}\.{name}\b")
    own = folder / f"test_{name}.py"
    others = (test for test in sorted(folder.glob("test_*.py")) if imports.search(test.read_text(encoding="utf-8")))
    return (*([own] if own.exists() else []), *(test for test in others if test != own and test.name not in SLOW))


def warm_up(tests: Sequence[Path]) -> int:
    """Import what the tests need; forget what belongs to the project. Return the seconds of CPU that a mutant may use.

    What uses more is in a loop without end. Not by the clock, so that a busy machine kills none. 0: the tests fail.
    """
    began_s = time.process_time()
    settings.register_profile("mutation", deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
    passed = _run(tests) == 0
    for name, module in list(sys.modules.items()):
        if _is_ours(module):
            del sys.modules[name]
    return 10 + 4 * round(time.process_time() - began_s) if passed else 0


def begin(path: Path, source: str, tests: Sequence[Path], cpu_s: int) -> int:
    """Let the tests judge a mutant in a process of its own, with exit code 0 if it survives; return the process' id."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        finder = _Finder(module_name(path), str(path))
        finder.source = source
        sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
        code = _run(tests)
    finally:
        os._exit(code)


def _run(tests: Sequence[Path]) -> int:
    return int(pytest.main([*PYTEST, f"--rootdir={ROOT}", *map(str, tests)]))


def _is_ours(module: ModuleType) -> bool:
    return str(getattr(module, "__file__", None) or getattr(module, "__path__", "")).find(str(ROOT)) >= 0
