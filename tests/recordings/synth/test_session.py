import itertools
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt

from buzzband.recordings import synth

TEMPOS = st.builds(
    synth.Tempo,
    concentric_s=st.floats(0.3, 4),
    hold_s=st.floats(0, 2),
    eccentric_s=st.floats(0.3, 4),
    pause_s=st.floats(0, 2),
)
SETS = st.builds(
    synth.Set,
    reps=st.integers(1, 12),
    peaks=st.lists(st.floats(0, 1), min_size=1, max_size=4).map(tuple),
    tempo=st.none() | TEMPOS,
    tempo_jitter=st.floats(0, 0.2),
    peak_jitter=st.floats(0, 0.2),
    exercise=st.sampled_from([one for one in synth.EXERCISES if one.worn.name == "upper arm"]),
    ranges=st.lists(st.floats(0.2, 1), min_size=1, max_size=3).map(tuple),
    range_jitter=st.floats(0, 0.2),
    exceptions=st.dictionaries(st.integers(0, 12), TEMPOS, max_size=2),
    fatigue=st.floats(0, 0.2),
)
SESSIONS = st.builds(
    synth.Session,
    sets=st.lists(SETS, max_size=4).map(tuple),
    rest_s=st.floats(0, 20),
    lead_in_s=st.floats(0.1, 5),
    lead_out_s=st.floats(0.1, 10),
    squeezes=st.none() | st.builds(synth.Squeezes, count=st.integers(0, 4), level=st.floats(0.1, 1)),
    life=st.sampled_from([(), synth.GYM]),
)
CURLS = synth.Session((synth.Set(reps=4, peaks=(0.8, 0.5), load="8 kg"), synth.Set(reps=3)), squeezes=synth.Squeezes())


def planned(session, seed=0):
    return synth.plan(session, np.random.default_rng(seed))


def channel(recording, label):
    return next(one for one in recording.channels if one.label == label)


def test_the_same_seed_builds_the_same_session():
    one, same = synth.build(CURLS, 5), synth.build(CURLS, 5)
    assert one.truth.reps == same.truth.reps
    for first, second in zip(one.recording.channels, same.recording.channels, strict=True):
        assert np.array_equal(first.samples, second.samples)


def test_another_seed_builds_another_session():
    one, other = synth.build(CURLS, 5), synth.build(CURLS, 6)
    assert one.truth.reps != other.truth.reps
    for first, second in zip(one.recording.channels, other.recording.channels, strict=True):
        assert not np.array_equal(first.samples, second.samples)


def test_spoiling_changes_neither_the_truth_nor_what_lies_beneath():
    hum = partial(synth.hum, amplitude=0.5)
    clean = synth.build(CURLS, 5, spoil=(), artefact=0)
    spoiled = synth.build(CURLS, 5, spoil=(hum,), artefact=0)
    added = channel(spoiled.recording, "EMG").samples - channel(clean.recording, "EMG").samples
    assert spoiled.truth.reps == clean.truth.reps
    assert np.sqrt(np.mean(added**2)) == pytest.approx(
        0.5 * synth.FULL_EFFORT_MV * np.sqrt(1 + 0.05**2 + 0.3**2), rel=0.01
    )
    assert np.array_equal(channel(spoiled.recording, "GyrZ").samples, channel(clean.recording, "GyrZ").samples)


def test_the_recording_has_emg_and_six_axes_with_units_and_rates():
    recording = synth.build(CURLS, 1, rate_hz=1200).recording
    found = [(one.label, one.unit, one.rate_hz) for one in recording.channels]
    assert found == [
        ("EMG", "mV", 1200),
        *((f"Acc{axis}", "g", 100) for axis in "XYZ"),
        *((f"Gyr{axis}", "deg/s", 100) for axis in "XYZ"),
    ]
    durations = [one.duration_s for one in recording.channels]
    assert durations == pytest.approx([recording.duration_s] * 7, abs=0.011)


@pytest.mark.parametrize("seed", range(3))
def test_the_smoothed_rectified_emg_follows_the_true_activation(seed):
    made = synth.build(CURLS, seed)
    signal = channel(made.recording, "EMG").samples
    bands = butter(2, 20, "highpass", fs=1000, output="sos"), butter(2, 2, fs=1000, output="sos")
    smooth = sosfiltfilt(bands[1], np.abs(sosfiltfilt(bands[0], signal)))
    assert np.corrcoef(smooth, made.truth.activation.at(np.arange(len(signal)) / 1000))[0, 1] >= 0.9


def test_the_gyroscope_of_a_strict_lifter_turns_with_the_true_angle():
    made = synth.build(replace(CURLS, form=synth.STRICT), 1)
    speed = np.gradient(made.truth.angle.samples) * made.truth.angle.rate_hz
    assert np.corrcoef(speed, channel(made.recording, "GyrZ").samples)[0, 1] > 0.95


def test_activation_is_at_its_peak_while_lifting_less_while_lowering_and_at_rest_between():
    truth = planned(CURLS)
    for rep in truth.reps:
        lowering = rep.end_s - rep.eccentric_s / 2
        found = truth.activation.at([rep.start_s - 0.1, rep.peak_s, lowering, rep.end_s + 0.02])
        assert found == pytest.approx([synth.REST, rep.peak, 0.6 * rep.peak, synth.REST], abs=0.005)


def test_a_rep_is_made_of_its_phases():
    for rep in planned(CURLS).reps:
        assert rep.peak_s == pytest.approx(rep.start_s + rep.concentric_s)
        assert rep.end_s == pytest.approx(rep.peak_s + rep.hold_s + rep.eccentric_s)


def test_what_lowers_first_is_at_its_peak_while_lifting_in_the_second_phase():
    truth = planned(synth.Session((synth.Set(reps=3, exercise=synth.SQUAT),)))
    for rep in truth.reps:
        lowering, lifting = rep.start_s + rep.eccentric_s / 2, rep.peak_s + rep.hold_s + 0.2 * rep.concentric_s
        found = truth.activation.at([rep.start_s - 0.1, lowering, rep.peak_s, lifting, rep.end_s + 0.02])
        assert found == pytest.approx([synth.REST, 0.6 * rep.peak, rep.peak, rep.peak, synth.REST], abs=0.005)


def test_without_jitter_every_rep_has_the_tempo_and_the_peaks_follow_the_trend():
    session = synth.Session((synth.Set(reps=3, peaks=(0.4, 0.8), tempo_jitter=0, peak_jitter=0),))
    reps = planned(session).reps
    assert {rep.tempo for rep in reps} == {synth.Tempo()}
    assert [rep.peak for rep in reps] == pytest.approx([0.4, 0.6, 0.8])


def test_reps_vary_by_about_8_per_cent_in_tempo():
    reps = planned(synth.Session((synth.Set(reps=200),))).reps
    lifting = np.array([rep.concentric_s for rep in reps])
    assert lifting.std() / lifting.mean() == pytest.approx(0.08, rel=0.2)


def test_peaks_may_be_given_for_each_rep():
    session = synth.Session((synth.Set(reps=4, peaks=(0.4, 0.9, 0.3, 0.6), peak_jitter=0),))
    assert [rep.peak for rep in planned(session).reps] == pytest.approx([0.4, 0.9, 0.3, 0.6])


def test_squeezes_reach_their_level_after_the_lead_in():
    truth = planned(CURLS)
    assert truth.squeezes == ((3.0, 4.5), (6.0, 7.5), (9.0, 10.5))
    assert truth.activation.at([2.9, 3.75, 5.25, 6.75, 9.75]) == pytest.approx([synth.REST, 1, synth.REST, 1, 1])


def test_the_times_of_a_session_add_up():
    truth = planned(CURLS)
    worked = 3 * 1.5 + 2 * 1.5 + sum(one.end_s - one.start_s for one in truth.sets)
    assert truth.activation.duration_s == pytest.approx(
        CURLS.lead_in_s + worked + 2 * CURLS.rest_s + CURLS.lead_out_s, abs=0.01
    )


def test_annotations_mark_squeezes_and_sets_with_their_load():
    texts = [note.text for note in synth.build(CURLS, 1).recording.annotations]
    assert texts == ["squeeze"] * 3 + ["set 1: 8 kg", "set 2"]


@settings(deadline=None, max_examples=60)
@given(SESSIONS, st.integers(0, 2**32))
def test_in_any_session_reps_come_in_order_inside_their_sets(session, seed):
    truth = planned(session, seed)
    assert [len(one.reps) for one in truth.sets] == [one.reps for one in session.sets]
    assert all(rep.end_s <= following.start_s + 1e-9 for rep, following in itertools.pairwise(truth.reps))
    for index, one in enumerate(truth.sets):
        assert {rep.set_index for rep in one.reps} == {index}
        assert one.start_s >= session.lead_in_s
        assert all(one.start_s <= rep.start_s < rep.peak_s < rep.end_s <= one.end_s for rep in one.reps)
    assert all(
        following.start_s - one.end_s >= session.rest_s - 1e-9 for one, following in itertools.pairwise(truth.sets)
    )


@settings(deadline=None, max_examples=15)
@given(SESSIONS, st.integers(0, 2**32))
def test_any_session_builds_into_finite_signals_of_one_length(session, seed):
    made = synth.build(session, seed)
    for one in made.recording.channels:
        assert np.isfinite(one.samples).all()
        assert one.duration_s == pytest.approx(made.truth.activation.duration_s, abs=0.011)


@pytest.mark.parametrize("options", [{"rise_s": 1.0}, {"rise_s": 0.0}, {"off_s": -1}, {"count": -1}])
def test_squeezes_that_cannot_be_done_are_refused(options):
    with pytest.raises(ValueError, match="squeeze"):
        synth.Squeezes(**options)


def test_the_demo_has_three_squeezes_and_three_sets_in_two_to_three_minutes():
    truth = planned(synth.demo_session())
    assert len(truth.squeezes) == 3
    assert [len(one.reps) for one in truth.sets] == [8, 10, 9]
    assert 120 <= truth.activation.duration_s <= 180


@pytest.mark.parametrize("seed", range(5))
def test_the_demo_has_reps_on_both_sides_of_a_60_per_cent_target(seed):
    peaks = np.array([rep.peak for rep in planned(synth.demo_session(), seed).reps])
    assert (peaks > 0.65).sum() >= 8
    assert (peaks < 0.55).sum() >= 3


def test_the_band_stays_on_one_segment_in_a_session():
    with pytest.raises(ValueError, match="one segment"):
        synth.Session((synth.Set(), synth.Set(exercise=synth.SQUAT)))


def test_the_placement_of_a_session_overrules_that_of_its_exercises():
    session = synth.Session((synth.Set(reps=2),), placement=synth.FOREARM, form=synth.STRICT)
    truth = planned(session)
    assert truth.motion.turn_deg[:, 2] == pytest.approx(truth.angle.samples)


def test_sway_and_drift_move_a_limb_that_only_hangs():
    def wander(form):
        return planned(synth.Session((), lead_out_s=600, form=form)).motion.turn_deg.std(axis=0)

    assert wander(synth.STRICT) == pytest.approx(0)
    assert wander(synth.Form(0, 0.4, 0)) == pytest.approx(0.4, rel=0.2)
    assert wander(synth.Form(0, 0, 2)) == pytest.approx(2, rel=0.4)


def test_the_sensor_is_mounted_as_the_session_says():
    session = synth.Session((), form=synth.STRICT, mounting=synth.Mounting(tilt_deg=(0, 10)))
    recording = synth.build(session, 1, errors=synth.PERFECT).recording
    assert channel(recording, "AccY").samples == pytest.approx(np.sin(np.radians(10)))


def test_the_sensor_sits_as_far_from_the_joint_as_its_placement_says():
    def pull(lever_m):
        session = synth.Session((synth.Set(),), placement=synth.Placement("far", 1.0, lever_m), form=synth.STRICT)
        axes = [one.samples for one in synth.build(session, 1, errors=synth.PERFECT).recording.channels[1:4]]
        return np.abs(np.linalg.norm(axes, axis=0) - 1).max()

    assert pull(0) < 1e-9
    assert pull(0.3) > 1.5 * pull(0.15) > 0.02
