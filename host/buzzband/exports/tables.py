"""Sessions as tables: samples, events, reps, sets and sessions. CSV in UTF-8 that a spreadsheet opens without harm.

Text is in quotes and begins no formula; numbers have a point and no quotes; a cell without a value is an empty
text.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from buzzband.exports.events import COLUMNS, Event, Value, events, rep_values
from buzzband.exports.harmless import cell
from buzzband.exports.take import LEVEL_PERCENT, MOVEMENT_STEP, RATE_HZ, Take
from buzzband_fw.core import cue, quality

FLAGS: Mapping[str, int] = {**{name: 1 << bit for bit, name in enumerate(quality.NAMES)}, "blanked": cue.BLANKED}
EVENT_HEADER = ("onset_s", "duration_s", "kind", "name", *COLUMNS)
REP_COLUMNS = tuple(
    name for name in COLUMNS if name not in ("reps", "cadence_rpm", "felt", "counted", "rate_hz", "value")
)
WHAT = ("session", "start_utc", "wearer", "exercise", "mode", "load_kg", "target_percent")

Cell = Value | None


def samples_csv(take: Take) -> bytes:
    """Return a row for every 20 ms: activation, flags, and the angle at the end of every fourth."""
    columns: dict[str, Sequence[Cell]] = {
        "t_s": [index / RATE_HZ for index in range(len(take.levels))],
        "activation_percent": [
            round(level * LEVEL_PERCENT, 1) if valid else None
            for level, valid in zip(take.levels.tolist(), take.valid.tolist(), strict=True)
        ],
        **{name: (take.flags & bit != 0).astype(int).tolist() for name, bit in FLAGS.items()},
    }
    if len(take.degrees):
        degrees: list[Cell] = [None] * len(take.levels)
        known = take.degrees[: len(degrees) // MOVEMENT_STEP].tolist()  # fewer where a session was cut off
        degrees[MOVEMENT_STEP - 1 : MOVEMENT_STEP * len(known) : MOVEMENT_STEP] = known
        columns["movement_deg"] = degrees
    return _csv(columns, zip(*columns.values(), strict=True))


def events_csv(take: Take) -> bytes:
    """Return a row for every event."""
    return _csv(EVENT_HEADER, map(event_row, events(take)))


def event_row(event: Event) -> list[Cell]:
    """Return the cells of an event, in the order of EVENT_HEADER; times to the millisecond."""
    times_s = round(event.onset_s, 3), round(event.duration_s, 3)
    return [*times_s, event.kind, event.name or None, *(event.values.get(name) for name in COLUMNS)]


def reps_csv(takes: Iterable[Take]) -> bytes:
    """Return a row for every rep of all the sessions."""
    return _csv((*WHAT, "start_s", "end_s", "on_target", "cued", *REP_COLUMNS), _reps(takes))


def _reps(takes: Iterable[Take]) -> Iterator[list[Cell]]:
    for take in takes:
        for one in take.reps:
            rep, values = one.rep, rep_values(one)
            on_target = rep.peak_permille >= take.about.target_permille
            cued = any(rep.start_s <= said.t_s <= rep.end_s for said in take.cues)
            times: list[Cell] = [rep.start_s, rep.end_s, int(on_target), int(cued)]
            yield [*_what(take), *times, *(values.get(name) for name in REP_COLUMNS)]


def sets_csv(takes: Iterable[Take]) -> bytes:
    """Return a row for every set of all the sessions."""
    rows = (
        [*_what(take), one.number, span.start_s, span.end_s, span.reps, span.pace, span.cadence_rpm]
        for take in takes
        for one in take.sets
        for span in [one.span]
    )
    return _csv((*WHAT, "set", "start_s", "end_s", "reps", "pace", "cadence_rpm"), rows)


def sessions_csv(takes: Iterable[Take]) -> bytes:
    """Return a row for every session."""
    header = (
        *WHAT,
        "start_within_s",
        "earliest_utc",
        "latest_utc",
        "duration_s",
        "band",
        "app",
        "state",
        "ended",
        "source",
    )
    return _csv(header, map(_session, takes))


def _session(take: Take) -> list[Cell]:
    about, start = take.about, take.about.start
    source = str(about.source.get("name", "")) or None
    when: list[Cell] = [start.within_s if start.at else None, utc(start.earliest), utc(start.latest)]
    return [*_what(take), *when, take.duration_s, about.band or None, about.app, about.state, take.ended, source]


def _what(take: Take) -> list[Cell]:
    """Return the cells of WHAT."""
    about = take.about
    names: list[Cell] = [about.wearer or None, about.exercise, about.mode]
    return [take.name, utc(about.start.at), *names, about.load_kg, about.target_permille / 10]


def utc(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None


def _csv(header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")  # RFC 4180
    writer.writerow(header)
    writer.writerows([_cell(one) for one in row] for row in rows)
    return stream.getvalue().encode()


def _cell(value: Cell) -> object:
    if value is None:
        return ""
    return cell(value) if isinstance(value, str) else value
