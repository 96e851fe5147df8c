"""``buzzband import``."""

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from buzzband.cli.archive_option import archive_option
from buzzband.cli.output import Output, json_option
from buzzband.cli.run_options import chosen, run_options
from buzzband_fw.store.schema import is_valid

if TYPE_CHECKING:
    from buzzband.archive import Archive


class Wearer(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """A name as the band takes it."""

    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, if it is one."""
        if not is_valid("wearer", str(value)):
            self.fail("A name has 1 to 24 printable characters, and no space at its ends.", param, ctx)
        return str(value)


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """A date with a time of day, as in ISO 8601."""

    name = "moment"
    first_year, last_year = 1971, 9998  # a log counts from 1970, UTC, and other time zones are a day off

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no moment, as in '2026-03-03 18:04'.", param, ctx)
        if not self.first_year <= moment.year <= self.last_year:
            self.fail(f"The year of {value!r} is not in {self.first_year} to {self.last_year}.", param, ctx)
        return moment


@click.command(name="import")
@click.argument("recordings", metavar="FILE...", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--wearer", type=Wearer(), metavar="NAME", help="Who was recorded.")
@click.option("--start", type=Moment(), metavar="WHEN", help="When it began; otherwise what an EDF or BDF says.")
@click.option("--again", is_flag=True, help="Even if the archive has the recording, made with other options.")
@run_options
@archive_option
@json_option
def import_(
    recordings: tuple[Path, ...],
    wearer: str | None,
    start: datetime | None,
    again: bool,
    rate_hz: float | None,
    archive: "Archive",
    output: Output,
    **options: Any,
) -> None:
    """Put recordings, CSV, EDF or BDF, into the archive, as the sessions that a band would have made of them.

    The words of the motor that a band would have said are told as withheld: nobody felt them. The same FILE with the
    same options is there but once.
    """
    from buzzband.services import importing as service

    wish = service.Wish(chosen(**options), rate_hz, wearer, start, again)
    with output.progress("Importing") as progress:
        done = service.import_all(archive, recordings, wish, time.time_ns() // 1_000_000, progress)
    output.show(done, text=service.imported_text, document=service.imported_document)
