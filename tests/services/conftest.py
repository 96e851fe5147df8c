"""A computer that boards are plugged into."""

import pytest

from services.fake_pico import Computer


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Computer:
    """A computer with nothing plugged in."""
    return Computer(monkeypatch)
