"""The budget of chip time holds before a single test runs."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


def collect(*arguments: str, budget: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *arguments]
    environment = {"BUZZBAND_CHIP_BUDGET_S": budget, "PATH": ""}
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


def test_a_selection_beyond_the_budget_is_refused() -> None:
    done = collect("tests/engines", budget="5")
    assert done.returncode == 4
    assert "the budget is 5 s" in done.stderr


def test_a_selection_within_the_budget_is_collected() -> None:
    done = collect("tests/engines", budget="25")
    assert done.returncode == 0, done.stderr


def test_a_test_that_boots_the_pico_without_declaring_its_time_fails(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((REPOSITORY / "tests" / "conftest.py").read_text())
    pytester.makepyfile("def test_undeclared(pico_bench): assert pico_bench")
    pytester.makeini(f"[pytest]\npythonpath = {REPOSITORY / 'tests'}\nmarkers = pico(seconds): chip time")
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*declares its chip time*"])
