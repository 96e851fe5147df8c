"""What is compared on some takes is chosen and measured on those alone."""

import detection
from measures import Tally


def tally(latency_s: float, false: int = 0) -> Tally:
    return Tally((latency_s,), false, 60.0)


def test_takes_together_have_one_threshold_and_each_burst_counts() -> None:
    quick, slow, noisy = tally(0.02), tally(0.08), tally(0.01, false=9)
    low, *higher = detection.THRESHOLDS
    counts = {low: [(noisy, noisy), (quick, quick)]} | {each: [(quick, quick), (slow, slow)] for each in higher}
    chosen = []
    for indices in ((0,), (1,), (0, 1)):
        reached = detection.figures({"target": detection.of(counts, indices)})["at_limit"]["0"]["reached"]
        chosen.append((reached["threshold_percent"], reached["median_latency_ms"], reached["bursts"]))
    assert chosen == [(higher[0] / 10, 20.0, 2), (low / 10, 20.0, 2), (higher[0] / 10, 50.0, 4)]
