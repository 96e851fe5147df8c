"""Fixtures for engines and the archive, beside those of buzzband.testing."""

import os

import pytest
from hypothesis import settings

from buzzband.archive import index
from buzzband.engines import micropython
from pico_bench import PicoBench

# How long an example takes says nothing about the code on a machine that has other things to do.
settings.register_profile("default", deadline=None)
settings.load_profile("default")

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


@pytest.fixture
def no_power_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: what happens when the power fails is not what a test asks for."""
    monkeypatch.setattr(os, "fsync", lambda _file: None)
    monkeypatch.setattr(index, "SYNCHRONOUS", "OFF")
