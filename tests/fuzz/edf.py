"""EDF and BDF files: channels of finite numbers at rates that can be, or an error of ours."""

import math
import tempfile
from pathlib import Path

import numpy as np

from buzzband.errors import BuzzbandError
from buzzband.recordings.edf_file import read_edf

BYTES_MAX = 8192

_FOLDER = tempfile.TemporaryDirectory(prefix="buzzband-fuzz-")


def one_input(data: bytes) -> None:
    """Read the input as a file."""
    path = Path(_FOLDER.name, "input.edf")
    path.write_bytes(data)
    try:
        recording = read_edf(path)
    except BuzzbandError as error:
        assert str(error)
        return
    for channel in recording.channels:
        assert math.isfinite(channel.rate_hz)
        assert channel.rate_hz > 0
        assert np.isfinite(channel.samples).all()
    for annotation in recording.annotations:
        assert annotation.text.strip()
