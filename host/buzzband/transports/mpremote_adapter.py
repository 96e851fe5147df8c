"""MicroPython's prompt, through mpremote 1.29. The one place that uses mpremote as a library.

mpremote prints when it fails, and raises some ten kinds of exception. Here its prints are caught, and its exceptions
become ours; tests/transports proves that none is left out.
"""

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from typing import Any

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from buzzband.errors import BoardFailed, BuzzbandError
from buzzband.transports.board import ENDLESS, NONSENSE, PATIENCE_S, Board, GuardedPort, no_prompt, opened, raised
from buzzband.transports.ports import said
from buzzband.transports.serial_port import FOREIGN_ERRORS, link_error

_END_OF_FRAME = b"\0"  # a running band takes the Ctrl-C that follows for one only at the start of a frame
_LEAVING_S = 1.0


class MpremotePrompt:
    """A ``Prompt`` by way of mpremote: with flow control, and without a soft reset."""

    def __init__(self, path: str, port: GuardedPort) -> None:
        self._path = path
        self._port = port
        self._transport = adopted(path, port)

    def enter(self, share_s: float) -> None:
        """See ``Prompt``."""
        with mpremote_errors(self._path):
            self._port.allow(2 * share_s, lambda _why: no_prompt(self._path))
            self._port.write(_END_OF_FRAME)
            self._transport.enter_raw_repl(soft_reset=False, timeout_overall=share_s)

    def leave(self) -> None:
        """See ``Prompt``."""
        with mpremote_errors(self._path):
            self._port.allow(_LEAVING_S)
            self._transport.exit_raw_repl()

    def run(self, code: str, seconds: float) -> tuple[bytes, bytes]:
        """See ``Prompt``."""
        with mpremote_errors(self._path):
            self._port.allow(seconds)
            output, trouble = self._transport.exec_raw(code, timeout=seconds)
            return bytes(output), bytes(trouble)

    def start(self, code: str, seconds: float) -> None:
        """See ``Prompt``."""
        with mpremote_errors(self._path):
            self._port.allow(seconds)
            self._transport.exec_raw_no_follow(code)


def board_at(path: str, patience_s: float = PATIENCE_S) -> AbstractContextManager[Board]:
    """Return a board at its prompt, for a ``with``: see ``board.opened``."""
    return opened(path, patience_s, MpremotePrompt)


@contextmanager
def mpremote_errors(path: str) -> Iterator[None]:
    """Turn everything mpremote and pyserial raise into our own, and keep what mpremote prints from the terminal."""
    try:
        with redirect_stdout(io.StringIO()):
            yield
    except BuzzbandError:
        raise
    except TransportExecError as error:
        raise raised(error.error_output) from error
    except TransportError as error:
        if "raw repl" in str(error):
            raise no_prompt(path) from error
        if "timeout" in str(error):
            raise BoardFailed(ENDLESS) from error
        raise BoardFailed(f"The board does not answer as MicroPython does: {said(error)}.") from error
    except OSError as error:
        raise link_error(path, error) from error
    except NONSENSE as error:
        raise BoardFailed("The board answers with nonsense.") from error
    except FOREIGN_ERRORS as error:
        raise link_error(path, error) from error


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
