"""Fixtures of the services' tests."""

import os

import pytest

from buzzband.archive import index


@pytest.fixture
def no_power_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: what happens when the power fails is not what a test asks for."""
    monkeypatch.setattr(os, "fsync", lambda _file: None)
    monkeypatch.setattr(index, "SYNCHRONOUS", "OFF")
