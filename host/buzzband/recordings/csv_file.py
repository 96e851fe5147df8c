"""Recordings in CSV files.

Delimiter comma, semicolon or tab; a decimal comma where the delimiter is one of the other two; lines that start with
``#`` are remarks; UTF-8. A unit in brackets in the header (``EMG [mV]``) goes to the channel's unit.

Without a header line, the last remark before the numbers names the columns if it has as many cells as they
(numpy.savetxt writes its header so); otherwise a single column is ``EMG`` and several are numbered: ``column 1``.
"""

import csv
import io
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from buzzband.errors import BadRate, BadSamples, RecordingError, RecordingNotFound, TooShort, UnknownFormat
from buzzband.recordings.labels import split_unit
from buzzband.recordings.model import Channel, Recording, Samples

_TIME = re.compile(r"(time|t|timestamp|seconds)(?:[ _-]+(?P<unit>[a-zµμ]+))?", re.IGNORECASE)
_SECONDS = dict.fromkeys(["", "s", "sec", "second", "seconds"], 1.0)
_SECONDS |= dict.fromkeys(["ms", "msec", "millisecond", "milliseconds"], 1e-3)
_SECONDS |= dict.fromkeys(["us", "usec", "µs".casefold(), "microseconds"], 1e-6)

ROUNDING_S = 0.00101  # two times rounded to a millisecond are up to one millisecond off their true distance
DRIFT_MAX_S = 0.02  # two hundredths of a second in all: ten times what rounding to a millisecond does
STEPS_FOR_MEDIAN = 10_000  # enough to know the usual step; the median of all takes as long as half the reading
BINARY_PROBE = 65536
_UNPACKED_BY_NUMPY = {".gz", ".bz2", ".xz", ".lzma"}


@dataclass(frozen=True)
class _Layout:
    """How the file is laid out. ``names``: the headers as they stand; ``skip``: the lines before the first row."""

    delimiter: str
    names: tuple[str, ...]
    skip: int
    ends_with_delimiter: bool
    quoted: bool


def read_csv(path: Path, rate_hz: float | None = None) -> Recording:
    """Read a CSV file; every column but the time column becomes a channel.

    The rate is ``rate_hz`` (any positive number of Hz) if given, and then the time column is ignored; otherwise that of
    the time column: one named time, t, timestamp or seconds, with a unit behind it (``time_ms``, ``t [us]``) or in
    seconds. Raises RecordingNotFound, UnknownFormat, BadSamples (names line and column), BadRate (names the line of the
    first gap) and TooShort (no rows, or one row and no rate).
    """
    if rate_hz is not None and not (math.isfinite(rate_hz) and rate_hz > 0):
        raise BadRate(f"A rate of {rate_hz:g} Hz cannot be.", hint="Give a positive number with --rate HZ.")
    with csv_errors(path):
        layout = _layout(path)
        table = _table(path, layout)
        times = [index for index, name in enumerate(layout.names) if _is_time(name)]
        if len(times) == len(layout.names):
            raise UnknownFormat(f"{path.name} has a time column and nothing else.")
        if rate_hz is None:
            rate_hz = _rate(path, layout, table, times)
    return Recording(path.name, _channels(layout, table, set(times), rate_hz))


@contextmanager
def csv_errors(path: Path) -> Iterator[None]:
    """Turn what opening and decoding a text file raises into our own errors."""
    try:
        yield
    except OSError as error:
        raise RecordingNotFound(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UnknownFormat(f"{path.name} is not text in UTF-8.", hint="Save it as UTF-8 and try again.") from error
    except csv.Error as error:
        raise UnknownFormat(f"{path.name} is not a CSV file: {error}.") from error


def _layout(path: Path) -> _Layout:
    with path.open("rb") as stream:
        start = stream.read(BINARY_PROBE)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnknownFormat(f"{path.name} is empty.")
    if b"\0" in start:
        raise UnknownFormat(f"{path.name} is a binary file of a kind that is not known here.")
    remark, content = _beginning(path)
    if not content:
        raise UnknownFormat(f"{path.name} holds remarks and no numbers.")
    header = None if _starts_with_number(content[0][1]) else content[0][1]
    rows = content[:2] if header is None else content[1:]
    if not rows:
        raise TooShort(f"{path.name} has a header line and no samples.")
    return _layout_of(path, remark, header, rows)


def _beginning(path: Path) -> tuple[str, list[tuple[int, str]]]:
    """Return the last remark before the content, and the first three lines of content with their numbers."""
    remark = ""
    content: list[tuple[int, str]] = []
    with _open(path) as lines:
        for number, line in enumerate(lines, 1):
            text = line.strip(" \r\n")
            if text.startswith("#"):
                remark = remark if content else text.lstrip("# ")
            elif text:
                content.append((number, text))
            if len(content) == 3:
                break
    return remark, content


def _layout_of(path: Path, remark: str, header: str | None, rows: list[tuple[int, str]]) -> _Layout:
    number, row = rows[0]
    delimiter = next((mark for mark in ";\t," if mark in row), ",")
    width = len(_cells(row, delimiter))
    names = [] if header is None else _cells(header, delimiter)
    trailing = (
        all(text.endswith(delimiter) for _, text in rows)
        and width > 1
        and (not names or len(names) == width - 1 or not names[-1])
    )
    width -= trailing
    names = names[:width] if trailing else names
    if header is None:
        names = _names_without_header(_cells(remark, delimiter), width)
    if len(names) != width:
        raise BadSamples(f"{path.name}, line {number}: {width} cells, but the header has {len(names)}.")
    named = tuple(name or f"column {index}" for index, name in enumerate(names, 1))
    return _Layout(delimiter, named, number - 1, trailing, '"' in row)


def _names_without_header(remark: list[str], width: int) -> list[str]:
    if width == 1:
        return ["EMG"]
    return remark if len(remark) == width else [""] * width


def _table(path: Path, layout: _Layout) -> Samples:
    """Return all numbers, shape (rows, columns)."""
    try:
        table = np.loadtxt(
            _source(path, layout),
            delimiter=layout.delimiter,
            skiprows=layout.skip,
            usecols=range(len(layout.names)) if layout.ends_with_delimiter else None,
            quotechar='"' if layout.quoted else None,  # a quarter slower with it
            encoding="utf-8-sig",
            ndmin=2,
        )
    except UnicodeDecodeError:
        raise
    except ValueError as error:
        raise _fault(path, layout, str(error)) from error
    if table.shape[1] != len(layout.names) or not np.isfinite(table).all():
        raise _fault(path, layout, "not a table of finite numbers")
    return table


def _source(path: Path, layout: _Layout) -> str | io.StringIO:
    """Return what numpy should parse: the file itself if it can (three times faster), else its text put right."""
    file = str(path.resolve())  # an absolute path, because numpy would take some relative ones for URLs
    misread = path.suffix in _UNPACKED_BY_NUMPY
    if layout.delimiter == "," and not misread:
        return file
    with _open(path) as stream:
        text = stream.read()
    if layout.delimiter != "," and "," in text:
        if "." in text:
            _refuse_two_decimal_marks(path, layout)
        return io.StringIO(text.replace(",", "."))
    return io.StringIO(text) if misread else file


def _refuse_two_decimal_marks(path: Path, layout: _Layout) -> None:
    """Refuse 1.034 beside 0,001: which of the two marks thousands cannot be known, and a guess would be silent."""
    points = commas = 0
    for number, line in _rows(path, layout):
        points, commas = points or ("." in line and number), commas or ("," in line and number)
        if points and commas:
            raise BadSamples(
                f"{path.name} has a comma in line {commas} and a point in line {points}: which is the decimal mark?",
                hint="Save it with one decimal mark and without marks for thousands.",
            )


def _fault(path: Path, layout: _Layout, otherwise: str) -> RecordingError:
    """Find the first line that is at fault. Slow, so only for saying where."""
    width = len(layout.names)
    for number, line in _rows(path, layout):
        cells = _cells(line, layout.delimiter)
        cells = cells[:width] if layout.ends_with_delimiter else cells
        if len(cells) != width:
            return BadSamples(f"{path.name}, line {number}: {len(cells)} cells where there should be {width}.")
        for name, cell in zip(layout.names, cells, strict=True):
            value = _number(cell, layout.delimiter)
            if value is None or not math.isfinite(value):
                what = f"{cell[:40]!r} is not a finite number" if cell else "the cell is empty"
                return BadSamples(f"{path.name}, line {number}, column {name!r}: {what}.")
    return UnknownFormat(f"{path.name} is not a CSV file of numbers: {otherwise}.")


def _rows(path: Path, layout: _Layout) -> Iterator[tuple[int, str]]:
    """Yield line number and text of each row, passing over what numpy passes over: empty lines and remarks."""
    with _open(path) as lines:
        for number, line in islice(enumerate(lines, 1), layout.skip, None):
            text = line.rstrip("\r\n").partition("#")[0]
            if text:
                yield number, text


def _open(path: Path) -> io.TextIOWrapper:
    return path.open(encoding="utf-8-sig")


def _cells(line: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([line], delimiter=delimiter), []) if '"' in line else line.split(delimiter)
    return [cell.strip() for cell in cells]


def _starts_with_number(line: str) -> bool:
    """Tell whether a line is a row rather than a header: its first cell that is not empty is a number."""
    delimiter = next((mark for mark in ";\t," if mark in line), ",")
    first = next((cell for cell in _cells(line, delimiter) if cell), "0")
    # A lone number with a decimal comma looks like two cells; either way it starts with a number.
    return _number(first, delimiter) is not None


def _number(cell: str, delimiter: str) -> float | None:
    """Return the number in a cell as numpy would read it: Python would take 1_000 and other scripts' digits too."""
    text = cell if delimiter == "," else cell.replace(",", ".")
    if "_" in text or not text.isascii():
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _is_time(name: str) -> bool:
    match = _TIME.fullmatch(split_unit(name)[0])
    return match is not None and (match["unit"] or "").casefold() in _SECONDS


def _seconds(path: Path, name: str) -> float:
    """Return the unit of a time column in seconds."""
    label, bracketed = split_unit(name)
    match = _TIME.fullmatch(label)
    unit = bracketed or (match and match["unit"]) or ""
    if unit.casefold() not in _SECONDS:
        raise BadRate(f"The time column of {path.name} is in {unit!r}; s, ms and us are known.")
    return _SECONDS[unit.casefold()]


def _rate(path: Path, layout: _Layout, table: Samples, times: list[int]) -> float:
    if not times:
        columns = ", ".join(map(repr, layout.names))
        raise BadRate(f"{path.name} has no time column, and no rate was given. Its columns: {columns}.")
    if len(table) < 2:
        raise TooShort(f"{path.name} has one row: its rate cannot be told.")
    name = layout.names[times[0]]
    time_s = table[:, times[0]] * _seconds(path, name)
    steps = np.diff(time_s)
    usual = float(np.median(steps[:STEPS_FOR_MEDIAN]))
    uneven = np.abs(steps - usual) > max(abs(usual) / 2, ROUNDING_S)
    if uneven.any():
        raise _gap(path, layout, name, time_s, int(np.argmax(uneven)) + 1)
    return _rate_of(path, name, time_s, steps)


def _rate_of(path: Path, name: str, time_s: Samples, steps: Samples) -> float:
    """Return the rate of even steps: from first and last time, since times rounded to a millisecond have no true step.

    A whole number of Hz is taken where rounding of those two times can account for the difference.
    """
    span = float(time_s[-1] - time_s[0])
    if span <= 0:
        raise BadRate(f"The time column {name!r} of {path.name} does not go forwards.")
    rate = len(steps) / span
    adrift = np.abs(time_s - (time_s[0] + np.arange(len(time_s)) / rate))
    if (worst := float(adrift.max())) > DRIFT_MAX_S:
        at_s = float(time_s[int(adrift.argmax())])
        raise BadRate(
            f"The time column {name!r} of {path.name} does not keep one rate: around {at_s:.6g} s it is {worst:.3g} s"
            " off, as if samples were missing.",
            hint="Cut the recording there, or, if only the times are wrong, give the rate with --rate HZ.",
        )
    rounding_s = 2 * float(np.abs(steps - span / len(steps)).max())
    whole = float(round(rate))
    return whole if whole and abs(rate - whole) <= rate * max(rounding_s / span, 1e-9) else rate


def _gap(path: Path, layout: _Layout, name: str, time_s: Samples, row: int) -> BadRate:
    number, _ = next(islice(_rows(path, layout), row, None))
    before, after = time_s[row - 1], time_s[row]
    how = "jumps" if after > before else "goes back"
    return BadRate(
        f"The time column {name!r} of {path.name} is uneven: it {how} from {before:.10g} s to {after:.10g} s"
        f" at line {number}.",
        hint="Cut the recording there, or, if only the times are wrong, give the rate with --rate HZ.",
    )


def _channels(layout: _Layout, table: Samples, times: set[int], rate_hz: float) -> tuple[Channel, ...]:
    labels = [split_unit(name)[0] for name in layout.names]
    channels = []
    for index, name in enumerate(layout.names):
        if index in times:
            continue
        # "EMG (left)" and "EMG (right)" stay as they are: what is in the brackets is what tells them apart.
        label = labels[index] if labels[index] and labels.count(labels[index]) == 1 else name
        # A copy, so that the time column is not kept alive and filters run over adjacent numbers.
        samples = np.ascontiguousarray(table[:, index])
        channels.append(Channel(label, rate_hz, samples, split_unit(name)[1]))
    return tuple(channels)
