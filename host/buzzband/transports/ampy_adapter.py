"""MicroPython's prompt, through ampy 1.1.0: the way into boards that mpremote does not get into.

ampy interrupts twice, asks five times, restarts the interpreter, and interrupts again: so what main.py or boot.py has
begun does not come back, and the heap is empty. It has no flow control. Here its prints are caught, and its exceptions,
of which one is no ``Exception``, become ours; tests/transports proves that none is left out.
"""

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from typing import Any

from ampy import pyboard
from ampy.pyboard import Pyboard, PyboardError

from buzzband.errors import BoardFailed, BuzzbandError
from buzzband.transports.board import ENDLESS, NONSENSE, PATIENCE_S, Board, GuardedPort, no_prompt, opened
from buzzband.transports.ports import said
from buzzband.transports.serial_port import FOREIGN_ERRORS, link_error

_END_OF_FRAME = b"\0"  # a running band takes the Ctrl-C that follows for one only at the start of a frame
_LEAVING_S = 1.0


class AmpyPrompt:
    """A ``Prompt`` by way of ampy."""

    def __init__(self, path: str, port: GuardedPort) -> None:
        self._path = path
        self._port = port
        self._pyboard = adopted(port)

    def enter(self, share_s: float) -> None:
        """See ``Prompt``."""
        with ampy_errors(self._path):
            self._port.allow(2 * share_s, lambda _why: no_prompt(self._path))
            self._port.write(_END_OF_FRAME)
            self._pyboard.enter_raw_repl()

    def leave(self) -> None:
        """See ``Prompt``."""
        with ampy_errors(self._path):
            self._port.allow(_LEAVING_S)
            self._pyboard.exit_raw_repl()

    def run(self, code: str, seconds: float) -> tuple[bytes, bytes]:
        """See ``Prompt``."""
        with ampy_errors(self._path):
            self._port.allow(seconds)
            output, trouble = self._pyboard.exec_raw(code, timeout=seconds)
            return bytes(output), bytes(trouble)

    def start(self, code: str, seconds: float) -> None:
        """See ``Prompt``."""
        with ampy_errors(self._path):
            self._port.allow(seconds)
            self._pyboard.exec_raw_no_follow(code)


def board_at(path: str, patience_s: float = PATIENCE_S) -> AbstractContextManager[Board]:
    """Return a board at its prompt, for a ``with``: see ``board.opened``."""
    return opened(path, patience_s, AmpyPrompt)


@contextmanager
def ampy_errors(path: str) -> Iterator[None]:
    """Turn everything ampy and pyserial raise into our own, and keep what ampy prints from the terminal."""
    try:
        with redirect_stdout(io.StringIO()):
            yield
    except BuzzbandError:
        raise
    except PyboardError as error:  # a BaseException
        what = str(error.args[0]) if error.args else ""
        if "raw repl" in what:
            raise no_prompt(path) from error
        if "timeout" in what:
            raise BoardFailed(ENDLESS) from error
        raise BoardFailed(f"The board does not answer as MicroPython does: {said(what)}.") from error
    except OSError as error:
        raise link_error(path, error) from error
    except NONSENSE as error:
        raise BoardFailed("The board answers with nonsense.") from error
    except FOREIGN_ERRORS as error:
        raise link_error(path, error) from error


def adopted(port: GuardedPort) -> Any:
    """Return ampy's board over a port that is open already: its own way of opening knows no timeout."""
    pyboard._rawdelay = 0  # which its constructor sets
    board = Pyboard.__new__(Pyboard)
    board.serial = port
    return board
