"""``buzzband demo``: a synthetic session, sensed, cued, recorded, pulled and reported: no hardware, no network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from buzzband.engines.cpython import condition
from buzzband.engines.job import Progress, Settings, block_count, no_progress
from buzzband.engines.recorded import Recorded
from buzzband.engines.whole_app import on_cpython, on_twin
from buzzband.outcome import Outcome
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.labels import emg_channel
from buzzband.services import calibration, pages
from buzzband.services.simulate import outcome
from buzzband_fw.core.chain import RAW_RATE_HZ

ENGINES: Mapping[str, Callable[..., Recorded]] = {"cpython": on_cpython, "pico": on_twin}
TARGET_PERMILLE = 600
MAINS_HZ = 50
MOTOR_LEAK = 0.2  # RMS of the motor's vibration in the EMG, as a share of full effort


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
    """Run the demo; write ``folder``/session.html and the log beside it. Raises EngineError, LinkError, OutputFailed."""
    done = demo(seed, engine, progress)
    page, log = folder / "session.html", folder / "session.bbl"
    pages.write_page(done.outcome, page)
    pages.write_log(done.recorded.data, log)
    return DemoPage(page, log, done.outcome, len(done.session.truth.reps))


def demo(seed: int, engine: str = "cpython", progress: Progress = no_progress) -> Demo:
    """Let the app feel squeezes and three sets of curls; its motor shakes the electrodes when it buzzes.

    Raises EngineError, LinkError.
    """
    made = synth.build(synth.demo_session(), seed)
    channel, _ = emg_channel(made.recording)
    digitised = digitise(channel)
    envelope = condition(digitised.raw, MAINS_HZ).envelope
    first_squeeze_s = made.truth.squeezes[0][0]
    scale = calibration.from_squeezes(envelope, (0.5, first_squeeze_s - 0.5), made.truth.squeezes)
    settings = Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE)
    motor = synth.Motor(RAW_RATE_HZ, amplitude=MOTOR_LEAK * synth.FULL_EFFORT_MV * digitised.gain)
    recorded = ENGINES[engine](digitised.raw, settings, motor, progress)
    told = outcome(
        "Demo: three sets of curls (synthetic)",
        engine=engine,
        channel=channel,
        gain=digitised.gain,
        calibration=scale,
        settings=settings,
        track=recorded.track(block_count(digitised.raw)),
        reps_from_s=made.truth.squeezes[-1][1] + 1.0,
        notes=(
            "The session is synthetic: motor units, movement, hum, noise and the motor's own vibration are modelled.",
            "The band's app felt, cued and recorded it, and its log came over the link.",
            f"The {len(made.truth.squeezes)} squeezes at the start set what 100 % is; "
            "neither they nor their buzzes are counted.",
        ),
    )
    return Demo(told, made, recorded)
