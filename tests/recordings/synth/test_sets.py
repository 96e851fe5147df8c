import itertools

import numpy as np
import pytest

from buzzband.recordings import synth

RATE = 100


def planned(one, seed=0, **options):
    return synth.plan(synth.Session((one,), **{"form": synth.STRICT, **options}), np.random.default_rng(seed))


def reps_of(**options):
    return planned(synth.Set(**{"tempo_jitter": 0, "peak_jitter": 0, **options})).reps


def level_at(truth, *times_s):
    return truth.activation.at(times_s)


def test_a_set_has_the_tempo_of_its_exercise_unless_given():
    fast = synth.Tempo(0.2, 0, 0.2, 0)
    assert {rep.tempo for rep in reps_of(exercise=synth.SQUAT)} == {synth.SQUAT.tempo}
    assert {rep.tempo for rep in reps_of(exercise=synth.SQUAT, tempo=fast)} == {fast}


@pytest.mark.parametrize("cycle_s", [0.4, 12.0])
def test_cadences_from_04_to_12_s_follow_each_other_at_that_distance(cycle_s):
    tempo = synth.Tempo(0.4 * cycle_s, 0.1 * cycle_s, 0.4 * cycle_s, 0.1 * cycle_s)
    starts = [rep.start_s for rep in reps_of(reps=5, tempo=tempo)]
    assert np.diff(starts) == pytest.approx(cycle_s)


@pytest.mark.parametrize(
    "exception",
    [synth.Tempo(6, 0.3, 1.7), synth.Tempo(hold_s=30), synth.Tempo(pause_s=4)],
    ids=["grind", "hold", "pause"],
)
def test_an_exception_is_the_tempo_of_one_rep_as_it_is(exception):
    reps = planned(synth.Set(reps=5, exceptions={2: exception})).reps
    assert [index for index, rep in enumerate(reps) if rep.tempo == exception] == [2]
    assert reps[3].start_s - reps[2].start_s == pytest.approx(exception.cycle_s)


def test_a_held_rep_keeps_angle_and_activation():
    truth = planned(synth.Set(reps=3, peak_jitter=0, exceptions={1: synth.Tempo(hold_s=30)}))
    held = truth.reps[1]
    during = slice(round((held.peak_s + 0.1) * RATE), round((held.peak_s + 29.9) * RATE))
    assert truth.angle.samples[during] == pytest.approx(120)
    assert truth.activation.level[during] == pytest.approx(0.7)


def test_the_last_reps_of_a_set_may_be_partial():
    ranges = [rep.range_deg for rep in reps_of(reps=6, ranges=synth.partials(6, last=2, share=0.4))]
    assert ranges == pytest.approx([120] * 4 + [48] * 2)


def test_ranges_vary_as_much_as_said_and_leave_tempo_and_peak_alone():
    even, varied = (planned(synth.Set(reps=200, range_jitter=jitter)).reps for jitter in (0, 0.1))
    ranges = np.array([rep.range_deg for rep in varied])
    assert ranges.std() / ranges.mean() == pytest.approx(0.1, rel=0.2)
    assert [(rep.tempo, rep.peak) for rep in varied] == [(rep.tempo, rep.peak) for rep in even]


def test_fatigue_lifts_the_floor_of_the_activation_through_the_set_and_fades_after():
    truth = planned(synth.Set(reps=10, fatigue=0.1), lead_out_s=60)
    first, last = truth.reps[0], truth.reps[-1]
    floor = level_at(truth, first.end_s + 0.2, last.start_s - 0.2, last.end_s + 0.1, last.end_s + 59)
    assert floor[0] == pytest.approx(synth.REST, abs=0.005)
    assert floor[1:3] == pytest.approx(0.1, abs=0.012)
    assert floor[3] == pytest.approx(synth.REST)


def test_fatigue_leaves_the_peaks_as_they_are():
    truth = planned(synth.Set(reps=10, fatigue=0.1))
    assert level_at(truth, *[rep.peak_s for rep in truth.reps]) == pytest.approx([rep.peak for rep in truth.reps])


def test_a_strict_curl_turns_the_upper_arm_by_a_few_degrees_never_the_same():
    truth = planned(synth.Set(reps=30), form=synth.Form(stray_deg=1, sway_deg=0, drift_deg=0))
    tops = truth.motion.turn_deg[[round((rep.peak_s + rep.hold_s / 2) * RATE) for rep in truth.reps]]
    assert tops.mean(axis=0) == pytest.approx([0, 0, 6], abs=0.6)
    assert tops.std(axis=0) == pytest.approx(1, rel=0.4)


@pytest.mark.parametrize("exercise", synth.EXERCISES, ids=lambda one: f"{one.name} on the {one.worn.name}")
def test_a_segment_turns_about_its_axis_by_its_share_of_the_joint(exercise):
    truth = planned(synth.Set(reps=1, exercise=exercise))
    rep = truth.reps[0]
    before, far = truth.motion.turn_deg[[round(at * RATE) for at in (rep.start_s, rep.peak_s)]]
    assert before == pytest.approx(np.array(exercise.worn.rest_deg), abs=1)
    assert far - before == pytest.approx(
        exercise.worn.share * exercise.range_deg * np.array(exercise.axis), abs=0.02 * exercise.range_deg
    )


@pytest.mark.parametrize("exercise", synth.EXERCISES, ids=lambda one: f"{one.name} on the {one.worn.name}")
def test_every_exercise_begins_and_ends_with_a_limb_that_hangs(exercise):
    motion = planned(synth.Set(reps=2, exercise=exercise)).motion
    for edge in (0, -1):
        assert motion.turn_deg[edge] == pytest.approx(0, abs=1e-9)
        assert motion.path_m[edge] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("exercise", synth.EXERCISES, ids=lambda one: f"{one.name} on the {one.worn.name}")
def test_no_exercise_shakes_a_strict_lifter_beyond_what_the_band_can_feel(exercise):
    session = synth.Session((synth.Set(reps=5, exercise=exercise),), form=synth.STRICT)
    channels = synth.build(session, 1, errors=synth.PERFECT).recording.channels[1:]
    assert max(np.abs(one.samples).max() for one in channels[:3]) < 4
    assert max(np.abs(one.samples).max() for one in channels[3:]) < 500


@pytest.mark.parametrize("exercise", [one for one in synth.EXERCISES if one.worn.pivot_m])
def test_the_fixed_point_of_a_segment_stays_where_it_is(exercise):
    motion = planned(synth.Set(reps=2, exercise=exercise)).motion
    fixed = motion.path_m + exercise.worn.pivot_m * synth.rotations(motion.turn_deg)[:, :, 0]
    assert np.ptp(fixed, axis=0) == pytest.approx(0, abs=1e-9)
    assert np.ptp(motion.path_m, axis=0).max() > 0.02


@pytest.mark.parametrize("rpm", [50, 80, 110])
def test_cycling_turns_the_thigh_at_its_rpm_with_a_burst_in_each_turn(rpm):
    truth = planned(synth.cycling(30, rpm))
    reps = truth.reps
    assert len(reps) == round(30 * rpm / 60)
    assert np.mean(np.diff([rep.start_s for rep in reps])) == pytest.approx(60 / rpm, rel=0.03)
    assert all(rep.end_s == pytest.approx(following.start_s) for rep, following in itertools.pairwise(reps))
    assert level_at(truth, *[rep.peak_s for rep in reps]) == pytest.approx([rep.peak for rep in reps], abs=0.05)
    assert level_at(truth, *[rep.end_s - 0.02 for rep in reps]) == pytest.approx(0.02, abs=0.01)


def test_running_bounces_the_body_with_each_step():
    made = synth.build(synth.Session((synth.running(30, steps_per_minute=160),)), 1)
    down = made.recording.channels[1].samples[600:2800]
    spectrum = np.abs(np.fft.rfft(down - down.mean()))
    assert spectrum.argmax() * 100 / len(down) == pytest.approx(160 / 60, rel=0.05)
    assert down.min() < -1.8


@pytest.mark.parametrize(
    "options",
    [
        {"reps": 0},
        {"peaks": ()},
        {"peaks": (1.2,)},
        {"ranges": ()},
        {"ranges": (0.0,)},
        {"fatigue": 1.1},
        {"tempo_jitter": 0.5},
        {"peak_jitter": -0.1},
        {"range_jitter": 0.4},
    ],
)
def test_a_set_that_cannot_be_done_is_refused(options):
    with pytest.raises(ValueError, match=r"set|jitter"):
        synth.Set(**options)
