"""``buzzband simulate``."""

import math
from pathlib import Path
from typing import Any

import click

from buzzband.cli.output import Output, json_option
from buzzband.recordings.examples import EXAMPLES
from buzzband.services import simulate as service
from buzzband.services.document import simulate_document
from buzzband.services.options import Options
from buzzband.services.summary import outcome_text
from buzzband_fw.store.schema import is_valid


class AutoOr(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """``auto``, which becomes None, or a number from ``lowest`` to ``highest``."""

    name = "auto|N"

    def __init__(self, number: type[int] | type[float], lowest: float, highest: float) -> None:
        self.number = number
        self.lowest = lowest
        self.highest = highest

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        """Return the number, or None."""
        if value == "auto":
            return None
        try:
            number = self.number(str(value))
        except ValueError:
            kind = "a whole number" if self.number is int else "a number"
            self.fail(f"{value!r} is neither 'auto' nor {kind}.", param, ctx)
        if not self.lowest <= number <= self.highest:
            self.fail(f"{value} is out of range: {self.lowest:.7g} to {self.highest:.7g}.", param, ctx)
        return number


class FiniteRange(click.FloatRange):
    """A range that NaN is not in either, which compares false with any end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


class Tempo(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """Seconds of lift, pause and lower, as the core takes them."""

    name = "tempo"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, if it is one."""
        if not is_valid("tempo", str(value)):
            self.fail(f"{value!r} is no tempo: seconds to lift, pause, lower, as in 2-1-3.", param, ctx)
        return str(value)


ENVELOPE = AutoOr(int, 0, (1 << 20) - 1)
GAIN = AutoOr(float, 1e-12, 1e12)  # a recording may be in volts or in steps of a converter

WEIGHT = click.IntRange(1, 1000)


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--example",
    type=click.Choice([example.name for example in EXAMPLES]),
    help="Take a real recording instead of FILE; fetched once into the cache.",
)
@click.option("--exercise", type=click.Choice(service.EXERCISES), show_default="custom", help="What is done.")
@click.option("--mode", type=click.Choice(service.MODES), help="When to buzz; otherwise as suits the exercise.")
@click.option(
    "--tempo", type=Tempo(), metavar="S-S-S", help="Seconds to lift, pause, lower, for --mode tempo, as in 2-1-3."
)
@click.option("--hold", "hold_s", metavar="S", type=click.IntRange(1, 600), show_default="10", help="A hold's goal.")
@click.option(
    "--off",
    "steady_off_s",
    metavar="S",
    type=click.IntRange(1, 120),
    show_default="5",
    help="In --mode steady: how long the muscle may be off.",
)
@click.option("--load", "load_kg", metavar="KG", type=WEIGHT, help="What is lifted.")
@click.option("--one-rm", "one_rm_kg", metavar="KG", type=WEIGHT, help="What can be lifted once.")
@click.option("--reps-max", type=click.IntRange(1, 30), metavar="N", help="Without --one-rm: most reps with --load.")
@click.option("--fatigue/--no-fatigue", default=None, help="Raise the target as the muscle tires.")
@click.option(
    "--target",
    "target_percent",
    metavar="PERCENT",
    type=FiniteRange(5, 200),
    show_default="50",
    help="Activation to aim for, in percent of the reference.",
)
@click.option("--mains", "mains_hz", type=click.Choice(["50", "60"]), show_default="50", help="In Hz.")
@click.option("--reference", type=ENVELOPE, default="auto", help="Envelope at 100 %; auto: the best 500 ms mean.")
@click.option("--rest", type=ENVELOPE, default="auto", help="Envelope at 0 %; auto: the 10th percentile.")
@click.option("--gain", type=GAIN, default="auto", help="ADC codes per unit of the recording.")
@click.option("--channel", metavar="NAME", help="The EMG channel; otherwise the first whose label starts with EMG.")
@click.option("--clip", metavar="N", type=click.IntRange(0), help="Take clip N of raw EMG that a log holds.")
@click.option("--rate", "rate_hz", metavar="HZ", type=FiniteRange(min=0, min_open=True), help="For a CSV.")
@click.option(
    "--engine", type=click.Choice(service.ENGINE_CHOICES), default="cpython", show_default=True, help="What runs it."
)
@click.option("--plot", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Draw it: PNG, SVG, PDF.")
@click.option("--page", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a web page.")
@json_option
def simulate(
    file: Path | None,
    example: str | None,
    rate_hz: float | None,
    target_percent: float | None,
    mains_hz: str | None,
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
    rest, reference = options["rest"], options["reference"]
    if rest is not None and reference is not None and reference <= rest:
        raise click.UsageError("--reference must be more than --rest.")
    if options["reps_max"] is not None and options["load_kg"] is None:
        raise click.UsageError("--reps-max goes with --load: the load with which so many reps can be done.")
    service.check_pictures(file, plot=plot, page=page)
    target_permille = None if target_percent is None else round(10 * target_percent)
    chosen = Options(target_permille=target_permille, mains_hz=int(mains_hz) if mains_hz else None, **options)
    with output.progress("Simulating") as progress:
        told = service.run(file, example, rate_hz, chosen, progress, clip)
    service.write_pictures(told, plot=plot, page=page)
    output.show(told, text=outcome_text, document=simulate_document)
    service.require_exact(told)
