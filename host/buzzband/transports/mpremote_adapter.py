"""MicroPython's prompt, through mpremote 1.29. The one place that uses mpremote as a library.

tests/transports proves that none of its exceptions is left out.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from buzzband.transports.board import PATIENCE_S, Board, GuardedPort, opened, raised
from buzzband.transports.tool_prompt import ToolPrompt, tool_errors


class MpremotePrompt(ToolPrompt):
    """A ``Prompt`` by way of mpremote: with flow control, and without a soft reset."""

    def __init__(self, path: str, port: GuardedPort) -> None:
        super().__init__(path, port, adopted(path, port), mpremote_errors)

    def _knock(self, share_s: float) -> None:
        self._tool.enter_raw_repl(soft_reset=False, timeout_overall=share_s)


def board_at(path: str, patience_s: float = PATIENCE_S) -> AbstractContextManager[Board]:
    """Return a board at its prompt, for a ``with``: see ``board.opened``."""
    return opened(path, patience_s, MpremotePrompt)


@contextmanager
def mpremote_errors(path: str) -> Iterator[None]:
    """Turn everything mpremote and pyserial raise into our own, and keep what mpremote prints from the terminal."""
    with tool_errors(path, TransportError):
        try:
            yield
        except TransportExecError as error:
            raise raised(error.error_output) from error


def adopted(path: str, port: GuardedPort) -> Any:
    """Return mpremote's transport over a port that is open already: its own way of opening loses the reason."""
    transport = SerialTransport.__new__(SerialTransport)
    vars(transport).update(
        in_raw_repl=False,
        use_raw_paste=True,
        device_name=path,
        mounted=False,
        serial=port,
        is_pty=SerialTransport._is_pty_device(path),
    )
    return transport
