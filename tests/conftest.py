"""Fixtures for engines, and the budget of emulated chip time."""

import os

import pytest

from buzzband.engines import micropython, pico
from pico_bench import PicoBench

pytest_plugins = ["pytester"]

CHIP_BUDGET_S = float(os.environ.get("BUZZBAND_CHIP_BUDGET_S", "25"))


def chip_seconds(item: pytest.Item) -> float:
    """Return the chip time that a test may spend: the argument of its ``pico`` mark."""
    mark = item.get_closest_marker("pico")
    return float(mark.args[0]) if mark else 0.0


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse a selection of tests that may spend more chip time than the budget: it is 15 times as long on the wall."""
    declared_s = sum(map(chip_seconds, session.items))
    if declared_s > CHIP_BUDGET_S:
        raise pytest.UsageError(
            f"The selected tests declare {declared_s:g} s of emulated chip time; the budget is {CHIP_BUDGET_S:g} s. "
            "Select fewer, or raise BUZZBAND_CHIP_BUDGET_S (make test-long does)."
        )


@pytest.fixture
def pico_bench(request: pytest.FixtureRequest) -> PicoBench:
    """An emulated Pico that may run for as long as the test's ``pico`` mark says."""
    if not (seconds := chip_seconds(request.node)):
        pytest.fail("a test that boots the Pico declares its chip time: @pytest.mark.pico(seconds)")
    if why := pico.missing():
        message = f"{why} {why.hint}"
        if os.environ.get("BUZZBAND_REQUIRE_PICO") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return PicoBench(seconds)


@pytest.fixture
def micropython_port() -> None:
    """Skip where MicroPython's Unix port has no wheel."""
    if why := micropython.missing():
        pytest.skip(f"{why} {why.hint}")
