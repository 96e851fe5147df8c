"""How a command tells its result: as text for people, or as one JSON document."""

import errno
import json
import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from buzzband.errors import OutputFailed
from buzzband.wording import printable

_Result = TypeVar("_Result")

_PLAIN_BARS = str.maketrans("▁▂▃▄▅▆▇█", ".,:-=+*#")


@dataclass(frozen=True)
class Output:
    """Where results go. Progress goes to the standard error, and only if somebody is watching."""

    as_json: bool

    def show(
        self, result: _Result, *, text: Callable[[_Result], str], document: Callable[[_Result], Mapping[str, Any]]
    ) -> None:
        """Print ``result``."""
        told = json.dumps(document(result), allow_nan=False) if self.as_json else _printable(text(result))
        try:
            click.echo(told)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # click ends quietly when the reader has gone
            raise OutputFailed(f"The result cannot be printed: {error.strerror or error}.") from error

    @contextmanager
    def progress(self, label: str) -> Iterator[Callable[[float], None]]:
        """Show a bar for as long as the block runs; call what is yielded with the share that is done, 0 to 1."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        console = Console(file=sys.stderr)
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(label, total=1.0)
            yield lambda share: None if bar.disable else bar.update(task, completed=share)


def print_lines(lines: Generator[str, None, None]) -> None:
    """Print lines as they come, each at once. That the reader has gone is the end of them, not a failure."""
    with closing(lines):
        try:
            for line in lines:
                click.echo(_printable(line))
        except BrokenPipeError:
            with suppress(OSError, ValueError), Path(os.devnull).open("w") as nothing:
                os.dup2(nothing.fileno(), sys.stdout.fileno())  # or what is left in the buffer fails at the end


def _printable(text: str) -> str:
    """Return ``text`` as the standard output can show it: without what would steer a terminal, and in its encoding."""
    text = str(printable(text))
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"  # there is no standard output after >&-
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN_BARS).encode(encoding, "replace").decode(encoding)
    return text


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json`` and hand the command an ``output``."""

    def make(_context: click.Context, _parameter: click.Parameter, value: bool) -> Output:
        return Output(value)

    option = click.option("--json", "output", is_flag=True, callback=make, help="Print one JSON document.")
    return option(command)
