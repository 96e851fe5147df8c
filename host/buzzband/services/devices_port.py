"""Getting to a band: the port that is meant, and the link on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from buzzband.transports.link import PATIENCE_S, Link
from buzzband.transports.ports import find_boards, find_port
from buzzband.transports.serial_port import open_port


def chosen_port(port: str | None) -> str:
    """Return ``port``, or the one that a board with MicroPython is at. Raises NoBoard, SeveralBoards."""
    return port or find_port()


def chosen_ports(ports: Sequence[str]) -> tuple[str, ...]:
    """Return ``ports``, each once, or all that a board with MicroPython is at. Raises NoBoard."""
    return tuple(dict.fromkeys(ports)) or tuple(board.path for board in find_boards())


@contextmanager
def linked(port: str | None = None, patience_s: float = PATIENCE_S) -> Iterator[Link]:
    """Open the port of a band for as long as the block runs.

    ``patience_s``: how long the band may take to answer; an emulated one needs 15 times as long. Raises PortError.
    """
    with open_port(chosen_port(port)) as stream:
        yield Link(stream, patience_s=patience_s)
