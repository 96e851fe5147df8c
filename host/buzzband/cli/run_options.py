"""The options of a run of the core over a recording, for every command that has them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from buzzband.cli.ranges import FiniteRange, Percent
from buzzband_fw.core import exercises, modes
from buzzband_fw.store.schema import is_valid

if TYPE_CHECKING:
    from buzzband.services.options import Options


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

_OPTIONS = (
    click.option("--exercise", type=click.Choice(exercises.NAMES), show_default="custom", help="What is done."),
    click.option("--mode", type=click.Choice(modes.NAMES), help="When to buzz; otherwise as suits the exercise."),
    click.option(
        "--tempo", type=Tempo(), metavar="S-S-S", help="Seconds to lift, pause, lower, for --mode tempo, as in 2-1-3."
    ),
    click.option(
        "--hold", "hold_s", metavar="S", type=click.IntRange(1, 600), show_default="10", help="A hold's goal."
    ),
    click.option(
        "--off",
        "steady_off_s",
        metavar="S",
        type=click.IntRange(1, 120),
        show_default="5",
        help="In --mode steady: how long the muscle may be off.",
    ),
    click.option("--load", "load_kg", metavar="KG", type=WEIGHT, help="What is lifted."),
    click.option("--one-rm", "one_rm_kg", metavar="KG", type=WEIGHT, help="What can be lifted once."),
    click.option(
        "--reps-max", type=click.IntRange(1, 30), metavar="N", help="Without --one-rm: most reps with --load."
    ),
    click.option("--fatigue/--no-fatigue", default=None, help="Raise the target as the muscle tires."),
    click.option(
        "--target",
        "target_percent",
        metavar="PERCENT",
        type=Percent(5, 200),
        show_default="50",
        help="Activation to aim for, in percent of the reference.",
    ),
    click.option("--mains", "mains_hz", type=click.Choice(["50", "60"]), show_default="50", help="In Hz."),
    click.option("--reference", type=ENVELOPE, default="auto", help="Envelope at 100 %; auto: the best 500 ms mean."),
    click.option("--rest", type=ENVELOPE, default="auto", help="Envelope at 0 %; auto: the 10th percentile."),
    click.option("--gain", type=GAIN, default="auto", help="ADC codes per unit of the recording."),
    click.option("--channel", metavar="NAME", help="The EMG channel; otherwise the first whose label starts with EMG."),
    click.option("--rate", "rate_hz", metavar="HZ", type=FiniteRange(min=0, min_open=True), help="For a CSV."),
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options. ``rate_hz`` is for the reading of the file, all others are for ``chosen``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen(target_percent: float | None, mains_hz: str | None, **options: Any) -> "Options":
    """Return what was chosen. Raises UsageError for what does not go together."""
    rest, reference = options["rest"], options["reference"]
    if rest is not None and reference is not None and reference <= rest:
        raise click.UsageError("--reference must be more than --rest.")
    if options["reps_max"] is not None and options["load_kg"] is None:
        raise click.UsageError("--reps-max goes with --load: the load with which so many reps can be done.")
    from buzzband.services.options import Options

    target_permille = None if target_percent is None else round(10 * target_percent)
    return Options(target_permille=target_permille, mains_hz=int(mains_hz) if mains_hz else None, **options)
