"""``buzzband compare`` and its subcommand."""

import secrets
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from buzzband.cli.archive_option import existing_archive_option
from buzzband.cli.config import where_options
from buzzband.cli.output import Output, json_option
from buzzband.defaults import PLAN_PAIRS_MAX
from buzzband_fw.core import exercises

if TYPE_CHECKING:
    from buzzband.archive import Archive

_SEED_BITS = 31
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(invoke_without_command=True)
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="Only sessions of that day or later.")
@click.option("--until", type=_DAY, metavar="YYYY-MM-DD", help="Only sessions of that day or earlier.")
@click.option("--exercise", type=click.Choice(exercises.NAMES), help="Only this exercise.")
@click.option("--load", "load_kg", type=click.IntRange(min=1), metavar="KG", help="Only with this load.")
@click.option("--wearer", help="Only this wearer.")
@click.option("--plot", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Draw it: PNG, SVG, PDF.")
@existing_archive_option
@json_option
@click.pass_context
def compare(
    context: click.Context,
    since: datetime | None,
    until: datetime | None,
    exercise: str | None,
    load_kg: int | None,
    wearer: str | None,
    plot: Path | None,
    archive: "Archive",
    output: Output,
) -> None:
    """Does cueing raise your activation? Cued sets against silent ones of the same session.

    First buzzband compare plan, then train, then buzzband sync. With fewer than 6 pairs of sets nothing is claimed.
    """
    if context.invoked_subcommand:
        if output.as_json:
            raise click.UsageError(f"Write --json behind {context.invoked_subcommand}.")
        return
    from buzzband.services import compare as service
    from buzzband.services.compare_words import comparison_text, picture
    from buzzband.services.pages import write_comparison

    wanted = service.Wanted(since and since.date(), until and until.date(), exercise, load_kg, wearer)
    with output.progress("Reading") as progress:
        found = service.compare(archive, wanted, progress)
    if plot:
        write_comparison(picture(found), plot)
    output.show(found, text=comparison_text, document=service.document)


@compare.command()
@click.option(
    "--pairs",
    type=click.IntRange(1, PLAN_PAIRS_MAX),
    default=4,
    show_default=True,
    help="Pairs of sets in the session; sets behind them are cued.",
)
@click.option("--seed", type=click.IntRange(0, 2**_SEED_BITS - 1), help="For the same plan again; else drawn anew.")
@click.option("--show", is_flag=True, help="Tell which sets are silent.")
@click.option("--off", is_flag=True, help="Take the plan away: every set is cued.")
@json_option
@where_options
def plan(
    where: tuple[str | None, Path | None, float], pairs: int, seed: int | None, show: bool, off: bool, output: Output
) -> None:
    """Draw by chance which sets of the next session are silent, and put it on the band.

    In each pair of neighbours one set is cued and the other silent; in half of the pairs the silent one comes first.
    """
    from buzzband.services import config
    from buzzband.services import plan as planning

    with config.opened(*where) as store:
        if off:
            done = planning.clear(store)
        else:
            done = planning.put(store, pairs, secrets.randbits(_SEED_BITS) if seed is None else seed)
    output.show(done, text=partial(planning.text, shown=show), document=planning.document)
