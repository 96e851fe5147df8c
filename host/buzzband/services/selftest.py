"""``buzzband selftest``: the golden vectors on every engine there is."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from buzzband.bundle import bytecode_files, native_files
from buzzband.engines import cores, micropython, pico, replay
from buzzband.errors import EngineMissing, FirmwareMissing, SelftestFailed
from buzzband.progress import Progress, no_progress
from buzzband_fw.core import golden

CHIP_BUDGET_S = 10.0
_BODY = """\
from json import dump
from buzzband_fw.core.golden import run
with open("golden.json", "w") as file:
    dump(run(), file)"""


@dataclass(frozen=True)
class Vector:
    """One golden vector: checksums as recorded and as found."""

    name: str
    expected: int
    found: int

    @property
    def right(self) -> bool:
        """Return whether the engine gave what was recorded."""
        return self.expected == self.found


@dataclass(frozen=True)
class EngineReport:
    """The vectors on one engine, or why it was left out."""

    engine: str
    vectors: tuple[Vector, ...]
    left_out: str = ""

    @property
    def right(self) -> bool:
        """Return whether every vector that ran was right."""
        return all(vector.right for vector in self.vectors)


def _on_micropython() -> str:
    files = {**bytecode_files(), "main.py": replay.main_source(_BODY)}
    return _result(micropython.run_main(files))


def _on_pico() -> str:
    files = {**native_files(), "main.py": replay.main_source(_BODY)}
    return _result(pico.run_main(files, budget_s=CHIP_BUDGET_S).files)


def _result(files: Mapping[str, bytes]) -> str:
    replay.raise_error(files)
    return files["golden.json"].decode()


RUNNERS: dict[str, Callable[[], str]] = {
    "cpython": lambda: json.dumps(golden.run()),
    "micropython": _on_micropython,
    "pico": _on_pico,
    "numba": lambda: json.dumps(cores.compiled().module("golden").run()),
}


def selftest(engines: Sequence[str], progress: Progress = no_progress) -> tuple[EngineReport, ...]:
    """Run the golden vectors. An engine that is not installed is left out, with the reason.

    Raises EngineFailed and BudgetSpent.
    """
    reports = []
    for done, engine in enumerate(engines, 1):
        reports.append(_report(engine))
        progress(done / len(engines))
    return tuple(reports)


def require_right(reports: Sequence[EngineReport]) -> None:
    """Raise SelftestFailed if a vector was wrong, EngineMissing if no engine ran at all."""
    wrong = [report.engine for report in reports if not report.right]
    if wrong:
        raise SelftestFailed(f"Golden vectors came out wrong on {', '.join(wrong)}.")
    if not any(report.vectors for report in reports):
        raise EngineMissing("None of the engines asked for is installed.")


def _report(engine: str) -> EngineReport:
    try:
        vectors = json.loads(RUNNERS[engine]())
    except (EngineMissing, FirmwareMissing) as error:
        return EngineReport(engine, (), f"{error} {error.hint}")
    return EngineReport(engine, tuple(Vector(*vector) for vector in vectors))
