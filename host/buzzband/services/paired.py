"""Statistics of paired differences: how large, how sure, how many more would be needed.

Differences are those of logarithms, so that twice and half as much are as far from no difference. All is deterministic:
the same pairs give the same figures.
"""

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray
from scipy import stats

ALPHA = 0.05  # two-sided
POWER = 0.8
PAIRS_MIN = 6  # of fewer, no signs at all are rare enough: 2 of 2^5 ways are more than 5 %
PAIRS_MAX = 1000  # that anybody is told to need

_RESAMPLES = 9999
_EXACT_MAX = 1 << 14  # ways to give the signs: up to 14 pairs
_SEED = 1
_CERTAIN = 30.0  # noncentrality from which on power is 1, and scipy's noncentral t gives up

Differences = NDArray[np.float64]
"""Shape (n,), n at least 2."""


def percent(log_ratio: float) -> float:
    """Return the logarithm of a ratio as the percentage by which the one is more than the other."""
    return 100 * float(np.expm1(log_ratio))


def interval(differences: Differences) -> tuple[float, float]:
    """Return the bounds of the 95 % interval of the mean: studentized bootstrap (Efron and Tibshirani 1993, ch. 12).

    With 6 to 24 pairs it covers 94 to 97 %, where with few of them BCa covers 86 to 91 %: see docs/compare.md.
    """
    count, mean = len(differences), float(differences.mean())
    error = _standard_error(differences)
    if error == 0:
        return mean, mean
    drawn = differences[np.random.default_rng(_SEED).integers(0, count, (_RESAMPLES, count))]
    errors = drawn.std(axis=1, ddof=1) / np.sqrt(count)
    uneven = errors > 1e-9 * error  # the same pair drawn n times has no spread
    deviations = (drawn.mean(axis=1)[uneven] - mean) / errors[uneven]
    above, below = np.quantile(deviations, [1 - ALPHA / 2, ALPHA / 2])
    return mean - float(above) * error, mean - float(below) * error


def p_value(differences: Differences) -> tuple[float, bool]:
    """Return how often pairs whose signs are tossed differ on average as much; and whether all ways were tried.

    Which set of a pair was cued was tossed, so without an effect each sign was as likely as the other.
    """
    exact = 1 << len(differences) <= _EXACT_MAX
    found = stats.permutation_test(
        (differences,),
        lambda flipped, axis: flipped.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=_EXACT_MAX if exact else _RESAMPLES,
        batch=1 << 12,
        rng=np.random.default_rng(_SEED),
    )
    return float(found.pvalue), exact


def effect_size(differences: Differences) -> float | None:
    """Return dz, the mean in standard deviations of the differences (Lakens 2013, doi 10.3389/fpsyg.2013.00863)."""
    spread = float(differences.std(ddof=1))
    return float(differences.mean()) / spread if spread else None


def power(effect: float, spread: float, pairs: int) -> float:
    """Return how likely a test of so many pairs finds ``effect``, if they vary by ``spread`` (SD): that of a t test."""
    if not spread:
        return 1.0
    limit, shift = stats.t.ppf(1 - ALPHA / 2, pairs - 1), abs(effect) / spread * np.sqrt(pairs)
    if shift > _CERTAIN:
        return 1.0
    return float(stats.nct.sf(limit, pairs - 1, shift) + stats.nct.cdf(-limit, pairs - 1, shift))


def pairs_needed(effect: float, spread: float) -> int | None:
    """Return how many pairs find ``effect`` with a power of 80 %; None if more than ``PAIRS_MAX`` would."""
    enough = PAIRS_MIN
    while power(effect, spread, enough) < POWER:
        if enough == PAIRS_MAX:
            return None
        enough = min(2 * enough, PAIRS_MAX)
    return bisect_left(range(enough), POWER, lo=PAIRS_MIN, key=lambda pairs: power(effect, spread, pairs))


def _standard_error(differences: Differences) -> float:
    return float(differences.std(ddof=1) / np.sqrt(len(differences)))
