"""``buzzband demo``."""

from pathlib import Path

import click

from buzzband.cli.output import Output, json_option
from buzzband.defaults import APP_ENGINES


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default="buzzband-demo",
    show_default=True,
    help="Folder for the page and the log.",
)
@click.option(
    "--engine",
    type=click.Choice(APP_ENGINES),
    default="cpython",
    show_default=True,
    help="What runs the app: this interpreter in seconds, the emulated Pico in a quarter of an hour.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another one: another session.")
@json_option
def demo(out: Path, engine: str, seed: int, output: Output) -> None:
    """Feel, cue, record and report a synthetic session with the band's own app: no hardware, no network."""
    from buzzband.services.demo import write_demo
    from buzzband.services.document import demo_document
    from buzzband.services.summary import demo_text

    with output.progress("Lifting") as progress:
        done = write_demo(out, seed, engine, progress)
    output.show(done, text=demo_text, document=demo_document)
