"""The ways to MicroPython's prompt, by name."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from buzzband.transports import ampy_adapter, mpremote_adapter
from buzzband.transports.board import Board

OpenBoard = Callable[[str, float], AbstractContextManager[Board]]
"""Opens a port and gets to the prompt within so many seconds. Raises PortError, LinkError, BoardError."""

BACKENDS: Mapping[str, OpenBoard] = {"mpremote": mpremote_adapter.board_at, "ampy": ampy_adapter.board_at}
