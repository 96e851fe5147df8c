"""``buzzband simulate``: the core over a recording."""

from dataclasses import dataclass, replace
from pathlib import Path

from buzzband.engines import ENGINES, best_engine, job
from buzzband.engines.cpython import Conditioned, condition, decide
from buzzband.engines.job import Frames, Settings, Track
from buzzband.errors import BadRate, NotInLog, OutputFailed, RecordingError, RecordingNotFound, TooShort
from buzzband.outcome import Calibration, Outcome
from buzzband.progress import Progress, no_progress
from buzzband.recordings import examples, files
from buzzband.recordings.adc import Digitised, digitise
from buzzband.recordings.frames import frames_of
from buzzband.recordings.labels import check_emg_rate, emg_channel
from buzzband.recordings.model import Channel, Recording
from buzzband.services import analysis, calibration, pages, replay
from buzzband.services.notes import notes, of_movement, of_settings
from buzzband.services.options import DEFAULTS, Options
from buzzband_fw.core import exercises, modes

require_exact = replay.require_exact
MODES = modes.NAMES
EXERCISES = exercises.NAMES
ENGINE_CHOICES = (*ENGINES, "auto")
DURATION_MIN_S = 1.0
SETTLING_BLOCKS = 50  # 500 ms in which filters and comb settle on what they find


def run(
    file: Path | None,
    example: str | None,
    rate_hz: float | None,
    options: Options,
    progress: Progress = no_progress,
    clip: int | None = None,
) -> Outcome:
    """Run the core over what was asked for: a recording, or what is in a band's log, or ``clip`` of it.

    Raises RecordingError, DownloadError, EngineError.
    """
    is_log = file is not None and files.is_log(file)
    if clip is not None:
        if file is None or not is_log:
            raise NotInLog("Only a band's log has clips.", "Leave --clip out, or give a log.")
        return replay.of_clip(file, clip, rate_hz, options)
    if file is not None and is_log:
        return replay.replay(file, rate_hz, options, progress)
    return simulate(load(file, example, rate_hz), options, progress)


def load(file: Path | None, example: str | None, rate_hz: float | None) -> Recording:
    """Read the recording that was asked for. Raises RecordingError, DownloadError."""
    if example is None and file is None:
        raise RecordingNotFound("No recording was named.")
    recording = files.read(file, rate_hz) if file is not None else examples.example(str(example))
    if rate_hz is not None and recording.channels[0].rate_hz != rate_hz:
        rates = ", ".join(f"{channel.label} {channel.rate_hz:g} Hz" for channel in recording.channels)
        raise BadRate(f"{recording.name} carries its own rates: {rates}.", "Leave --rate out; it is for CSV files.")
    return recording


def check_pictures(file: Path | None, *, plot: Path | None = None, page: Path | None = None) -> None:
    """Raise OutputFailed for names that cannot be meant, before the work rather than after it."""
    if plot is not None:
        pages.plot_format(plot)
    for output in (plot, page):
        if file is not None and output is not None and _are_same(file, output):
            raise OutputFailed(f"{output} would replace the recording.", "Give what is written another name.")
    if plot is not None and page is not None and plot.resolve() == page.resolve():
        raise OutputFailed(f"The picture and the page cannot both be {plot}.", "Give them two names.")


def _are_same(file: Path, output: Path) -> bool:
    try:
        return file.samefile(output)
    except OSError:  # one of them is not there, or nobody may look: who reads or writes it says so
        return False


def write_pictures(told: Outcome, *, plot: Path | None = None, page: Path | None = None) -> None:
    """Write what was asked for. Raises OutputFailed."""
    if plot is not None:
        pages.write_plot(told, plot)
    if page is not None:
        pages.write_page(told, page)


@dataclass(frozen=True, eq=False)
class Felt:
    """A recording as a band would feel it. ``frames``: None without an IMU. ``of_frames``: what to know of them."""

    channel: Channel
    passed_over: tuple[str, ...]
    digitised: Digitised
    conditioned: Conditioned
    calibration: Calibration
    settings: Settings
    options: Options
    frames: Frames | None
    of_frames: tuple[str, ...]


def feel(recording: Recording, options: Options, progress: Progress = no_progress) -> Felt:
    """Return ``recording`` as a band would feel it, calibrated. Raises RecordingError if it cannot be used."""
    channel, passed_over = emg_channel(recording, options.channel)
    check_emg_rate(channel)
    if channel.duration_s < DURATION_MIN_S:
        raise TooShort(f"{recording.name} holds {channel.duration_s:.3f} s of {channel.label}.")
    digitised = digitise(channel, options.gain)
    conditioned = condition(digitised.raw, options.mains_hz or DEFAULTS["mains_hz"], progress=progress)
    scale = calibration.from_recording(conditioned.envelope[SETTLING_BLOCKS:], options.rest, options.reference)
    settings = options.settings({**DEFAULTS, "rest": scale.rest, "reference": scale.reference})
    return Felt(channel, passed_over, digitised, conditioned, scale, settings, options, *_movement(recording))


def simulate(recording: Recording, options: Options, progress: Progress = no_progress) -> Outcome:
    """Run the core over ``recording``. Raises RecordingError if it cannot be used, EngineError if the engine cannot."""
    # another engine than cpython takes the most of the time
    felt = feel(recording, options, no_progress if options.engine != "cpython" else progress)
    engine = best_engine(felt.channel.duration_s) if options.engine == "auto" else options.engine
    return outcome_of(felt, recording.name, engine, _run(engine, felt, progress))


def outcome_of(felt: Felt, name: str, engine: str, track: Track) -> Outcome:
    """Return what ``track`` tells of a recording, with all that should be known of it."""
    channel = felt.channel
    told = analysis.outcome(
        name,
        engine=engine,
        sample_rate_hz=channel.rate_hz,
        duration_s=channel.duration_s,
        gain=felt.digitised.gain,
        calibration=felt.calibration,
        settings=felt.settings,
        track=track,
        imu=felt.frames is not None,
    )
    known = notes(channel, felt.passed_over, told)
    return replace(told, notes=(*known, *of_settings(felt.settings, felt.options, told.mode), *felt.of_frames))


def _movement(recording: Recording) -> tuple[Frames | None, tuple[str, ...]]:
    """Return the frames, if there are any that can be used, and what a person should know of them."""
    try:
        frames, absent = frames_of(recording)
    except RecordingError as error:
        return None, of_movement(("accelerometer", "gyroscope"), str(error))
    return frames, of_movement(absent)


def _run(engine: str, felt: Felt, progress: Progress) -> Track:
    if engine == "cpython":  # what calibration has conditioned is not done twice
        return job.track(decide(felt.conditioned, felt.settings, felt.frames), felt.settings)
    return ENGINES[engine]().run(felt.digitised.raw, felt.settings, progress, felt.frames)
