"""Recordings given to the core as the band gives them to it, and what it made of their sets."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from buzzband.engines.cpython import condition, decide
from buzzband.engines.job import Settings
from buzzband.engines.lifting import lift
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.services import calibration
from buzzband.services.simulate import SETTLING_BLOCKS
from buzzband_fw.core import sets
from buzzband_fw.core.motion import STEP_MS

MAINS_HZ = 50
TARGET_PERMILLE = 500
RAIL = 1


@dataclass(frozen=True)
class Lost:
    """What a recording lacks: the movement, or the muscle while it works."""

    imu: bool = False
    muscle: bool = False


NOTHING_LOST = Lost()
IMU_LOST = Lost(imu=True)
MUSCLE_LOST = Lost(muscle=True)


def own_scale(recording):
    """Return the gain and the settings of curls that ``simulate`` finds for the recording."""
    digitised = digitise(recording.channels[0])
    envelope = condition(digitised.raw, MAINS_HZ).envelope[SETTLING_BLOCKS:]
    return digitised.gain, settings_from(calibration.from_recording(envelope, None, None), "curl")


def settings_from(scale, exercise):
    return Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE, exercise)


def lifted(made, gain, settings, lost=NOTHING_LOST):
    """Return what the core tells of a synthetic recording."""
    spoilt = synth.with_railed_emg(made) if lost.muscle else made
    raw = digitise(spoilt.recording.channels[0], gain).raw
    frames = None if lost.imu else frames_of(made.recording)[0]
    return decide(condition(raw, settings.mains_hz), settings, frames).lifting


def lifted_by_movement(recording, exercise="custom"):
    """Return what the core tells of a recording without EMG: the electrodes are at the rail all the time."""
    frames, _ = frames_of(recording)
    nothing = np.zeros(len(frames), np.int32)
    return lift(nothing, np.full(len(frames), RAIL, np.uint8), Settings(MAINS_HZ, 0, 1000, 500, exercise), frames)


def reps_in(told):
    return sum(one.reps for one in told.counted_sets())


def miscounts(seeds, lost=NOTHING_LOST):
    """Return by how much each set of curls that ``seeds`` draws, one a seed, was miscounted."""
    with ProcessPoolExecutor(2, get_context("spawn")) as workers:
        return np.array(list(workers.map(_Miscount(lost), seeds, chunksize=4)))


@dataclass(frozen=True)
class _Miscount:
    lost: Lost

    def __call__(self, seed):
        (made,) = synth.lifted_sets(1, seed)
        return reps_in(lifted(made, *own_scale(made.recording), self.lost)) - len(made.truth.reps)


def shares(miscounted):
    """Return the share of sets that were counted exactly, and to within one rep."""
    off = np.abs(np.asarray(miscounted))
    return float((off == 0).mean()), float((off <= 1).mean())


def confirmations_s(monkeypatch, run):
    """Return what ``run`` returns, and the times at which the core confirmed a rep meanwhile."""
    times_s = []
    work = sets.Sets.work

    def noting(self):
        event = work(self)
        if event == sets.CONFIRMED:
            times_s.append(self.reps.now * STEP_MS / 1000)
        return event

    monkeypatch.setattr(sets.Sets, "work", noting)
    told = run()
    monkeypatch.undo()
    return told, times_s


def squeezed(seed):
    """Return the gain and the scale that a wearer's three squeezes give."""
    made = synth.build(synth.Session((), squeezes=synth.Squeezes()), seed)
    digitised = digitise(made.recording.channels[0])
    squeezes = made.truth.squeezes
    envelope = condition(digitised.raw, MAINS_HZ).envelope
    return digitised.gain, calibration.from_squeezes(envelope, (0.5, squeezes[0][0] - 0.5), squeezes)


def nearest_within(at_s, times_s, within_s):
    """Return the index of the time nearest to ``at_s``, None if it is further away than ``within_s``."""
    apart = np.abs(np.asarray(times_s) - at_s)
    return int(apart.argmin()) if len(apart) and apart.min() <= within_s else None
