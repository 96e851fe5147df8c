import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import cumulative_trapezoid
from scipy.signal import periodogram

from buzzband.recordings import synth

LABELS = ["AccX", "AccY", "AccZ", "GyrX", "GyrY", "GyrZ"]
RATE = 100
AXES = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0), "slanted": (0.0, -0.6, 0.8)}
ANGLES = st.tuples(*[st.floats(-180, 180)] * 3)


def generator(seed=0):
    return np.random.default_rng(seed)


def swinging(range_deg=90.0, axis=AXES["z"], seconds=8.0):
    """A segment that swings about an axis, once in four seconds, from where it hangs."""
    times = np.arange(round(seconds * RATE)) / RATE
    angle = range_deg * (1 - np.cos(2 * np.pi * times / 4)) / 2
    return angle, synth.Motion(angle[:, np.newaxis] * np.array(axis), np.zeros((len(angle), 3)))


def held(turn_deg, n=50):
    return synth.Motion(np.tile(np.array(turn_deg, float), (n, 1)), np.zeros((n, 3)))


def felt(motion, **options):
    """The six axes, shape (6, n), of a perfect sensor unless told otherwise."""
    channels = synth.imu(motion, generator(), **{"errors": synth.PERFECT, **options})
    return np.array([channel.samples for channel in channels])


def still(n):
    return held((0, 0, 0), n)


@pytest.mark.parametrize("axis", AXES.values(), ids=AXES)
def test_the_gyroscope_integrates_to_the_angle_about_any_axis(axis):
    angle, motion = swinging(axis=axis)
    turned = cumulative_trapezoid(felt(motion)[3:], dx=1 / RATE, initial=0)
    assert turned == pytest.approx(np.outer(axis, angle), abs=0.3)


@settings(deadline=None, max_examples=50)
@given(ANGLES)
def test_a_limb_at_rest_feels_1_g_upwards_wherever_it_points(turn_deg):
    found = felt(held(turn_deg))
    up = synth.rotations(np.array([turn_deg]))[0].T @ [-1.0, 0.0, 0.0]
    assert found[:3] == pytest.approx(np.tile(up[:, np.newaxis], 50), abs=1e-9)
    assert np.abs(found[3:]).max() < 1e-9


def test_flexed_by_90_degrees_the_limb_feels_gravity_along_y():
    assert felt(held((0, 0, 90)))[:3, 0] == pytest.approx([0, 1, 0], abs=1e-9)


def test_the_right_arm_raised_sideways_feels_gravity_along_z():
    assert felt(held(90 * np.array(synth.RAISE.axis)))[:3, 0] == pytest.approx([0, 0, 1], abs=1e-9)


def test_a_sensor_in_free_fall_feels_nothing():
    fallen = synth.GRAVITY / 2 * (np.arange(100) / RATE) ** 2
    motion = synth.Motion(np.zeros((100, 3)), np.column_stack([fallen, np.zeros((100, 2))]))
    assert np.abs(felt(motion)[:3, 3:-3]).max() < 1e-9


def test_a_limb_that_whirls_feels_the_pull_of_its_lever():
    speed_dps = 180.0
    turn = speed_dps * np.arange(200) / RATE
    motion = synth.Motion(np.outer(turn, [1.0, 0.0, 0.0])[:, ::-1].copy(), np.zeros((200, 3)))
    found = felt(motion, lever_m=0.3)[:, 5:-5]
    gravity = np.array([-np.cos(np.radians(turn)), np.sin(np.radians(turn)), 0 * turn])[:, 5:-5]
    pull = -0.3 * np.radians(speed_dps) ** 2 / synth.GRAVITY
    assert found[0] - gravity[0] == pytest.approx(pull, rel=0.01)
    assert found[1] - gravity[1] == pytest.approx(0, abs=0.01)


def test_without_a_lever_turning_only_turns_gravity():
    assert np.linalg.norm(felt(swinging()[1], lever_m=0)[:3], axis=0) == pytest.approx(1)


@settings(deadline=None, max_examples=30)
@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-90, 90))
def test_a_crooked_sensor_feels_the_same_in_other_directions(around, y, z):
    straight = felt(swinging()[1])
    crooked = felt(swinging()[1], mounting=synth.Mounting(around, (y, z)))
    for sensor in (slice(0, 3), slice(3, 6)):
        assert np.linalg.norm(crooked[sensor], axis=0) == pytest.approx(np.linalg.norm(straight[sensor], axis=0))
    dots = [np.sum(one[:3] * one[3:], axis=0) for one in (straight, crooked)]
    assert dots[1] == pytest.approx(dots[0], abs=1e-6)


def test_a_band_turned_a_quarter_around_the_limb_has_y_where_z_was():
    straight, turned = (felt(swinging()[1], mounting=synth.Mounting(around)) for around in (0, 90))
    assert turned[[0, 1, 3, 4]] == pytest.approx(straight[[0, 2, 3, 5]])


def test_a_band_tilted_by_10_degrees_feels_gravity_10_degrees_off():
    found = felt(still(10), mounting=synth.Mounting(tilt_deg=(0, 10)))
    assert np.degrees(np.arctan2(found[1, 0], -found[0, 0])) == pytest.approx(10)


def test_a_band_put_on_by_hand_is_off_by_about_20_degrees_around_and_5_in_tilt():
    rng = generator()
    mountings = [synth.mounted_by_hand(rng) for _ in range(500)]
    assert np.std([one.around_deg for one in mountings]) == pytest.approx(20, rel=0.1)
    assert np.std([one.tilt_deg for one in mountings], axis=0) == pytest.approx([5, 5], rel=0.1)


def test_a_typical_sensor_at_rest_is_within_5_per_cent_of_1_g():
    found = felt(still(1000), errors=synth.TYPICAL)
    assert np.linalg.norm(found[:3], axis=0) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("axis", range(3))
def test_tremor_lies_between_8_and_12_hz_about_each_axis(axis):
    frequency, power = periodogram(felt(still(6000), errors=synth.Imu(0, 0, 0, 0, tremor_deg=0.05))[3 + axis], 100)
    assert power[(frequency > 7.9) & (frequency < 12.1)].sum() / power.sum() > 0.99


def test_bias_is_constant_and_noise_is_not():
    biased = felt(still(500), errors=synth.Imu(0, 0, 0.02, 1.0, 0))
    assert np.ptp(biased, axis=1) == pytest.approx(0, abs=1e-9)
    assert len({*biased[:, 0].tolist()}) == 6
    noisy = felt(still(5000), errors=synth.Imu(0.003, 0.05, 0, 0, 0))
    assert noisy.std(axis=1) == pytest.approx([0.003] * 3 + [0.05] * 3, rel=0.1)


def test_channels_are_labelled_with_axis_unit_and_rate():
    channels = synth.imu(still(100), generator())
    assert [channel.label for channel in channels] == LABELS
    assert [channel.unit for channel in channels] == ["g"] * 3 + ["deg/s"] * 3
    assert {channel.rate_hz for channel in channels} == {100.0}
