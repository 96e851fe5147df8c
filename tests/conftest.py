"""Fixtures for engines, beside those of buzzband.testing."""

import pytest

from buzzband.engines import micropython
from pico_bench import PicoBench

pytest_plugins = ["pytester", "buzzband.testing"]


@pytest.fixture
def pico_bench(request: pytest.FixtureRequest) -> PicoBench:
    """An emulated Pico that may run for as long as the test's ``pico`` mark says."""
    from buzzband.testing import require_pico  # pytest imports a plugin itself, after this file

    return PicoBench(require_pico(request.node))


@pytest.fixture
def micropython_port() -> None:
    """Skip where MicroPython's Unix port has no wheel."""
    if why := micropython.missing():
        pytest.skip(f"{why} {why.hint}")
