"""``buzzband demo``: a synthetic session, sensed, cued, recorded, pulled and reported: no hardware, no network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.cpython import condition
from buzzband.engines.job import Frames, Settings, block_count
from buzzband.engines.recorded import Recorded
from buzzband.engines.whole_app import on_cpython, on_twin
from buzzband.outcome import Calibration, Outcome
from buzzband.progress import Progress, no_progress
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.recordings.labels import emg_channel
from buzzband.recordings.model import Channel
from buzzband.services import calibration, pages
from buzzband.services.analysis import outcome
from buzzband.services.logged import with_log
from buzzband_fw.core.chain import RAW_RATE_HZ
from buzzband_fw.core.sets import QUIET_MS

ENGINES: Mapping[str, Callable[..., Recorded]] = {"cpython": on_cpython, "pico": on_twin}
TARGET_PERMILLE = 600
EXERCISE = "curl"
MAINS_HZ = 50
MOTOR_LEAK = 0.2  # RMS of the motor's vibration in the EMG, as a share of full effort


@dataclass(frozen=True, eq=False)
class Lifted:
    """The session as a band's sensors have it, what fits it, and what shakes it.

    ``codes``: shape (n,), at 4800 S/s. ``frames``: shape (m, 6), at 100 Hz.
    """

    session: synth.Synthetic
    channel: Channel
    codes: NDArray[np.uint16]
    frames: Frames | None
    gain: float
    calibration: Calibration
    settings: Settings
    motor: synth.Motor


def lift(seed: int) -> Lifted:
    """Return the demo's session, calibrated by its own squeezes."""
    made = synth.build(synth.demo_session(), seed)
    channel, _ = emg_channel(made.recording)
    frames, _ = frames_of(made.recording)
    digitised = digitise(channel)
    squeezes = made.truth.squeezes
    envelope = condition(digitised.raw, MAINS_HZ).envelope
    scale = calibration.from_squeezes(envelope, (0.5, squeezes[0][0] - 0.5), squeezes)
    settings = Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE, EXERCISE)
    motor = synth.Motor(RAW_RATE_HZ, amplitude=MOTOR_LEAK * synth.FULL_EFFORT_MV * digitised.gain)
    return Lifted(made, channel, digitised.raw, frames, digitised.gain, scale, settings, motor)


@dataclass(frozen=True, eq=False)
class Demo:
    """What the band made of a session, the session itself with its truth, and the file that the app recorded."""

    outcome: Outcome
    session: synth.Synthetic
    recorded: Recorded


@dataclass(frozen=True, eq=False)
class DemoPage:
    """The page and the log that were written, what is on it, and how many reps there truly were, squeezes left out."""

    page: Path
    log: Path
    outcome: Outcome
    true_reps: int


def write_demo(folder: Path, seed: int, engine: str = "cpython", progress: Progress = no_progress) -> DemoPage:
    """Run the demo; write its page and its log to ``folder``. Raises EngineError, LinkError, OutputFailed."""
    done = demo(seed, engine, progress)
    page, log = folder / "session.html", folder / "session.bbl"
    pages.write_page(done.outcome, page)
    pages.write_log(done.recorded.data, log)
    return DemoPage(page, log, done.outcome, len(done.session.truth.reps))


def demo(seed: int, engine: str = "cpython", progress: Progress = no_progress) -> Demo:
    """Let the app feel squeezes and three sets of curls; its motor shakes the electrodes when it buzzes.

    Raises EngineError, LinkError.
    """
    lifted = lift(seed)
    recorded = ENGINES[engine](lifted.codes, lifted.settings, lifted.motor, progress, frames=lifted.frames)
    squeezes = lifted.session.truth.squeezes
    reps_from_s = squeezes[-1][1] + 1.0 + QUIET_MS / 1000  # until they are over as a set, too
    told = outcome(
        "Demo: three sets of curls (synthetic)",
        engine=engine,
        sample_rate_hz=lifted.channel.rate_hz,
        duration_s=lifted.channel.duration_s,
        gain=lifted.gain,
        calibration=lifted.calibration,
        settings=lifted.settings,
        track=recorded.track(block_count(lifted.codes)),
        imu=lifted.frames is not None,
        reps_from_s=reps_from_s,
        notes=(
            "The session is synthetic: motor units, movement, hum, noise and the motor's own vibration are modelled.",
            "The band's app felt, cued and recorded it, and its log came over the link.",
            f"The {len(squeezes)} squeezes at the start set what 100 % is; neither they nor their buzzes are counted.",
        ),
    )
    return Demo(with_log(told, recorded.log, from_s=reps_from_s), lifted.session, recorded)
