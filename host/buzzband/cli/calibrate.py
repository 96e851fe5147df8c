"""``buzzband calibrate``."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from buzzband.cli.band_options import patience_option, port_option
from buzzband.cli.output import Output, json_option
from buzzband.defaults import LINK_PATIENCE_S

if TYPE_CHECKING:
    from rich.text import Text

    from buzzband.services.calibrate import Moment

_BAR = 40  # cells


@click.command()
@port_option("Serial port of the band; without it, the only board with MicroPython there is.")
@patience_option(LINK_PATIENCE_S, "How long the band may take to answer.")
@click.option("--warm-up", is_flag=True, help="By a light set in place of three squeezes.")
@json_option
def calibrate(port: str | None, patience_s: float, warm_up: bool, output: Output) -> None:
    """Calibrate the band on the arm: rest, then three squeezes, or a light set.

    The band leads and judges; here stands what its buzzes say, and how it went. A session that goes on ends. Ctrl-C
    leaves it, and what was stored before stays valid. The electrodes must not be on a body while a USB cable without
    an isolator is in: then it is refused.
    """
    from buzzband.services import calibrate as service
    from buzzband.services.devices_port import linked

    with linked(port, patience_s) as link, _shown() as watch:
        found = service.calibrate(link, "warm-up" if warm_up else "squeezes", watch)
    output.show(found, text=service.calibrated_text, document=service.calibrated_document)


@contextmanager
def _shown() -> Iterator[Callable[["Moment"], None]]:
    """Show moments on the standard error: live on a terminal, else each new piece of advice on a line."""
    from rich.console import Console
    from rich.live import Live

    console = Console(file=sys.stderr)
    if console.is_terminal:
        with Live(console=console, transient=True, auto_refresh=False) as live:
            yield lambda moment: live.update(_picture(moment), refresh=True)
        return
    last = ""

    def tell(moment: "Moment") -> None:
        nonlocal last
        if moment.advice != last:
            last = moment.advice
            click.echo(last, err=True)

    yield tell


def _picture(moment: "Moment") -> "Text":
    from rich.text import Text

    filled = round(moment.level * _BAR)
    count = f"  {moment.count}" if moment.count else ""
    return Text.assemble(
        (f"{moment.advice}{count}\n", "bold"),
        ("█" * filled, "green"),
        ("░" * (_BAR - filled), "dim"),
        f"  {moment.t_s:.0f} s",
    )
