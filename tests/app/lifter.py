"""A set of curls as the band feels it: EMG, the frames of its IMU, and the settings that fit both."""

import functools
from dataclasses import dataclass

from builders import Raw
from buzzband.engines.cpython import condition
from buzzband.engines.job import Frames, Settings
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.services import calibration

MAINS_HZ = 50
TARGET_PERMILLE = 500
SETTLED_BLOCKS = 50  # the filters have forgotten how they began


@dataclass(frozen=True, eq=False)
class Lifter:
    """What the band feels of somebody: ``raw`` at 4800 S/s, ``frames`` at 100 a second."""

    raw: Raw
    frames: Frames
    settings: Settings


@functools.cache
def lifter(reps: int = 5, sets: int = 1, lead_out_s: float = 10.0) -> Lifter:
    """Somebody who does curls."""
    session = synth.Session((synth.Set(reps=reps),) * sets, lead_in_s=2, lead_out_s=lead_out_s)
    made = synth.build(session, 3).recording
    raw = digitise(made.channels[0]).raw
    frames, _ = frames_of(made)
    assert frames is not None
    scale = calibration.from_recording(condition(raw, MAINS_HZ).envelope[SETTLED_BLOCKS:], None, None)
    return Lifter(raw, frames, Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE, "curl"))
