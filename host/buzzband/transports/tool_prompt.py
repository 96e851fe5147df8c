"""MicroPython's prompt by way of a tool: mpremote's transport and ampy's board have the verbs of pyboard.py in common.

Such a tool prints when it fails, and raises some ten kinds of exception. Here its prints are caught, and its exceptions
become ours.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from typing import Any

from buzzband.errors import BoardFailed, BuzzbandError
from buzzband.transports.board import ENDLESS, NONSENSE, GuardedPort, no_prompt
from buzzband.transports.ports import said
from buzzband.transports.serial_port import FOREIGN_ERRORS, link_error

_END_OF_FRAME = b"\0"  # a running band takes the Ctrl-C that follows for one only at the start of a frame
_LEAVING_S = 1.0


class ToolPrompt:
    """A ``Prompt``. ``tool``: has the verbs of pyboard.py; ``errors``: turns what it raises at a port into our own."""

    def __init__(
        self, path: str, port: GuardedPort, tool: Any, errors: Callable[[str], AbstractContextManager[None]]
    ) -> None:
        self._path = path
        self._port = port
        self._tool = tool
        self._errors = errors

    def enter(self, share_s: float) -> None:
        """See ``Prompt``."""
        with self._errors(self._path):
            self._port.allow(2 * share_s, lambda _why: no_prompt(self._path))
            self._port.write(_END_OF_FRAME)
            self._knock(share_s)

    def leave(self) -> None:
        """See ``Prompt``."""
        with self._errors(self._path):
            self._port.allow(_LEAVING_S)
            self._tool.exit_raw_repl()

    def run(self, code: str, seconds: float) -> tuple[bytes, bytes]:
        """See ``Prompt``."""
        with self._errors(self._path):
            self._port.allow(seconds)
            output, trouble = self._tool.exec_raw(code, timeout=seconds)
            return bytes(output), bytes(trouble)

    def start(self, code: str, seconds: float) -> None:
        """See ``Prompt``."""
        with self._errors(self._path):
            self._port.allow(seconds)
            self._tool.exec_raw_no_follow(code)

    def _knock(self, share_s: float) -> None:
        self._tool.enter_raw_repl()


@contextmanager
def tool_errors(path: str, its_own: type[BaseException]) -> Iterator[None]:
    """Turn everything a tool and pyserial raise into our own, and keep what it prints from the terminal.

    ``its_own``: what the tool itself raises.
    """
    try:
        with redirect_stdout(io.StringIO()):
            yield
    except BuzzbandError:
        raise
    except its_own as error:
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
