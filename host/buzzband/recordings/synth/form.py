"""How far a person strays from the exercise as drawn: sway, drift, and no two repetitions alike."""

from dataclasses import dataclass

import numpy as np

from buzzband.recordings.model import Samples
from buzzband.recordings.synth.activation import RATE_HZ
from buzzband.recordings.synth.noise import band_noises

SWAY_HZ = (0.1, 1.0)
DRIFT_HZ = (0.01, 0.05)


@dataclass(frozen=True)
class Form:
    """What the segment turns by besides, about each of its axes, as SD in degrees.

    ``stray_deg`` is drawn for each repetition and grows and falls with its angle: a strict curl leaves the upper arm a
    few degrees, never the same. ``sway_deg`` and ``drift_deg`` wander, fast and slowly, all through a session.
    """

    stray_deg: float = 1.0
    sway_deg: float = 0.2
    drift_deg: float = 1.0

    def wander(self, n: int, rng: np.random.Generator) -> Samples:
        """Return sway and drift in degrees, shape (n, 3), at 100 Hz."""
        sway = self.sway_deg * band_noises(n, 3, RATE_HZ, SWAY_HZ, rng)
        wandered: Samples = sway + self.drift_deg * band_noises(n, 3, RATE_HZ, DRIFT_HZ, rng)
        return wandered


USUAL_FORM = Form()
STRICT = Form(0, 0, 0)
