"""A pseudo-terminal, and what is at its other end."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest


@dataclass
class Pty:
    """Both ends of a pseudo-terminal: ``path`` is the port, ``device`` the file descriptor behind it."""

    path: str
    device: int
    port: int

    def unplug(self) -> None:
        """Take the device away."""
        if self.device >= 0:
            os.close(self.device)
            self.device = -1


@pytest.fixture
def pty() -> Iterator[Pty]:
    """A pseudo-terminal: raw, so that bytes pass as they are."""
    module = pytest.importorskip("pty", reason="needs pseudo-terminals")
    device, port = module.openpty()
    pytest.importorskip("tty").setraw(port)
    made = Pty(os.ttyname(port), device, port)
    yield made
    made.unplug()
    os.close(port)


@pytest.fixture
def pty_path(pty: Pty) -> str:
    """The path of a pseudo-terminal that nobody answers at."""
    return pty.path
