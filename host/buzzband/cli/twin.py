"""``buzzband twin``."""

from pathlib import Path
from typing import Any

import click

from buzzband.cli.output import Output, json_option
from buzzband.cli.ranges import FiniteRange
from buzzband.cli.settings_file import SettingsFile
from buzzband.defaults import ERASE_MS, SUPPLY_MV
from buzzband.recordings.catalogue import EXAMPLES


@click.command()
@click.option("--recording", metavar="FILE", type=click.Path(path_type=Path), help="What it feels: CSV, EDF or BDF.")
@click.option("--example", type=click.Choice([example.name for example in EXAMPLES]), help="A real recording instead.")
@click.option("--synth", is_flag=True, help="The demo's session instead; so it is without any of these.")
@click.option(
    "--settings",
    metavar="FILE",
    type=SettingsFile(exists=True, dir_okay=False),
    help="JSON with what settings.json is to hold. What is not in it fits what the band feels.",
)
@click.option("--port-tcp", "tcp_port", metavar="N", type=click.IntRange(0, 65535), default=0, help="0: any. Default.")
@click.option("--erase-ms", type=FiniteRange(0, 10_000), default=ERASE_MS, show_default=True, help="A sector's.")
@click.option("--supply-mv", type=click.IntRange(0, 5500), default=SUPPLY_MV, show_default=True, help="VSYS.")
@click.option("--usb-power", is_flag=True, help="As on a USB cable: the band then records nothing.")
@click.option("--quiet", is_flag=True, help="Do not tell what motor, LED and chip do.")
@json_option
def twin(
    recording: Path | None,
    example: str | None,
    synth: bool,
    settings: dict[str, Any] | None,
    quiet: bool,
    output: Output,
    **surroundings: Any,
) -> None:
    """Run a band on an emulated Pico, on a serial port that other programs can use, until Ctrl-C.

    It feels its recording over and over. With --json, one line says where it is, and no more follow.
    """
    if sum((recording is not None, example is not None, synth)) > 1:
        raise click.UsageError("Give one of --recording, --example and --synth.")
    from buzzband.services import twin as service
    from buzzband.services.interrupt import until_interrupted

    what = service.worn(recording, example, settings or {})
    with until_interrupted() as stop, service.boot(what, service.Surroundings(**surroundings)) as band:
        output.show(service.lines(band, what.name), text=service.lines_text, document=service.lines_document)
        for event in service.follow(band, stop):
            if not (quiet or output.as_json):
                click.echo(service.event_text(event))
