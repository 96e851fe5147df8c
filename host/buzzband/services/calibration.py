"""Where rest and reference come from when no band has measured them: the recording itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.job import BLOCKS_PER_S
from buzzband.outcome import Calibration

REST_PERCENTILE = 10
BEST_MEAN_S = 0.5

Envelope = NDArray[np.int32]
"""The free-running envelope every 10 ms, shape (blocks,)."""

Span = tuple[float, float]
"""Start and end in seconds."""


def best_mean(envelope: Envelope) -> int:
    """Return the highest mean over 500 ms, or the mean of all if there is less."""
    width = min(int(BEST_MEAN_S * BLOCKS_PER_S), len(envelope))
    total = np.concatenate(([0], np.cumsum(envelope, dtype=np.int64)))
    return int((total[width:] - total[:-width]).max() // width)


def rest_level(envelope: Envelope) -> int:
    """Return the 10th percentile."""
    return int(np.percentile(envelope, REST_PERCENTILE))


def from_recording(envelope: Envelope, rest: int | None, reference: int | None) -> Calibration:
    """Return the calibration with what is not given taken from ``envelope``, all of the recording that has settled."""
    how = {
        (True, True): "rest: 10th percentile of the envelope; reference: its best 500 ms mean",
        (True, False): "rest: 10th percentile of the envelope; reference: given",
        (False, True): "rest: given; reference: best 500 ms mean of the envelope",
        (False, False): "given",
    }[rest is None, reference is None]
    return Calibration(
        rest_level(envelope) if rest is None else rest, best_mean(envelope) if reference is None else reference, how
    )


def from_squeezes(envelope: Envelope, rest_s: Span, squeezes: Sequence[Span]) -> Calibration:
    """Return the calibration that the band makes: mean of the rest, median of each squeeze's best 500 ms mean."""
    best = [best_mean(_part(envelope, squeeze)) for squeeze in squeezes]
    return Calibration(
        int(_part(envelope, rest_s).mean()), int(np.median(best)), f"rest and {len(squeezes)} squeezes at the start"
    )


def _part(envelope: Envelope, span_s: Span) -> Envelope:
    return envelope[int(span_s[0] * BLOCKS_PER_S) : int(span_s[1] * BLOCKS_PER_S)]
