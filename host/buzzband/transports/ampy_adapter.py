"""MicroPython's prompt, through ampy 1.1.0: the way into boards that mpremote does not get into.

ampy interrupts twice, asks five times, restarts the interpreter, and interrupts again: so what main.py or boot.py has
begun does not come back, and the heap is empty. It has no flow control. tests/transports proves that none of its
exceptions, of which one is no ``Exception``, is left out.
"""

from contextlib import AbstractContextManager
from typing import Any

from ampy import pyboard
from ampy.pyboard import Pyboard, PyboardError

from buzzband.transports.board import PATIENCE_S, Board, GuardedPort, opened
from buzzband.transports.tool_prompt import ToolPrompt, tool_errors


class AmpyPrompt(ToolPrompt):
    """A ``Prompt`` by way of ampy."""

    def __init__(self, path: str, port: GuardedPort) -> None:
        super().__init__(path, port, adopted(port), ampy_errors)


def board_at(path: str, patience_s: float = PATIENCE_S) -> AbstractContextManager[Board]:
    """Return a board at its prompt, for a ``with``: see ``board.opened``."""
    return opened(path, patience_s, AmpyPrompt)


def ampy_errors(path: str) -> AbstractContextManager[None]:
    """Turn everything ampy and pyserial raise into our own, and keep what ampy prints from the terminal."""
    return tool_errors(path, PyboardError)


def adopted(port: GuardedPort) -> Any:
    """Return ampy's board over a port that is open already: its own way of opening knows no timeout."""
    pyboard._rawdelay = 0  # which its constructor sets
    board = Pyboard.__new__(Pyboard)
    board.serial = port
    return board
