"""Which tests may notice a mutant: those that run the line that is changed, the likely and the quick ones first.

Found by running them all once under coverage, each in a context of its own.
"""

import ast
import re
import time
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

import pytest
from coverage import Coverage, CoverageData

from mutation.mutants import Mutant

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "device" / "buzzband_fw"
TESTS_S = 4  # of CPU that the tests of one mutant may need, as measured under coverage, which about doubles it


class Watch:
    """A plugin of pytest: notes which lines of the firmware each test runs, and how many seconds of CPU it needs."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = {}
        self._coverage = Coverage(data_file=None, config_file=False, include=[f"{FIRMWARE}/*"])

    def pytest_sessionstart(self) -> None:
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(item.nodeid)
        began_s = time.process_time()
        done = yield
        self.cpu_s[item.nodeid] = time.process_time() - began_s
        self._coverage.switch_context("")
        return done

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()

    @property
    def data(self) -> CoverageData:
        """What was run, with the name of a test as the context."""
        return self._coverage.get_data()


class Choice:
    """Chooses among the tests of ``folder`` that ``watch`` has seen."""

    def __init__(self, folder: Path, watch: Watch) -> None:
        self.cpu_s = watch.cpu_s
        self._folder = folder.relative_to(ROOT)
        self._runs = {
            Path(file): watch.data.contexts_by_lineno(file)  # line: tests
            for file in watch.data.measured_files()
        }
        self._texts = {path: path.read_text(encoding="utf-8") for path in folder.glob("test_*.py")}

    def tests_for(self, mutant: Mutant) -> tuple[str, ...]:
        """Return the names of the tests to run: those of the module's own files, then others, the quick ones first, as
        many as TESTS_S allows.

        A line that runs on import is noticed by what uses the module: for it, the tests that run any of its lines or of
        a module that imports it, and those in files that import it.
        """
        lines, on_import = around(mutant)
        found = {test for line in lines for test in self._runs.get(mutant.path, {}).get(line, ())}
        own = tuple(f"{self._folder}/test_{name}" for name in (mutant.path.stem, mutant.path.parent.name))
        if on_import or "" in found:
            found |= self._users(mutant.path) | {test for test in self.cpu_s if test.startswith(own)}
        ranked = sorted(found - {""}, key=lambda test: (not test.startswith(own), self.cpu_s[test], test))
        sums_s = accumulate(self.cpu_s[test] for test in ranked)
        return tuple(test for test, sum_s in zip(ranked, sums_s, strict=True) if sum_s <= TESTS_S)

    @cache  # noqa: B019  (as long as the run)
    def _users(self, path: Path) -> set[str]:
        imports = re.compile(r"from {0} import [^\n]*\b{1}\b|{0}\.{1}\b".format(*module_name(path).rsplit(".", 1)))
        modules = [path, *(file for file in self._runs if imports.search(file.read_text(encoding="utf-8")))]
        files = {str(file.relative_to(ROOT)) for file, text in self._texts.items() if imports.search(text)}
        run = {test for file in modules for tests in self._runs.get(file, {}).values() for test in tests}
        return run | {test for test in self.cpu_s if test.split("::")[0] in files}


def module_name(path: Path) -> str:
    """Return the dotted name of a module of the firmware."""
    return ".".join(path.relative_to(FIRMWARE.parent).with_suffix("").parts)


def around(mutant: Mutant) -> tuple[range, bool]:
    """Return the lines of the statement that is changed, of its head if it has a body; and whether import runs it."""
    around = [node for node in _statements(mutant.path) if node.lineno <= mutant.line <= (node.end_lineno or 0)]
    innermost = max(around, key=lambda node: node.lineno)
    body = getattr(innermost, "body", None)
    end = max(innermost.lineno, body[0].lineno - 1) if body else innermost.end_lineno or 0
    in_function = any(isinstance(node, ast.FunctionDef) and node is not innermost for node in around)
    return range(innermost.lineno, end + 1), not in_function


@cache
def _statements(path: Path) -> list[ast.stmt]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.stmt)]
