"""A recording as the frames of the band's IMU."""

import numpy as np
import pytest

from buzzband.errors import NoSuchChannel, UnknownFormat
from buzzband.recordings import synth
from buzzband.recordings.frames import frames_of
from buzzband.recordings.model import Channel, Recording
from recordings.builders import recording

ACC = ("AccX", "AccY", "AccZ")
GYR = ("GyrX", "GyrY", "GyrZ")
PHASES = np.arange(3)


def waves(rate_hz: float, seconds: float = 10.0) -> np.ndarray:
    """Three axes that swing at 1.3 Hz about 0, 1 and 2, shape (n, 3)."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    axes: np.ndarray = PHASES + 0.5 * np.sin(2 * np.pi * 1.3 * times[:, np.newaxis] + PHASES)
    return axes


def swung(rate_hz: float, labels: tuple[str, ...] = ACC, unit: str = "g", seconds: float = 10.0) -> Recording:
    axes = zip(labels, waves(rate_hz, seconds).T, strict=True)
    return Recording("test", tuple(Channel(label, rate_hz, samples, unit) for label, samples in axes))


def joined(*recordings: Recording) -> Recording:
    return Recording("test", tuple(channel for one in recordings for channel in one.channels))


def test_frames_are_4096_to_1_g_and_328_to_10_degrees_per_second() -> None:
    found, absent = frames_of(
        joined(recording(*ACC, rate_hz=100, value=-0.5), recording(*GYR, rate_hz=100, value=100.0))
    )
    assert found is not None
    assert found.dtype == np.int16
    assert found.tolist() == [[-2048] * 3 + [3280] * 3] * 4
    assert absent == ()


def test_units_are_told_apart() -> None:
    acceleration = recording(*ACC, rate_hz=100, unit="m/s²", value=9.80665)
    rotation = recording(*GYR, rate_hz=100, unit="rad/s", value=np.pi)
    found, _ = frames_of(joined(acceleration, rotation))
    assert found is not None
    assert found[0].tolist() == [4096] * 3 + [5904] * 3


def test_a_frame_has_its_columns_in_order_whatever_the_order_of_the_channels() -> None:
    axes = {"gyr_z": 6, "ACC1": 1, "acc 3": 3, "Gyro X": 4, "EMG": 0, "accelerometer.y": 2, "GYR2": 5}
    channels = tuple(Channel(label, 100.0, np.full(4, 1.0 * value)) for label, value in axes.items())
    found, _ = frames_of(Recording("test", channels))
    assert found is not None
    assert found[0].tolist() == [4096, 8192, 12288, 131, 164, 197]


@pytest.mark.parametrize(
    ("labels", "columns", "missing"),
    [(ACC, slice(3, 6), ("gyroscope",)), (GYR, slice(0, 3), ("accelerometer",))],
    ids=["accelerometer only", "gyroscope only"],
)
def test_a_sensor_that_was_not_recorded_reads_0_and_is_named(
    labels: tuple[str, ...], columns: slice, missing: tuple[str, ...]
) -> None:
    found, absent = frames_of(recording(*labels, rate_hz=100))
    assert found is not None
    assert not found[:, columns].any()
    assert found.any()
    assert absent == missing


def test_a_recording_without_movement_has_no_frames() -> None:
    assert frames_of(recording("EMG")) == (None, ("accelerometer", "gyroscope"))


def test_an_incomplete_sensor_is_refused_even_beside_a_complete_one() -> None:
    with pytest.raises(NoSuchChannel, match="no GyrZ"):
        frames_of(recording(*ACC, "GyrX", "GyrY", rate_hz=100))


def test_a_unit_that_is_not_known_is_refused() -> None:
    with pytest.raises(UnknownFormat, match="'AccX' is in 'V'"):
        frames_of(recording(*ACC, unit="V"))


@pytest.mark.parametrize("rate_hz", [50, 104, 148.148, 1000, 2000])
def test_any_rate_becomes_100_hz_with_the_same_movement_at_the_same_time(rate_hz: float) -> None:
    found, _ = frames_of(swung(rate_hz))
    assert found is not None
    assert found[10:-10, :3] / 4096 == pytest.approx(waves(100)[: len(found)][10:-10], abs=0.005)
    assert len(found) == pytest.approx(1000, abs=1)


@pytest.mark.parametrize("rate_hz", [50, 148.148, 1000])
@pytest.mark.parametrize("level", [1.0, -7.5])
def test_a_steady_pull_is_steady_up_to_both_ends(rate_hz: float, level: float) -> None:
    found, _ = frames_of(
        Recording("test", tuple(Channel(label, rate_hz, np.full(round(3 * rate_hz), level)) for label in ACC))
    )
    assert found is not None
    assert np.abs(found[:, :3] - 4096 * level).max() <= 1


def test_sensors_of_different_rates_and_lengths_end_with_the_shorter_one() -> None:
    found, absent = frames_of(joined(swung(200), swung(50, GYR, "deg/s", seconds=8.0)))
    assert found is not None
    assert found.shape == (800, 6)
    assert absent == ()


@pytest.mark.parametrize("value", [1e4, 1e90])
@pytest.mark.parametrize("rate_hz", [100, 250])
def test_what_is_beyond_full_scale_stays_there(rate_hz: float, value: float) -> None:
    found, _ = frames_of(
        joined(recording(*ACC, rate_hz=rate_hz, value=value), recording(*GYR, rate_hz=rate_hz, value=-value))
    )
    assert found is not None
    assert found.tolist() == [[32767] * 3 + [-32767] * 3] * len(found)


def test_one_sample_is_one_frame() -> None:
    found, _ = frames_of(Recording("test", tuple(Channel(label, 100.0, np.ones(1)) for label in ACC)))
    assert found is not None
    assert found.tolist() == [[4096] * 3 + [0] * 3]


def test_a_synthetic_session_has_a_frame_every_10_ms() -> None:
    made = synth.build(synth.Session((synth.Set(reps=2),), placement=synth.FOREARM), 1)
    found, absent = frames_of(made.recording)
    assert found is not None
    assert len(found) == len(made.truth.angle.samples)
    assert found[100, :3].tolist() == pytest.approx([-4096, 0, 0], abs=300)
    assert absent == ()
