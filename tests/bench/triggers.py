"""When an envelope says that the muscle has begun: the rules between a threshold and a cue."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from buzzband.services.analysis import runs

Signal = NDArray[np.float64]
Stretch = tuple[int, int]
"""First sample, and the one after the last."""


@dataclass(frozen=True)
class Rule:
    """A cue comes when the envelope was at the threshold for ``confirm_ms``.

    The next one may come when at least ``lockout_ms`` have passed since, and the envelope was below ``rearm`` of the
    threshold for ``rearm_ms``.
    """

    confirm_ms: float = 0.0
    rearm: float = 1.0
    rearm_ms: float = 0.0
    lockout_ms: float = 0.0


RULES = tuple(
    Rule(confirm_ms, *again)
    for confirm_ms, again in product(
        (0.0, 25.0, 50.0),  # Hodges and Bui 1996 took 20 to 100 ms, NeuroKit2 takes 50
        (
            (1.0, 0.0, 500.0),  # Upside Down Labs: half a second
            (0.8, 0.0, 0.0),  # OpenBCI: trips at 0.75, lets go at 0.6 of its range
            (0.6, 300.0, 0.0),  # Buzzband's own, so that a peer may differ in nothing but the envelope
        ),
    )
)


class Crossings:
    """Where an envelope is above a level and where it is below: looked up once, whatever the rule."""

    def __init__(self, envelope: Signal) -> None:
        self.envelope = envelope
        self._known: dict[tuple[str, float], list[Stretch]] = {}

    def above(self, level: float) -> list[Stretch]:
        """Return the stretches at ``level`` or above."""
        return self._look_up("above", level)

    def below(self, level: float) -> list[Stretch]:
        """Return the stretches below ``level``."""
        return self._look_up("below", level)

    def _look_up(self, side: str, level: float) -> list[Stretch]:
        if (side, level) not in self._known:
            mask = self.envelope >= level if side == "above" else self.envelope < level
            self._known[side, level] = list(runs(mask))
        return self._known[side, level]


def cues(crossings: Crossings, threshold: float, rule: Rule, rate_hz: float) -> list[int]:
    """Return the samples at which ``rule`` gives a cue. It is armed once it has seen the envelope low enough."""
    confirm, rearm, lockout = (round(ms * rate_hz / 1000) for ms in (rule.confirm_ms, rule.rearm_ms, rule.lockout_ms))
    low = iter(crossings.below(rule.rearm * threshold))
    found: list[int] = []
    armed = _armed(low, rearm, 0)
    for start, end in crossings.above(threshold):
        if end - start > confirm and armed <= start:
            found.append(start + confirm)
            armed = _armed(low, rearm, start + confirm + lockout)
    return found


def _armed(low: Iterator[Stretch], rearm: int, earliest: int) -> float:
    """Return when the next of the stretches below has lasted for ``rearm``, at ``earliest`` or later."""
    for start, end in low:
        armed = max(start + rearm, earliest)
        if armed <= end:
            return armed
    return np.inf
