"""CSV files: channels of the numbers that stand in the file, at one rate, or an error of ours."""

import math
import tempfile
from pathlib import Path

import numpy as np

from buzzband.errors import BuzzbandError
from buzzband.recordings.csv_file import read_csv

BYTES_MAX = 2048
DICTIONARY = (
    "time",
    "t [us]",
    "EMG",
    "1e308",
    "-inf",
    "nan",
    "0x1p3",
    "\ufeff",
    '"',
    ";",
    "\t",
    "#",
    "\r\n",
    "1_0",
    "1,5",
)

_FOLDER = tempfile.TemporaryDirectory(prefix="buzzband-fuzz-")


def one_input(data: bytes) -> None:
    """Read the input as a file, with and without a rate."""
    path = Path(_FOLDER.name, "input.csv")
    path.write_bytes(data)
    lengths = [length for rate_hz in (None, 1000.0) for length in _read(path, rate_hz)]
    assert len(set(lengths)) <= 1


def _read(path: Path, rate_hz: float | None) -> set[int]:
    """Return the lengths of the channels."""
    try:
        recording = read_csv(path, rate_hz)
    except BuzzbandError as error:
        assert str(error)
        return set()
    assert recording.channels
    for channel in recording.channels:
        assert math.isfinite(channel.rate_hz)
        assert channel.rate_hz > 0
        assert np.isfinite(channel.samples).all()
    return {len(channel.samples) for channel in recording.channels}
