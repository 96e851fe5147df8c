"""Synthetic recordings with a known truth: for tests, benchmarks and `buzzband demo`::

    import numpy as np
    from buzzband.recordings import synth

    made = synth.build(synth.demo_session(), seed=1)
    made.recording.channels[0].samples          # EMG in mV at 1000 Hz; then AccX..GyrZ at 100 Hz
    [(rep.start_s, rep.peak) for rep in made.truth.reps]
    held = synth.emg(synth.hold(0.5, 60, np.random.default_rng(2)), 4800, np.random.default_rng(3))
    squats = synth.Session((synth.Set(reps=6, exercise=synth.SQUAT),), life=synth.GYM, lead_out_s=60)
    for made in synth.lifted_sets(1000, seed=1):  # strict curls, the band on the upper arm; a minute or two
        ...

Everything random comes from a seed or from a generator that the caller passes. EMG and what spoils it are in
multiples of the RMS at full effort; activation is 0..1 of full effort, by EMG amplitude.
"""

from buzzband.recordings.synth.activation import REST, Activation, constant, contractions, hold, join, through
from buzzband.recordings.synth.exercises import (
    BIKE,
    CURL,
    CURL_ON_FOREARM,
    EXERCISES,
    GOOD_MORNING,
    HINGE,
    PULLDOWN,
    PUSH_UP,
    RAISE,
    ROMANIAN_DEADLIFT,
    RUN,
    SQUAT,
    Effort,
    Exercise,
)
from buzzband.recordings.synth.form import STRICT, USUAL_FORM, Form
from buzzband.recordings.synth.life import DRINK, FIDGET, GYM, RERACK, STAND, WALK, Activity, Doing, Scene
from buzzband.recordings.synth.lifted import drawn_noise, drawn_set, idle_session, lifted_sets
from buzzband.recordings.synth.missing import with_flat_emg, with_railed_emg, without_imu
from buzzband.recordings.synth.movement import GRAVITY, PERFECT, TYPICAL, Imu, Motion, imu
from buzzband.recordings.synth.muscle import BICEPS, Muscle, emg
from buzzband.recordings.synth.noise import band_noise
from buzzband.recordings.synth.placement import (
    ALIGNED,
    FOREARM,
    THIGH,
    UPPER_ARM,
    Habit,
    Mounting,
    Placement,
    mounted_by_hand,
)
from buzzband.recordings.synth.reps import Rep, Tempo, joint_angle
from buzzband.recordings.synth.rotation import rotations
from buzzband.recordings.synth.session import (
    FULL_EFFORT_MV,
    Session,
    Squeezes,
    Synthetic,
    Truth,
    build,
    demo_session,
    plan,
)
from buzzband.recordings.synth.sets import Set, SetTruth, cycling, partials, running
from buzzband.recordings.synth.spoil import (
    USUAL,
    Motor,
    Spoiler,
    baseline_wander,
    clip,
    electrode_pops,
    hum,
    mains_frequency,
    movement_artefact,
    pop,
    sensor_noise,
    vibration,
)

__all__ = [
    "ALIGNED",
    "BICEPS",
    "BIKE",
    "CURL",
    "CURL_ON_FOREARM",
    "DRINK",
    "EXERCISES",
    "FIDGET",
    "FOREARM",
    "FULL_EFFORT_MV",
    "GOOD_MORNING",
    "GRAVITY",
    "GYM",
    "HINGE",
    "PERFECT",
    "PULLDOWN",
    "PUSH_UP",
    "RAISE",
    "RERACK",
    "REST",
    "ROMANIAN_DEADLIFT",
    "RUN",
    "SQUAT",
    "STAND",
    "STRICT",
    "THIGH",
    "TYPICAL",
    "UPPER_ARM",
    "USUAL",
    "USUAL_FORM",
    "WALK",
    "Activation",
    "Activity",
    "Doing",
    "Effort",
    "Exercise",
    "Form",
    "Habit",
    "Imu",
    "Motion",
    "Motor",
    "Mounting",
    "Muscle",
    "Placement",
    "Rep",
    "Scene",
    "Session",
    "Set",
    "SetTruth",
    "Spoiler",
    "Squeezes",
    "Synthetic",
    "Tempo",
    "Truth",
    "band_noise",
    "baseline_wander",
    "build",
    "clip",
    "constant",
    "contractions",
    "cycling",
    "demo_session",
    "drawn_noise",
    "drawn_set",
    "electrode_pops",
    "emg",
    "hold",
    "hum",
    "idle_session",
    "imu",
    "join",
    "joint_angle",
    "lifted_sets",
    "mains_frequency",
    "mounted_by_hand",
    "movement_artefact",
    "partials",
    "plan",
    "pop",
    "rotations",
    "running",
    "sensor_noise",
    "through",
    "vibration",
    "with_flat_emg",
    "with_railed_emg",
    "without_imu",
]
