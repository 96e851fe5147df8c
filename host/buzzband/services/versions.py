"""``buzzband --version``: this tool, what it puts on a band, and what runs on the bands that are plugged in."""

import platform
from dataclasses import dataclass

import buzzband
import buzzband_fw
from buzzband.errors import LinkError, PortError
from buzzband.transports.link import Link
from buzzband.transports.ports import all_ports
from buzzband.transports.replies import Hello
from buzzband.transports.serial_port import open_port

PATIENCE_S = 0.3


@dataclass(frozen=True)
class Versions:
    """``app``: the one that ``buzzband flash`` installs; ``bands``: what runs on those that answer, by port."""

    tool: str
    python: str
    app: str
    bands: dict[str, Hello]


def versions(patience_s: float = PATIENCE_S) -> Versions:
    """Return the versions on both sides. A band that does not answer at once is left out."""
    return Versions(buzzband.__version__, platform.python_version(), buzzband_fw.__version__, _bands(patience_s))


def _bands(patience_s: float) -> dict[str, Hello]:
    found = {}
    try:
        boards = [port.path for port in all_ports() if port.is_micropython]
    except PortError:
        return {}
    for path in boards:
        try:
            with open_port(path) as stream:
                found[path] = Link(stream, patience_s=patience_s, attempts=1).hello()
        except (PortError, LinkError):
            continue
    return found


def versions_text(told: Versions) -> str:
    """Return what ``buzzband --version`` prints."""
    here = f"buzzband {told.tool}, on Python {told.python}, with app {told.app}"
    there = (
        f"band {hello.uid} at {path}: app {hello.app}, MicroPython {hello.micropython}"
        for path, hello in told.bands.items()
    )
    return "\n".join((here, *there))
