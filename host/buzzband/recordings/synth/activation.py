"""Activation over time: what a synthetic muscle is told to do, and so the truth that a test compares with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from buzzband.recordings.model import Samples
from buzzband.recordings.synth.noise import band_noise

RATE_HZ = 100.0
REST = 0.015  # a muscle told to relax still shows 1-2 % of its full effort


@dataclass(frozen=True, eq=False)
class Activation:
    """Share of full effort over time. ``level``: shape (n,), within 0..1; 1 is the largest voluntary effort.

    A level of 0.5 means an EMG with half the RMS of full effort: activation is defined by what a band can measure,
    not by force, which grows differently from muscle to muscle.
    """

    level: Samples
    rate_hz: float = RATE_HZ

    def __post_init__(self) -> None:
        """Refuse a level that no muscle has."""
        if self.level.ndim != 1 or len(self.level) == 0:
            raise ValueError("an activation is one row of at least one level")
        if not (np.isfinite(self.level).all() and self.level.min() >= 0 and self.level.max() <= 1):
            raise ValueError("activation levels lie within 0..1")

    @property
    def duration_s(self) -> float:
        """Return the length in seconds."""
        return len(self.level) / self.rate_hz

    def at(self, times_s: ArrayLike) -> Samples:
        """Return the level at each time, in between by straight lines, held at both ends; same shape as ``times_s``."""
        level: Samples = np.interp(
            np.asarray(times_s, dtype=np.float64), np.arange(len(self.level)) / self.rate_hz, self.level
        )
        return level


def smooth_step(share: ArrayLike) -> Samples:
    """Return the minimum-jerk course from 0 to 1 for ``share`` of its time, held outside 0..1; same shape.

    10 s³ − 15 s⁴ + 6 s⁵ (Flash & Hogan 1985, J Neurosci 5:1688).
    """
    s = np.clip(np.asarray(share, dtype=np.float64), 0, 1)
    step: Samples = s**3 * (10 - 15 * s + 6 * s**2)
    return step


def constant(level: float, duration_s: float, rate_hz: float = RATE_HZ) -> Activation:
    """Return one level throughout."""
    return Activation(np.full(round(duration_s * rate_hz), float(level)), rate_hz)


def join(*parts: Activation) -> Activation:
    """Return the parts one after the other; all must have the same rate."""
    rates = {part.rate_hz for part in parts}
    if len(rates) != 1:
        raise ValueError(f"parts of different rates cannot be joined: {sorted(rates)}")
    return Activation(np.concatenate([part.level for part in parts]), rates.pop())


def through(knots: Sequence[tuple[float, float]], duration_s: float, rate_hz: float = RATE_HZ) -> Activation:
    """Return a course through ``knots`` of (time in s, level), rising times, with minimum-jerk steps between them."""
    times = np.arange(round(duration_s * rate_hz)) / rate_hz
    at = np.array([knot[0] for knot in knots])
    levels = np.array([knot[1] for knot in knots])
    if (np.diff(at) < 0).any():
        raise ValueError("knots must come in order of time")
    after = np.clip(np.searchsorted(at, times, side="right"), 1, len(at) - 1)
    span = np.maximum(at[after] - at[after - 1], 1e-9)
    share = smooth_step((times - at[after - 1]) / span)
    return Activation(np.clip(levels[after - 1] + share * (levels[after] - levels[after - 1]), 0, 1), rate_hz)


def contractions(
    peaks: Sequence[float],
    on_s: float = 3.0,
    off_s: float = 3.0,
    rise_s: float = 0.3,
    rest: float = REST,
    rate_hz: float = RATE_HZ,
) -> Activation:
    """Return one contraction per peak, ``off_s`` of rest before the first, between any two and after the last.

    ``on_s`` counts from the start of the rise to the end of the fall, both of which take ``rise_s``.
    """
    if not 0 < 2 * rise_s <= on_s:
        raise ValueError("a contraction must last at least its rise and its fall")
    knots = [(0.0, rest)]
    for index, peak in enumerate(peaks):
        start = off_s + index * (on_s + off_s)
        top = start + rise_s
        knots += [(start, rest), (top, peak), (max(top, start + on_s - rise_s), peak), (start + on_s, rest)]
    duration_s = off_s + len(peaks) * (on_s + off_s)
    return through([*knots, (duration_s, rest)], duration_s, rate_hz)


def hold(
    level: float,
    duration_s: float,
    rng: np.random.Generator,
    *,
    fluctuation: float = 0.3,
    band_hz: tuple[float, float] = (0.5, 2.0),
    rate_hz: float = RATE_HZ,
) -> Activation:
    """Return a held effort that fluctuates about ``level`` as a real one does.

    The fluctuation is Gaussian noise inside ``band_hz``; ``fluctuation`` is its SD relative to ``level`` (0.3: two
    thirds of the time within ±30 %). What would leave 0..1 is cut off there.
    """
    noise = band_noise(round(duration_s * rate_hz), rate_hz, band_hz, rng)
    return Activation(np.clip(level * (1 + fluctuation * noise), 0, 1), rate_hz)
