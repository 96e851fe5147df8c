"""The judge of a mutant: tests of its own folder, in a fork of this process, up to the first that fails.

A fork, because importing pytest, hypothesis and numpy takes longer than most of the tests. What belongs to the project
is imported anew in each, the mutant in the place of its module; nothing is written to disk.
"""

import gc
import importlib.machinery
import importlib.util
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType

import pytest
from hypothesis import Phase, settings

from mutation.choice import ROOT, Choice, Watch, module_name
from mutation.mutants import Mutant

LEFT_OUT = ("test_bounds.py", "test_heap.py", "test_modes_on_micropython.py")  # slow, or run another interpreter
PYTEST = (
    "--quiet", "--exitfirst", "--no-header", "--noconftest", "--hypothesis-profile=mutation", "-p", "no:cacheprovider",
    "-W", "ignore::pytest.PytestAssertRewriteWarning", "-o", "timeout=0", "-o", "markers=pico\nlong",
    "-m", "not long and not pico", "-k", "not micropython and not chip", f"--rootdir={ROOT}",
)  # fmt: skip
START_S = 10  # of CPU, to import and collect
TEST_S, TIMES = 2, 5  # a test that needs so many seconds of CPU more than so often what it should is in an endless loop


class _Finder(importlib.machinery.SourceFileLoader):
    """Finds one module, and gives other source for it."""

    source = ""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> object:
        """Return where the mutant is; None for any other module."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, _name: str) -> CodeType:
        """Return the mutant."""
        return compile(self.source, self.path, "exec")


class _Chosen:
    """A plugin of pytest: runs what was chosen, in that order, and what has a new name because of the mutant.

    Ends the process if a test uses too much CPU. Not by the clock, so that a busy machine kills no mutant.
    """

    def __init__(self, tests: Sequence[str], cpu_s: Mapping[str, float]) -> None:
        self._order = {test: number for number, test in enumerate(tests)}
        self._cpu_s = cpu_s

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = [item for item in items if item.nodeid in self._order or item.nodeid not in self._cpu_s]
        items[:] = sorted(chosen, key=lambda item: self._order.get(item.nodeid, len(self._order)))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        signal.setitimer(signal.ITIMER_PROF, TEST_S + TIMES * self._cpu_s.get(item.nodeid, TEST_S))


def choice_of(folder: Path) -> Choice | None:
    """Run the tests of a folder, but for LEFT_OUT, and return the choice among them; None if one fails.

    What they need stays imported, what belongs to the project does not.
    """
    settings.register_profile("mutation", deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
    watch = Watch()
    files = [str(path) for path in sorted(folder.glob("test_*.py")) if path.name not in LEFT_OUT]
    passed = pytest.main([*PYTEST, *files], plugins=[watch]) == 0
    for name, module in list(sys.modules.items()):
        if _is_ours(module):
            del sys.modules[name]
    gc.freeze()  # or each fork copies all of it, when it collects
    return Choice(folder, watch) if passed else None


def begin(mutant: Mutant, choice: Choice) -> int:
    """Judge a mutant in a process of its own, with exit code 0 if it survives; return the process' id."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        signal.setitimer(signal.ITIMER_PROF, START_S)
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        code = _run(mutant, choice)
    finally:
        os._exit(code)


def _run(mutant: Mutant, choice: Choice) -> int:
    tests = choice.tests_for(mutant)
    if not tests:
        return 0
    finder = _Finder(module_name(mutant.path), str(mutant.path))
    finder.source = mutant.source()
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
    files = dict.fromkeys(str(ROOT / test.split("::")[0]) for test in tests)
    return int(pytest.main([*PYTEST, "--tb=no", *files], plugins=[_Chosen(tests, choice.cpu_s)]))


def _is_ours(module: ModuleType) -> bool:
    where = str(getattr(module, "__file__", None) or getattr(module, "__path__", ""))
    return str(ROOT) in where and not any(str(path) in where for path in (sys.prefix, Path(__file__).parent))
