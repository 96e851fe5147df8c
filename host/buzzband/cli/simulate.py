"""``buzzband simulate``."""

from pathlib import Path
from typing import Any

import click

from buzzband.cli.output import Output, json_option
from buzzband.cli.run_options import chosen, run_options
from buzzband.defaults import ENGINES
from buzzband.recordings.catalogue import EXAMPLES


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--example",
    type=click.Choice([example.name for example in EXAMPLES]),
    help="Take a real recording instead of FILE; fetched once into the cache.",
)
@run_options
@click.option("--clip", metavar="N", type=click.IntRange(0), help="Take clip N of raw EMG that a log holds.")
@click.option(
    "--engine", type=click.Choice((*ENGINES, "auto")), default="cpython", show_default=True, help="What runs it."
)
@click.option("--plot", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Draw it: PNG, SVG, PDF.")
@click.option("--page", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a web page.")
@json_option
def simulate(
    file: Path | None,
    example: str | None,
    rate_hz: float | None,
    clip: int | None,
    plot: Path | None,
    page: Path | None,
    output: Output,
    **options: Any,
) -> None:
    """Run the band's core over a recording: CSV, EDF or BDF; or over a session that a band has logged.

    Shows when the band would have buzzed, how hard the muscle worked and whether the signal could be trusted. With a
    log it shows what the band said then, too, and what is not given here is as it was in the session.
    """
    if (file is None) == (example is None):
        raise click.UsageError("Give either a FILE or --example NAME.")
    run = chosen(**options)
    from buzzband.services import simulate as service
    from buzzband.services.document import simulate_document
    from buzzband.services.summary import outcome_text

    service.check_pictures(file, plot=plot, page=page)
    with output.progress("Simulating") as progress:
        told = service.run(file, example, rate_hz, run, progress, clip)
    service.write_pictures(told, plot=plot, page=page)
    output.show(told, text=outcome_text, document=simulate_document)
    service.require_exact(told)
