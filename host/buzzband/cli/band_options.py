"""Options and arguments that name what is plugged in, with what a shell can complete them to."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import click
from click.shell_completion import CompletionItem

from buzzband.cli.ranges import FiniteRange
from buzzband.defaults import BACKENDS
from buzzband.errors import BuzzbandError

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Offered(click.ParamType[str]):
    """Text that a shell completes to what ``offers`` yields: values, each with a word on what it is.

    Whether a value can be is the service's to say.
    """

    def __init__(self, name: str, offers: Callable[[click.Context], Iterable[tuple[str, str]]]) -> None:
        self.name = name
        self._offers = offers

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return those that begin so; nothing where they cannot be had."""
        with suppress(BuzzbandError):
            return [
                CompletionItem(value, help=what or None)
                for value, what in self._offers(ctx)
                if value.startswith(incomplete)
            ]
        return []


def _ports(_context: click.Context) -> Iterable[tuple[str, str]]:
    from buzzband.transports.ports import all_ports

    return ((port.path, port.product) for port in all_ports())


def _drives(_context: click.Context) -> Iterable[tuple[str, str]]:
    from buzzband.transports.drives import boot_drives

    return ((drive.path, drive.model) for drive in boot_drives())


PORT = Offered("port", _ports)
DRIVE = Offered("drive", _drives)


def port_option(what: str) -> _Decorator:
    """Add ``--port``; ``what``: what it is for."""
    return click.option("--port", type=PORT, metavar="PORT", help=what)


def backend_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--backend``."""
    return click.option(
        "--backend",
        type=click.Choice(BACKENDS),
        default=BACKENDS[0],
        show_default=True,
        help="How to get to MicroPython's prompt; ampy is slower and gets into boards that the other does not.",
    )(command)


def patience_option(default: float, what: str, at_least: float = 1.0) -> _Decorator:
    """Add ``--patience``, in seconds; ``what``: for what."""
    return click.option(
        "--patience",
        "patience_s",
        type=FiniteRange(min=at_least),
        default=default,
        show_default=True,
        metavar="SECONDS",
        help=f"{what} An emulated one needs 15 times as long as a real one.",
    )
