"""A recording with a source lost: its truth stays what it was."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from buzzband.recordings.model import Channel, Samples
from buzzband.recordings.synth.session import Synthetic

RAIL_MV = 10.0  # RMS at full effort is 1 mV: with the gain of the unspoilt recording, beyond the converter's range
OPEN_LEAD_HZ = 50.0
EDGE_S = 2.0  # lost so long before the first and after the last repetition of each set


def without_imu(made: Synthetic) -> Synthetic:
    """Return the session with its EMG only."""
    emg = tuple(channel for channel in made.recording.channels if channel.label == "EMG")
    return replace(made, recording=replace(made.recording, channels=emg))


def with_flat_emg(made: Synthetic) -> Synthetic:
    """Return the session with an EMG that is 0 throughout its sets: the sensor is not connected."""
    return _lost(made, np.zeros_like)


def with_railed_emg(made: Synthetic) -> Synthetic:
    """Return the session with an amplifier that an open lead throws from rail to rail throughout its sets.

    Digitise it with the gain of the unspoilt recording: one fitted to it would take the rails for the signal.
    """
    return _lost(made, lambda times_s: RAIL_MV * np.sign(np.sin(2 * np.pi * OPEN_LEAD_HZ * times_s)))


def _lost(made: Synthetic, signal: Callable[[Samples], Samples]) -> Synthetic:
    """Return the session with ``signal`` of the time in s in the place of the EMG of each set."""
    emg = made.recording.channels[0]
    times_s = np.arange(len(emg.samples)) / emg.rate_hz
    samples = emg.samples.copy()
    for one in made.truth.sets:
        inside = (times_s >= one.start_s - EDGE_S) & (times_s <= one.end_s + EDGE_S)
        samples[inside] = signal(times_s[inside])
    channels = (Channel(emg.label, emg.rate_hz, samples, emg.unit), *made.recording.channels[1:])
    return replace(made, recording=replace(made.recording, channels=channels))
