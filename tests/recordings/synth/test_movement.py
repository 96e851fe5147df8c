import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import cumulative_trapezoid
from scipy.signal import periodogram

from buzzband.recordings import synth

TEMPO = synth.Tempo(concentric_s=1.0, hold_s=0.5, eccentric_s=2.0, pause_s=0.5)
LABELS = ["AccX", "AccY", "AccZ", "GyrX", "GyrY", "GyrZ"]


def generator(seed=0):
    return np.random.default_rng(seed)


def curls(count=3, **options):
    reps = [(1.0 + 4.0 * index, TEMPO) for index in range(count)]
    return synth.joint_angle(reps, 2.0 + 4.0 * count, **options)


def axes(angle, **options):
    return {channel.label: channel.samples for channel in synth.imu(angle, generator(), **options)}


def test_the_angle_is_0_at_rest_and_full_at_the_top():
    angle = curls(1, range_deg=120)
    assert angle[[0, 50, 100, 450, 599]] == pytest.approx(0, abs=1e-9)
    assert angle[200:251] == pytest.approx(120)
    assert angle.max() <= 120


def test_the_angle_is_half_way_in_the_middle_of_each_phase():
    angle = curls(1, range_deg=120)
    assert angle[[150, 350]] == pytest.approx([60, 60])


def test_the_angle_rises_while_lifting_and_falls_while_lowering():
    angle = curls(1)
    assert (np.diff(angle[100:201]) > 0).all()
    assert (np.diff(angle[251:450]) < 0).all()


@settings(deadline=None, max_examples=40)
@given(st.floats(0.3, 5), st.floats(0, 3), st.floats(0.3, 5), st.floats(5, 150), st.floats(0, 2))
def test_any_tempo_gives_a_smooth_angle_within_its_range(concentric, held, eccentric, range_deg, start_s):
    tempo = synth.Tempo(concentric, held, eccentric)
    angle = synth.joint_angle([(start_s, tempo)], start_s + tempo.moving_s + 1, range_deg=range_deg)
    steepest = (
        range_deg * 1.875 / min(concentric, eccentric) / 100
    )  # a minimum-jerk movement peaks at 15/8 of its mean speed
    assert angle.min() >= -1e-9
    assert angle.max() <= range_deg + 1e-9
    assert np.abs(np.diff(angle)).max() <= steepest * 1.001


@pytest.mark.parametrize("phases", [(0, 0, 1), (1, 0, 0), (1, -0.1, 1)])
def test_a_tempo_that_no_limb_can_do_is_refused(phases):
    with pytest.raises(ValueError, match="repetition"):
        synth.Tempo(*phases)


@pytest.mark.parametrize("placement", [synth.UPPER_ARM, synth.FOREARM])
def test_the_gyroscope_integrates_to_the_angle_of_the_segment(placement):
    angle = curls()
    turned = cumulative_trapezoid(axes(angle, placement=placement, errors=synth.PERFECT)["GyrZ"], dx=0.01, initial=0)
    assert turned == pytest.approx(placement.share * angle, abs=0.01 * placement.share * 120)


def test_the_upper_arm_turns_by_6_degrees_and_the_forearm_with_the_elbow():
    tilts = {}
    for placement in (synth.UPPER_ARM, synth.FOREARM):
        found = axes(curls(), placement=placement, errors=synth.PERFECT)
        tilts[placement.name] = np.degrees(np.arctan2(found["AccY"], -found["AccX"]))[225]
    assert tilts == pytest.approx({"upper arm": 6, "forearm": 120}, abs=0.1)


def test_a_limb_at_rest_feels_1_g_along_itself():
    found = axes(np.zeros(200), errors=synth.PERFECT)
    assert found["AccX"] == pytest.approx(-1)
    assert not any(found[label].any() for label in LABELS if label != "AccX")


def test_a_typical_sensor_at_rest_is_within_5_per_cent_of_1_g():
    found = axes(np.zeros(1000))
    size = np.sqrt(sum(found[label] ** 2 for label in LABELS[:3]))
    assert size == pytest.approx(1, abs=0.05)


def test_a_moving_limb_feels_more_than_gravity_the_further_out_it_is():
    def excess(lever_m):
        found = axes(curls(), placement=synth.Placement("far", 1.0, lever_m), errors=synth.PERFECT)
        return np.abs(np.hypot(found["AccX"], found["AccY"]) - 1).max()

    assert excess(0) < 1e-9
    assert excess(0.3) > 1.5 * excess(0.15) > 0.02


def test_tremor_lies_between_8_and_12_hz():
    quiet = synth.Imu(0, 0, 0, 0, tremor_deg=0.05)
    frequency, power = periodogram(axes(np.zeros(6000), errors=quiet)["GyrZ"], 100)
    assert power[(frequency > 7.9) & (frequency < 12.1)].sum() / power.sum() > 0.99


def test_bias_is_constant_and_noise_is_not():
    biased = axes(np.zeros(500), errors=synth.Imu(0, 0, 0.02, 1.0, 0))
    assert all(np.ptp(samples) < 1e-9 for samples in biased.values())
    noisy = axes(np.zeros(5000), errors=synth.Imu(0.003, 0.05, 0, 0, 0))
    assert noisy["AccZ"].std() == pytest.approx(0.003, rel=0.1)
    assert noisy["GyrX"].std() == pytest.approx(0.05, rel=0.1)


def test_channels_are_labelled_with_axis_unit_and_rate():
    channels = synth.imu(curls(), generator())
    assert [channel.label for channel in channels] == LABELS
    assert [channel.unit for channel in channels] == ["g"] * 3 + ["deg/s"] * 3
    assert {channel.rate_hz for channel in channels} == {100.0}
