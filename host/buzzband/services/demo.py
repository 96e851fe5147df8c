"""``buzzband demo``: a synthetic session, sensed, cued and reported, with no hardware and no network."""

from dataclasses import dataclass
from pathlib import Path

from buzzband.engines.closed_loop import run_closed_loop
from buzzband.engines.cpython import condition
from buzzband.engines.job import Progress, Settings, no_progress
from buzzband.outcome import Outcome
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.labels import emg_channel
from buzzband.services import calibration, pages
from buzzband.services.simulate import outcome
from buzzband_fw.core.chain import RAW_RATE_HZ

TARGET_PERMILLE = 600
MAINS_HZ = 50
MOTOR_LEAK = 0.2  # RMS of the motor's vibration in the EMG, as a share of full effort


@dataclass(frozen=True, eq=False)
class Demo:
    """What the band made of a session, and the session itself with its truth."""

    outcome: Outcome
    session: synth.Synthetic


@dataclass(frozen=True, eq=False)
class DemoPage:
    """The page that was written, what is on it, and how many reps there truly were, squeezes left out."""

    page: Path
    outcome: Outcome
    true_reps: int


def write_demo(folder: Path, seed: int, progress: Progress = no_progress) -> DemoPage:
    """Run the demo and write its page to ``folder``/session.html. Raises OutputFailed."""
    done = demo(seed, progress)
    page = folder / "session.html"
    pages.write_page(done.outcome, page)
    return DemoPage(page, done.outcome, len(done.session.truth.reps))


def demo(seed: int, progress: Progress = no_progress) -> Demo:
    """Run squeezes and three sets of curls through the core, whose motor shakes the electrodes when it buzzes."""
    made = synth.build(synth.demo_session(), seed)
    channel, _ = emg_channel(made.recording)
    digitised = digitise(channel)
    envelope = condition(digitised.raw, MAINS_HZ).envelope
    first_squeeze_s = made.truth.squeezes[0][0]
    scale = calibration.from_squeezes(envelope, (0.5, first_squeeze_s - 0.5), made.truth.squeezes)
    settings = Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE)
    leak = MOTOR_LEAK * synth.FULL_EFFORT_MV * digitised.gain
    blocks = run_closed_loop(digitised.raw, settings, synth.Motor(RAW_RATE_HZ, amplitude=leak), progress)
    told = outcome(
        "Demo: three sets of curls (synthetic)",
        engine="cpython",
        channel=channel,
        gain=digitised.gain,
        calibration=scale,
        settings=settings,
        blocks=blocks,
        reps_from_s=made.truth.squeezes[-1][1] + 1.0,
        notes=(
            "The session is synthetic: motor units, movement, hum, noise and the motor's own vibration are modelled.",
            f"The {len(made.truth.squeezes)} squeezes at the start set what 100 % is; "
            "neither they nor their buzzes are counted.",
        ),
    )
    return Demo(told, made)
