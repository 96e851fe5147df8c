"""What a person should know about a recording before believing what is said of it."""

from collections.abc import Collection, Iterable, Iterator

import numpy as np

from buzzband.engines.job import Settings
from buzzband.outcome import Outcome
from buzzband.recordings.band_log import SessionLog
from buzzband.recordings.model import Channel
from buzzband.services import analysis
from buzzband.services.options import Options
from buzzband_fw.core.activation import SPAN_MIN
from buzzband_fw.core.load import GATE_PERCENT, is_heavy
from buzzband_fw.core.modes import GATED

FULL_BAND_RATE_HZ = 280  # twice the low-pass corner
CLIPPED_MAX = 0.001
CONTRAST_MIN = 3  # of reference to rest; real contractions give 10 and more, noise alone 1.4
OTHER_MAINS_MAX = 0.1  # of the power from 20 to 140 Hz; EMG has up to 0.015 in a band so narrow
LINE_WIDTH_HZ = 0.6
MAINS_LOOK_S = 60
HALF_PERMILLE = 500
ALONE_S = 1.0  # twice the half second that the reference is taken from
LONG_ENOUGH_S = 10.0
_GOES_WITH = {"tempo": ("--tempo", "tempo"), "hold_s": ("--hold", "hold"), "steady_off_s": ("--off", "steady")}


def notes(channel: Channel, passed_over: Iterable[str], told: Outcome) -> tuple[str, ...]:
    """Return a sentence for everything about the recording that bears on what is told of it."""
    return (
        *_of_channel(channel, tuple(passed_over)),
        *_of_mains(channel, told.mains_hz),
        *_of_calibration(told),
    )


def of_settings(settings: Settings, options: Options, mode: str) -> tuple[str, ...]:
    """Return what to know about settings that keep the band silent in ``mode``, the one that counts.

    And about what was said in ``options`` and does nothing there.
    """
    return tuple(_of_settings(settings, options, mode))


def _of_settings(settings: Settings, options: Options, mode: str) -> Iterator[str]:
    if mode in GATED and is_heavy(settings.load_kg, settings.one_rm_kg, settings.reps_max):
        yield (
            f"{settings.load_kg} kg is more than {GATE_PERCENT} % of what can be lifted once: there the band says "
            "nothing of the muscle."
        )
    if mode == "silent" and settings.mode is None:
        yield f"The band keeps silent in {settings.exercise} work, unless another mode is asked for."
    for name, (option, goes_with) in _GOES_WITH.items():
        if mode != goes_with and getattr(options, name) is not None:
            yield f"{option} does nothing in mode {mode}; it goes with --mode {goes_with}."


def of_movement(absent: Collection[str], unusable: str = "") -> tuple[str, ...]:
    """Return what to know about the IMU's part of a recording.

    ``absent``: which of accelerometer and gyroscope were not recorded. ``unusable``: why what there is cannot be used.
    """
    return tuple(_of_movement(absent, unusable))


def _of_movement(absent: Collection[str], unusable: str) -> Iterator[str]:
    if unusable:
        yield f"The movement is left out. {unusable}"
    if {"accelerometer", "gyroscope"} <= set(absent):
        yield "No IMU: reps are told by the muscle alone, and their phases are approximate."
    elif "gyroscope" in absent:
        yield "An accelerometer without a gyroscope: reps that do not tilt the limb are told by the muscle alone."
    elif "accelerometer" in absent:
        yield "A gyroscope without an accelerometer: slow movements may be missed."


def of_replay(log: SessionLog, told: Outcome, settings: Settings) -> tuple[str, ...]:
    """Return what to know about a session that was run once more with ``settings``."""
    return tuple(_of_replay(log, told, settings))


def _of_replay(log: SessionLog, told: Outcome, settings: Settings) -> Iterator[str]:
    yield "Replayed from the logged activation, 50 values a second: one word in ten is more than 10 ms off."
    if "source" in log.header:
        yield "The session was imported: no band was worn, and nothing that it would have said was felt."
    elif told.blanked.any():
        shaken_s = np.count_nonzero(told.blanked) / told.rate_hz
        yield (
            f"For {shaken_s:.1f} s the motor spoke, or had just spoken: what it shook is still in the activation. "
            "What other words would have led the wearer to, nobody knows."
        )
    if told.mode == "tempo" and told.imu:
        yield "The log tells the movement roughly: the beat may start some tenths of a second off, or a rep later."
    if settings.other_muscle:
        yield "The log holds nothing of the second muscle, so its word is left out."
    if lacking := int(np.count_nonzero(~log.valid)):
        yield f"The log lacks {lacking / told.rate_hz:.1f} s of activation: no word is told there."
    if log.end is None:
        yield "The session was cut off: what it held at the end did not get into flash."


def _of_channel(channel: Channel, passed_over: tuple[str, ...]) -> Iterator[str]:
    if channel.label in passed_over:
        yield f"Took the first of the channels that are all called {channel.label}."
    elif passed_over:
        others = ", ".join(passed_over)
        yield f"Took channel {channel.label}; there are also {others} (--channel NAME takes another)."
    if channel.rate_hz < FULL_BAND_RATE_HZ:
        yield f"At {channel.rate_hz:g} Hz the recording holds only a part of the 20 to 140 Hz that the band listens to."
    if (clipped := clipped_share(channel)) > CLIPPED_MAX:
        yield (
            f"{clipped:.1%} of the samples stand at the recording's highest or lowest value: it was cut off there, "
            "and the muscle worked harder than it shows."
        )


def _of_mains(channel: Channel, mains_hz: int) -> Iterator[str]:
    other_hz = 110 - mains_hz
    if line_share(channel, other_hz) > OTHER_MAINS_MAX:
        yield f"There is hum at {other_hz} Hz, which stays in the envelope: try --mains {other_hz}."


def _of_calibration(told: Outcome) -> Iterator[str]:
    rest, reference = told.calibration.rest, told.calibration.reference
    if reference - rest < SPAN_MIN:
        yield (
            f"The reference, {reference}, is not even one ADC step ({SPAN_MIN}) above the rest, {rest}: "
            "the activation says nothing."
        )
    elif reference < CONTRAST_MIN * rest:
        yield (
            f"The reference is only {reference / rest:.1f} times the rest, where a working muscle gives 10 and more: "
            "no muscle, or no rest, in this channel? The percentages say little."
        )
    if stands_alone(told):
        yield (
            "Hardly anything comes near half of the reference. If its best half second was an artefact, cut that out "
            "or give --reference."
        )


def stands_alone(told: Outcome) -> bool:
    """Return whether the reference was a moment that nothing else resembles: one artefact, perhaps."""
    if told.duration_s < LONG_ENOUGH_S or told.calibration.reference - told.calibration.rest < SPAN_MIN:
        return False
    peaks = [rep.peak_permille for rep in told.reps]
    above_s = int(np.count_nonzero(told.permille >= HALF_PERMILLE)) / told.rate_hz
    return above_s < ALONE_S or (len(peaks) > 2 and float(np.median(peaks)) < HALF_PERMILLE)


def line_share(channel: Channel, hz: float) -> float:
    """Return how much of the power from 20 to 140 Hz lies at ``hz``, in the first minute; 0 if the rate is too low."""
    if channel.rate_hz <= 2 * hz:
        return 0.0
    part = channel.samples[: int(MAINS_LOOK_S * channel.rate_hz)]
    power = np.abs(np.fft.rfft(part - part.mean())) ** 2
    frequency = np.fft.rfftfreq(len(part), 1 / channel.rate_hz)
    total = power[(frequency >= 20) & (frequency <= 140)].sum()
    line = power[np.abs(frequency - hz) <= LINE_WIDTH_HZ / 2].sum()
    return float(line / total) if total > 0 else 0.0


def clipped_share(channel: Channel) -> float:
    """Return the share of samples that stand at the highest or lowest value for three or more in a row."""
    samples = channel.samples
    lowest, highest = samples.min(), samples.max()
    if lowest == highest:
        return 0.0
    lengths = [end - first for rail in (lowest, highest) for first, end in analysis.runs(samples == rail)]
    return sum(length for length in lengths if length >= 3) / len(samples)
