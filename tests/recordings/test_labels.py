import numpy as np
import pytest

from buzzband.errors import BadRate, BadSamples, NoSuchChannel, UnknownFormat
from buzzband.recordings.labels import check_emg_rate, emg_channel, imu, split_unit
from buzzband.recordings.model import Channel, Recording
from recordings.builders import recording

ACC = ("AccX", "AccY", "AccZ")
GYR = ("GyrX", "GyrY", "GyrZ")


@pytest.mark.parametrize("label", ["EMG", "emg", "Emg biceps", "EMG1", "EMG_left"])
def test_emg_is_found_by_how_its_label_starts(label):
    assert emg_channel(recording("ECG", label))[0].label == label


def test_the_first_emg_channel_is_taken_and_the_others_are_named():
    channel, passed_over = emg_channel(recording("ECG", "EMG a", "AccX", "emg b", "EMG c"))
    assert (channel.label, passed_over) == ("EMG a", ("emg b", "EMG c"))


def test_a_named_channel_is_matched_in_upper_and_lower_case_and_passes_nothing_over():
    channel, passed_over = emg_channel(recording("EMG", "Triceps"), "tRICEPS")
    assert (channel.label, passed_over) == ("Triceps", ())


def test_a_name_must_match_the_whole_label_and_the_error_lists_every_channel():
    with pytest.raises(NoSuchChannel, match=r"'EM'.*'EMG 1', 'ECG'"):
        emg_channel(recording("EMG 1", "ECG"), "EM")


def test_the_only_channel_is_taken_for_emg_whatever_it_is_called():
    assert emg_channel(recording("voltage"))[0].label == "voltage"


def test_the_only_channel_is_not_taken_for_emg_when_it_is_an_imu_axis():
    with pytest.raises(NoSuchChannel, match="'AccZ'"):
        emg_channel(recording("AccZ"))


def test_several_channels_and_none_emg_is_an_error_that_lists_them():
    with pytest.raises(NoSuchChannel, match=r"'biceps', 'triceps'"):
        emg_channel(recording("biceps", "triceps"))


@pytest.mark.parametrize("rate_hz", [100.0, 1000.0, 30_000.0])
def test_emg_rates_from_100_hz_to_30_khz_pass(rate_hz):
    check_emg_rate(recording("EMG", rate_hz=rate_hz).channels[0])


@pytest.mark.parametrize("rate_hz", [1.0, 99.9, 30_001.0])
def test_emg_rates_outside_that_are_refused(rate_hz):
    with pytest.raises(BadRate, match="'EMG'"):
        check_emg_rate(recording("EMG", rate_hz=rate_hz).channels[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AccX [m/s^2]", ("AccX", "m/s^2")),
        ("gyr_x (rad/s)", ("gyr_x", "rad/s")),
        ("EMG(µV)", ("EMG", "µV")),
        (" EMG ", ("EMG", "")),
        ("EMG (left) [mV]", ("EMG (left)", "mV")),
        ("[mV]", ("", "mV")),
    ],
)
def test_a_unit_in_brackets_is_split_off(text, expected):
    assert split_unit(text) == expected


@pytest.mark.parametrize(
    "labels",
    [
        ACC,
        ("acc_x", "acc_y", "acc_z"),
        ("ACC1", "ACC2", "ACC3"),
        ("Accelerometer Z", "Accelerometer Y", "Accelerometer X"),
    ],
)
def test_accelerometer_axes_are_found_by_label_and_put_in_order(labels):
    values = {"x": 1, "y": 2, "z": 3, "1": 1, "2": 2, "3": 3}
    channels = [Channel(label, 50.0, np.full(4, float(values[label[-1].lower()]))) for label in labels]
    found = imu(Recording("test", tuple(channels)))
    assert found is not None
    assert found.gyroscope is None
    assert found.accelerometer.samples.tolist() == [[1, 2, 3]] * 4
    assert found.accelerometer.rate_hz == 50.0


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("", 1, 1),
        ("g", 1, 1),
        ("G", 1, 1),
        ("mg", 1000, 1),
        ("m/s²", 9.80665, 1),
        ("m/s^2", 9.80665, 1),
        ("m/s2", 0, 0),
        ("mG", 1000, 1),
        ("m·s⁻²", 9.80665, 1),
        ("M/S^2", 9.80665, 1),
    ],
)
def test_acceleration_comes_in_g(unit, value, expected):
    found = imu(recording(*ACC, unit=unit, value=value))
    assert found.accelerometer.samples == pytest.approx(np.full((4, 3), expected))


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("", 90, 90),
        ("deg/s", 90, 90),
        ("°/s", 90, 90),
        ("dps", 90, 90),
        ("rad/s", np.pi / 2, 90),
        ("Rad / s", np.pi, 180),
        ("mdps", 90_000, 90),
        ("DEG/S", 90, 90),
        ("degrees/sec", 90, 90),
        ("º/s", 90, 90),
        ("° s⁻¹", 90, 90),
        ("rad·s^-1", np.pi, 180),
    ],
)
def test_rotation_comes_in_degrees_per_second(unit, value, expected):
    found = imu(recording(*GYR, unit=unit, value=value))
    assert found.gyroscope.samples == pytest.approx(np.full((4, 3), expected))


def test_a_unit_left_in_the_label_counts():
    found = imu(recording("AccX (m/s2)", "AccY (m/s2)", "AccZ (m/s2)", value=9.80665))
    assert found.accelerometer.samples == pytest.approx(np.ones((4, 3)))


def test_an_unknown_unit_is_refused_with_the_known_ones():
    with pytest.raises(UnknownFormat, match="'AccX' is in 'LSB'") as caught:
        imu(recording(*ACC, unit="LSB"))
    assert "m/s²" in caught.value.hint


@pytest.mark.parametrize("labels", [("EMG",), ("EMG accX", "GPS"), ("Across", "gyrate")])
def test_a_recording_without_axes_has_no_imu(labels):
    assert imu(recording(*labels)) is None


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (("AccX", "AccZ"), "has AccX, AccZ, but no AccY"),
        (("EMG", "gyr_2", "gyr_1"), "has gyr_1, gyr_2, but no GyrZ"),
        ((*ACC, "Gyro Y"), "has Gyro Y, but no GyrX and no GyrZ"),
    ],
)
def test_an_axis_that_is_missing_is_named(labels, message):
    with pytest.raises(NoSuchChannel, match=message) as caught:
        imu(recording(*labels))
    assert "three axes" in caught.value.hint


def test_numbers_that_no_sensor_can_give_are_refused_by_channel():
    with pytest.raises(BadSamples, match="'GyrX'"):
        imu(recording(*GYR, unit="rad/s", value=1e308))


def test_axes_that_differ_in_rate_are_refused():
    axes = (*recording("AccX", "AccY", rate_hz=50).channels, *recording("AccZ", rate_hz=100).channels)
    with pytest.raises(BadRate, match="AccX, AccY, AccZ"):
        imu(Recording("test", axes))


def test_of_two_channels_with_the_same_name_the_first_is_taken_and_the_other_told():
    twins = recording("EMG", "EMG")
    channel, passed_over = emg_channel(twins, "emg")
    assert channel is twins.channels[0]
    assert passed_over == ("EMG",)
