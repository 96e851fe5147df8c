"""A recording as the band's converter would have seen it: 12 bits at 4800 S/s, centred on mid-scale."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from buzzband.recordings.model import Channel

RAW_RATE_HZ = 4800
MID_SCALE = 2048
FULL_SCALE = 4095
AUTO_GAIN_CODES = 0.6 * MID_SCALE  # where --gain auto puts the 99.9th percentile: strong bursts keep clear of the rails

_CHUNK_SAMPLES = 1 << 20  # ten hours at once would need gigabytes


@dataclass(frozen=True, eq=False)
class Digitised:
    """``raw``: shape (n,), codes 0 to 4095 at 4800 S/s. ``gain``: codes per unit of the channel."""

    raw: NDArray[np.uint16]
    gain: float


def auto_gain(channel: Channel) -> float:
    """Return the gain that puts the 99.9th percentile of |x - mean| at 60 % of half the range; 1 for a flat line."""
    magnitude = float(np.percentile(np.abs(channel.samples - channel.samples.mean()), 99.9))
    return AUTO_GAIN_CODES / magnitude if magnitude > 0 else 1.0


def digitise(channel: Channel, gain: float | None = None) -> Digitised:
    """Return ``channel``, its mean removed, as the converter's codes; without ``gain``, with ``auto_gain``."""
    gain = auto_gain(channel) if gain is None else gain
    offset = channel.samples.mean()
    codes = [_codes((chunk - offset) * gain) for chunk in _chunks(channel)]
    return Digitised(np.concatenate(codes), gain)


def _chunks(channel: Channel) -> Iterator[NDArray[np.float64]]:
    """Yield the samples at 4800 S/s, piece by piece."""
    pieces = range(0, len(channel.samples), _CHUNK_SAMPLES)
    if channel.rate_hz == RAW_RATE_HZ:
        yield from (channel.samples[start : start + _CHUNK_SAMPLES] for start in pieces)
        return
    stream = soxr.ResampleStream(channel.rate_hz, RAW_RATE_HZ, 1, dtype="float64", quality="HQ")
    for start in pieces:
        end = start + _CHUNK_SAMPLES
        yield stream.resample_chunk(channel.samples[start:end], last=end >= len(channel.samples))


def _codes(signal: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.clip(np.rint(signal + MID_SCALE), 0, FULL_SCALE).astype(np.uint16)
