"""The options of the commands that write a page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from buzzband.errors import OutputFailed


def out_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--out``; without it the page has the name ``default`` in the current folder."""
    return click.option(
        "--out",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        show_default=default,
        help="Where the page goes.",
    )


open_option = click.option("--open", "show", is_flag=True, help="Show the page in the browser.")


def opened(page: Path) -> None:
    """Show a page in the browser. Raises OutputFailed."""
    if click.launch(str(page.resolve())):
        raise OutputFailed(f"No browser shows {page}.", "It is written: open it yourself.")
