"""The recorder's copies of constants are what they copy."""

import errno

import pytest

from buzzband_fw.core.motion import STEP_MS
from buzzband_fw.store import recorder, records, series


@pytest.mark.parametrize(
    ("copy", "original"),
    [
        (recorder.NO_SPACE, errno.ENOSPC),
        (recorder._HEADER_SIZE, records.HEADER_SIZE),
        (recorder._OVERHEAD, records.OVERHEAD),
        (recorder._RESTING, records.RESTING),
        (recorder._UNIT, records.ACTIVATION_UNIT),
        (1 << recorder._UNIT_SHIFT, records.ACTIVATION_UNIT),
        (recorder._LEVEL_MAX, series.LEVEL_MAX),
        (recorder._FLAGS_SHIFT, series.FLAGS_SHIFT),
        (recorder._COUNT, series._COUNT),
        (recorder._LAST, series._LAST),
        (recorder._NO_PART, series.NO_PART),
        (recorder._VALUE_MS, STEP_MS),
    ],
)
def test_a_copy_is_what_it_copies(copy: int, original: int) -> None:
    assert copy == original


def test_a_series_of_activation_or_degrees_fits_a_piece() -> None:
    assert recorder._VALUES_SIZE + recorder._OVERHEAD <= recorder._PIECE_MAX
    assert recorder._DEGREES_SIZE + recorder._OVERHEAD <= recorder._PIECE_MAX
