"""A recording as the band's converter would have seen it: 12 bits at 4800 S/s, centred on mid-scale."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from buzzband.errors import BadSamples
from buzzband.recordings.model import Channel, Samples
from buzzband_fw.core.chain import RAW_RATE_HZ

MID_SCALE = 2048
FULL_SCALE = 4095
AUTO_GAIN_CODES = 0.6 * MID_SCALE  # where --gain auto puts the 99.9th percentile: strong bursts keep clear of the rails

SAMPLE_MAX = 1e100  # sums and products of larger numbers may overflow
ROUNDING = 1e-12  # of the largest sample: what the mean of equal samples may be off by

_CHUNK_SAMPLES = 1 << 20  # ten hours at once would need gigabytes
_FAR = 1 << 16  # codes; so far beyond the rails, how far makes no difference


@dataclass(frozen=True, eq=False)
class Digitised:
    """``raw``: shape (n,), codes 0 to 4095 at 4800 S/s. ``gain``: codes per unit of the channel."""

    raw: NDArray[np.uint16]
    gain: float


def auto_gain(channel: Channel) -> float:
    """Return the gain that puts the 99.9th percentile of |x - mean| at 60 % of half the range; 1 for a flat line."""
    magnitude = float(np.percentile(np.abs(channel.samples - channel.samples.mean()), 99.9))
    flat = magnitude <= ROUNDING * _largest(channel) or magnitude < 1 / SAMPLE_MAX
    return 1.0 if flat else AUTO_GAIN_CODES / magnitude


def digitise(channel: Channel, gain: float | None = None) -> Digitised:
    """Return ``channel``, its mean removed, as the converter's codes; without ``gain``, with ``auto_gain``.

    Raises BadSamples for numbers that cannot be a signal.
    """
    if (largest := _largest(channel)) > SAMPLE_MAX:
        raise BadSamples(f"Channel {channel.label!r} holds a sample of size {largest:g}, which no signal can be.")
    gain = auto_gain(channel) if gain is None else gain
    return Digitised(np.concatenate([_codes(chunk) for chunk in _resampled(channel, gain)]), gain)


def _largest(channel: Channel) -> float:
    return max(float(channel.samples.max()), -float(channel.samples.min()))


def _resampled(channel: Channel, gain: float) -> Iterator[Samples]:
    """Yield the signal in codes around zero at 4800 S/s, piece by piece.

    It is scaled first: a resampler takes what lies before the first sample for zero, and calculates with few digits.
    """
    offset = channel.samples.mean()
    stream = soxr.ResampleStream(channel.rate_hz, RAW_RATE_HZ, 1, dtype="float64", quality="HQ")
    for start in range(0, len(channel.samples), _CHUNK_SAMPLES):
        end = start + _CHUNK_SAMPLES
        piece = np.clip((channel.samples[start:end] - offset) * gain, -_FAR, _FAR)
        if channel.rate_hz == RAW_RATE_HZ:
            yield piece
        else:
            yield stream.resample_chunk(piece, last=end >= len(channel.samples))


def _codes(signal: Samples) -> NDArray[np.uint16]:
    return np.clip(np.rint(signal + MID_SCALE), 0, FULL_SCALE).astype(np.uint16)
