"""``buzzband trends``."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from buzzband.cli.archive_option import existing_archive_option
from buzzband.cli.output import Output, json_option
from buzzband.cli.page_options import open_option, opened, out_option
from buzzband.cli.ranges import Day
from buzzband.defaults import TRENDS_PAGE, WEEKS

if TYPE_CHECKING:
    from buzzband.archive import Archive


@click.command()
@click.option("--weeks", type=click.IntRange(1, 520), default=WEEKS, show_default=True, help="How many weeks.")
@click.option("--per-week", type=click.IntRange(1, 7), metavar="DAYS", help="Days a week that the programme asks for.")
@click.option(
    "--from",
    "first",
    type=Day(),
    metavar="YYYY-MM-DD",
    help="A day of the first week; without it the weeks end with this one.",
)
@click.option("--wearer", metavar="NAME", help="Whose sessions, if the archive has those of several.")
@out_option(TRENDS_PAGE)
@open_option
@existing_archive_option
@json_option
def trends(
    weeks: int,
    per_week: int | None,
    first: datetime | None,
    wearer: str | None,
    out: Path | None,
    show: bool,
    archive: "Archive",
    output: Output,
) -> None:
    """Write a page of weeks: days, reps, target hits, tempo, holds, volume, activation at a load.

    With --per-week it says how a programme was kept, such as three days a week for eight weeks.
    """
    from buzzband.services.trends import Programme, trends_document, trends_text, write_trends

    programme = Programme(weeks, per_week, first.date() if first else None, wearer)
    with output.progress("Reading") as progress:
        done = write_trends(archive, programme, date.today(), out, progress)
    output.show(done, text=trends_text, document=trends_document)
    if show:
        opened(done.page)
