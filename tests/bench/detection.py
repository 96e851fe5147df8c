"""From the onset of a muscle to the cue, at equal false cues a minute: Buzzband's core and what others have published.

Everybody has the same takes, the same calibration (rest: the 10th percentile of the own envelope; full: its best
500 ms mean) and the same sweep of thresholds between the two. A peer has its variants and the rules of triggers.py;
which of them is chosen on one half of each take, and measured on the other, both ways round. The core has its target,
and nothing else to choose.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from measures import Tally, fastest, matched, total
from peers import PEERS, RATE_HZ, Peer
from takes import Take, real, synthetic
from triggers import RULES, Crossings, Rule, Signal, cues

from buzzband.engines.cpython import condition, decide
from buzzband.engines.job import BLOCKS_PER_S, Settings
from buzzband.services import calibration
from buzzband_fw.core import words

MAINS_HZ = 50
SETTLED_S = 0.5  # filters forget how they began
TOGETHER = "real and synthetic together"
FALSE_PER_MIN = 1.0
FOUND_SHARES = (0.0, 0.95)  # the second asks for a detector that does not buy speed with bursts that it misses
THRESHOLDS = sorted({round(permille) for permille in np.geomspace(2, 700, 40).tolist()})
"""In permille of the way from rest to full."""

Counts = dict[int, list[tuple[Tally, Tally]]]
"""By threshold: for each take, what was counted in its first and in its second half."""


def measure() -> dict[str, Any]:
    """Return what each detector does on all takes together, and on each kind of them."""
    takes = [*real(), *synthetic()]
    signals = [take.signal for take in takes]
    counted: dict[str, Mapping[str, Counts]] = {"Buzzband": {"target": _own(takes)}}
    counted |= {peer.name: dict(_published(peer, takes, signals)) for peer in PEERS}
    kinds: dict[str, list[int]] = {TOGETHER: list(range(len(takes)))}
    for index, take in enumerate(takes):
        kinds.setdefault(take.kind, []).append(index)
    return {kind: _compared(takes, counted, indices) for kind, indices in kinds.items()}


def _compared(
    takes: Sequence[Take], counted: Mapping[str, Mapping[str, Counts]], indices: Sequence[int]
) -> dict[str, Any]:
    """Return what each detector does on some of the takes; nothing is chosen on any other."""
    some = [takes[index] for index in indices]
    return {
        "takes": [take.name for take in some],
        "minutes": sum(take.duration_s for take in some) / 60,
        "bursts": sum(len(take.bursts) for take in some),
        "detectors": {
            name: figures({choice: of(counts, indices) for choice, counts in choices.items()})
            for name, choices in counted.items()
        },
    }


def of(counts: Counts, indices: Sequence[int]) -> Counts:
    """Return what was counted in some of the takes."""
    return {threshold: [of_takes[index] for index in indices] for threshold, of_takes in counts.items()}


def _own(takes: Sequence[Take]) -> Counts:
    """Let the core decide, with each target."""
    counts: Counts = {threshold: [] for threshold in THRESHOLDS}
    for take in takes:
        conditioned = condition(take.raw, MAINS_HZ)
        settled = conditioned.envelope[round(SETTLED_S * BLOCKS_PER_S) :]
        scale = calibration.from_recording(settled, None, None)
        for threshold in THRESHOLDS:
            blocks = decide(conditioned, Settings(MAINS_HZ, scale.rest, scale.reference, threshold))
            said = np.flatnonzero(blocks.word == words.ON_TARGET) + 1
            counts[threshold].append(_halves(take, (said / BLOCKS_PER_S).tolist()))
    return counts


def _published(peer: Peer, takes: Sequence[Take], signals: Sequence[Signal]) -> Iterator[tuple[str, Counts]]:
    """Yield what was counted with each variant and each rule."""
    for variant, envelope in peer.variants.items():
        crossings = [Crossings(envelope(signal)) for signal in signals]
        levels = [_levels(one.envelope) for one in crossings]
        for rule in RULES:
            yield (
                f"{variant}; {_words(rule)}",
                {
                    threshold: [
                        _halves(take, _times(one, level[threshold], rule))
                        for take, one, level in zip(takes, crossings, levels, strict=True)
                    ]
                    for threshold in THRESHOLDS
                },
            )


def _levels(envelope: Signal) -> dict[int, float]:
    """Return the level of each threshold, by the calibration that the core gets."""
    settled = envelope[round(SETTLED_S * RATE_HZ) :]
    rest = float(np.percentile(settled, calibration.REST_PERCENTILE))
    width = round(calibration.BEST_MEAN_S * RATE_HZ)
    sums = np.concatenate(([0.0], np.cumsum(settled)))
    full = float((sums[width:] - sums[:-width]).max() / width)
    return {threshold: rest + threshold / 1000 * (full - rest) for threshold in THRESHOLDS}


def _times(crossings: Crossings, level: float, rule: Rule) -> list[float]:
    return [(sample + 1) / RATE_HZ for sample in cues(crossings, level, rule, RATE_HZ)]


def _words(rule: Rule) -> str:
    return (
        f"confirmed for {rule.confirm_ms:g} ms, again after {rule.lockout_ms:g} ms "
        f"and {rule.rearm_ms:g} ms below {rule.rearm:g} of the threshold"
    )


def _halves(take: Take, said: Sequence[float]) -> tuple[Tally, Tally]:
    told = matched([cue_s for cue_s in said if cue_s >= SETTLED_S], take.bursts, take.early_s)
    middle = take.duration_s / 2
    return told.between(SETTLED_S, middle), told.between(middle, take.duration_s)


def figures(choices: Mapping[str, Counts]) -> dict[str, Any]:
    """Return what a detector does on the halves that nothing was chosen on, both of them together."""
    halves = (0, 1)
    sure = [_surest(choices, 1 - half) for half in halves]
    at_f1 = total(_half(choices[name][threshold], half) for half, (name, threshold) in zip(halves, sure, strict=True))
    limits, curves = {}, []
    for share in FOUND_SHARES:
        quick = [_quickest(choices, 1 - half, share) for half in halves]
        curve = [total(_half(choices[quick[half]][each], half) for half in halves) for each in THRESHOLDS]
        best = fastest(curve, FALSE_PER_MIN, share)
        told = None if best is None else _told(best, THRESHOLDS[curve.index(best)])
        limits[f"{share:g}"] = {"chosen": quick, "reached": told}
        curves.append(curve)
    return {
        "at_limit": limits,
        "burst_f1": at_f1.burst_f1,
        "chosen_for_f1": [f"{name}, at {threshold / 10:g} %" for name, threshold in sure],
        "onset_f1": max(one.onset_f1 for one in curves[0]),
        "curve": [_told(one, threshold) for one, threshold in zip(curves[0], THRESHOLDS, strict=True)],
    }


def _half(counted: Sequence[tuple[Tally, Tally]], half: int) -> Tally:
    """Return what was counted in one half of all takes."""
    return total(both[half] for both in counted)


def _quickest(choices: Mapping[str, Counts], half: int, found_share: float) -> str:
    """Return the choice with the least median latency at the limit of false cues, in ``half``."""

    def latency_s(name: str) -> float:
        best = fastest((_half(counted, half) for counted in choices[name].values()), FALSE_PER_MIN, found_share)
        return np.inf if best is None else best.median_latency_s

    return min(choices, key=latency_s)


def _surest(choices: Mapping[str, Counts], half: int) -> tuple[str, int]:
    """Return the choice with the best burst F1 at most thresholds, in ``half``, and the middle one of those."""

    def found(name: str) -> tuple[float, list[int]]:
        scores = {threshold: _half(counted, half).burst_f1 for threshold, counted in choices[name].items()}
        best = max(scores.values())
        return best, [threshold for threshold, score in scores.items() if score == best]

    name = max(choices, key=lambda name: (found(name)[0], len(found(name)[1])))
    _, thresholds = found(name)
    return name, thresholds[len(thresholds) // 2]


def _told(one: Tally, threshold: int) -> dict[str, float | None]:
    """Return a point of the trade-off; None for a latency that half of the bursts do not have."""
    latency_s = one.median_latency_s
    return {
        "threshold_percent": threshold / 10,
        "false_per_min": one.false_per_min,
        "median_latency_ms": 1000 * latency_s if np.isfinite(latency_s) else None,
        "found": one.found,
        "bursts": len(one.latencies_s),
    }
