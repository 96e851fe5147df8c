"""``buzzband monitor``."""

import json
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from buzzband.cli.band_options import patience_option, port_option
from buzzband.cli.output import Output, print_lines
from buzzband.cli.ranges import FiniteRange
from buzzband.defaults import LINK_PATIENCE_S
from buzzband_fw.core import exercises, modes

if TYPE_CHECKING:
    from buzzband.services.live.items import Source

_OF_RECORDING = {
    "speed": "--speed",
    "target_percent": "--target",
    "mode": "--mode",
    "exercise": "--exercise",
    "mains_hz": "--mains",
    "channel": "--channel",
    "rate_hz": "--rate",
}


@click.command()
@port_option("Serial port of the band; without it, the only board with MicroPython there is.")
@patience_option(LINK_PATIENCE_S, "How long the band may take to answer.")
@click.option(
    "--replay", "file", metavar="FILE", type=click.Path(path_type=Path), help="A recording in place of a band."
)
@click.option("--speed", type=FiniteRange(0.1, 100), show_default="1", help="Of the recording: how many times as fast.")
@click.option(
    "--target",
    "target_percent",
    metavar="PERCENT",
    type=FiniteRange(5, 200),
    show_default="50",
    help="For the recording: activation to aim for.",
)
@click.option("--mode", type=click.Choice(modes.NAMES), help="For the recording: when to buzz.")
@click.option("--exercise", type=click.Choice(exercises.NAMES), help="For the recording: what is done.")
@click.option(
    "--mains", "mains_hz", type=click.Choice(["50", "60"]), show_default="50", help="Of the recording, in Hz."
)
@click.option("--channel", metavar="NAME", help="Of the recording: its EMG channel.")
@click.option("--rate", "rate_hz", metavar="HZ", type=FiniteRange(min=0, min_open=True), help="For a CSV.")
@click.option("--lines", "as_lines", is_flag=True, help="Print lines; so it is where the output is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print lines of JSON.")
def monitor(
    port: str | None, patience_s: float, file: Path | None, as_lines: bool, as_json: bool, **of_recording: Any
) -> None:
    """Watch a band while it is worn: activation, target, reps, words, signal, battery.

    Keys: up and down move the target, m changes the mode, c calibrates, space marks the moment, q leaves.

    A band on a USB cable is not shown unless it knows of an isolator in it: electrodes on a body must not be tied to
    a computer's earth.
    """
    given = [option for name, option in _OF_RECORDING.items() if of_recording[name] is not None]
    if file is None and given:
        raise click.UsageError(f"{given[0]} goes with --replay.")
    if file is not None and port is not None:
        raise click.UsageError("Give one of --port and --replay.")
    show = _print if as_lines or as_json or not (sys.stdout.isatty() and sys.stdin.isatty()) else _paint
    if file is None:
        from buzzband.services.monitor import watched

        with watched(port, patience_s) as band:
            show(band, as_json)
    else:
        show(_recording(file, **of_recording), as_json)


def _recording(
    file: Path,
    speed: float | None,
    target_percent: float | None,
    mains_hz: str | None,
    rate_hz: float | None,
    **options: Any,
) -> "Source":
    from buzzband.services.monitor import replayed
    from buzzband.services.options import Options

    target_permille = None if target_percent is None else round(10 * target_percent)
    chosen = Options(target_permille=target_permille, mains_hz=int(mains_hz) if mains_hz else None, **options)
    with Output(as_json=False).progress("Reading") as progress:
        return replayed(file, rate_hz, chosen, speed or 1.0, progress)


def _paint(source: "Source", _as_json: bool) -> None:
    from buzzband.screen.monitor import MonitorApp  # here, because lines need no Textual

    error = MonitorApp(source).run()
    if error is not None:
        raise error


def _print(source: "Source", as_json: bool) -> None:
    from buzzband.services.interrupt import until_interrupted
    from buzzband.services.live.lines import Lines, first_line

    with until_interrupted() as stop:
        made = Lines()

        def lines() -> Generator[str, None, None]:
            yield json.dumps(first_line(source.name)) if as_json else source.name
            for item in source.items(stop):
                for line in made.take(item):
                    yield json.dumps(line.document(), allow_nan=False) if as_json else line.text()

        print_lines(lines())
