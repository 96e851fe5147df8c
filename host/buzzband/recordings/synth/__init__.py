"""Synthetic recordings with a known truth: for tests, benchmarks and `buzzband demo`::

    import numpy as np
    from buzzband.recordings import synth

    made = synth.build(synth.demo_session(), seed=1)
    made.recording.channels[0].samples          # EMG in mV at 1000 Hz; then AccX..GyrZ at 100 Hz
    [(rep.start_s, rep.peak) for rep in made.truth.reps]
    held = synth.emg(synth.hold(0.5, 60, np.random.default_rng(2)), 4800, np.random.default_rng(3))

Everything random comes from a seed or from a generator that the caller passes. EMG and what spoils it are in
multiples of the RMS at full effort; activation is 0..1 of full effort, by EMG amplitude.
"""

from buzzband.recordings.synth.activation import REST, Activation, constant, contractions, hold, join, through
from buzzband.recordings.synth.movement import (
    FOREARM,
    PERFECT,
    TYPICAL,
    UPPER_ARM,
    Imu,
    Placement,
    Tempo,
    imu,
    joint_angle,
)
from buzzband.recordings.synth.muscle import BICEPS, Muscle, emg
from buzzband.recordings.synth.noise import band_noise
from buzzband.recordings.synth.session import (
    FULL_EFFORT_MV,
    Rep,
    Session,
    Set,
    SetTruth,
    Squeezes,
    Synthetic,
    Truth,
    build,
    demo_session,
    plan,
)
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
    "BICEPS",
    "FOREARM",
    "FULL_EFFORT_MV",
    "PERFECT",
    "REST",
    "TYPICAL",
    "UPPER_ARM",
    "USUAL",
    "Activation",
    "Imu",
    "Motor",
    "Muscle",
    "Placement",
    "Rep",
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
    "demo_session",
    "electrode_pops",
    "emg",
    "hold",
    "hum",
    "imu",
    "join",
    "joint_angle",
    "mains_frequency",
    "movement_artefact",
    "plan",
    "pop",
    "sensor_noise",
    "through",
    "vibration",
]
