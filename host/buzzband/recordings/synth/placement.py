"""Where the band sits, and how crookedly it was put on."""

from dataclasses import dataclass

import numpy as np

from buzzband.recordings.model import Samples
from buzzband.recordings.synth.rotation import HANGING, Vector, rotations


@dataclass(frozen=True)
class Habit:
    """How far the segment turns, in degrees, in what a person does between sets.

    ``swing_deg``: from one end to the other in walking; ``drink_deg``: with a bottle at the mouth; ``lift_deg``:
    about so far when a weight is picked up or put down.
    """

    swing_deg: float = 25.0
    drink_deg: float = 40.0
    lift_deg: float = 45.0


@dataclass(frozen=True)
class Placement:
    """Where the band sits: what share of the joint's angle its segment turns by, at which distance from the joint.

    ``rest_deg``: the rotation vector that turns the segment from hanging to where a repetition starts. ``pivot_m``:
    the point of the segment that an exercise leaves in its place, in m from the joint: 0 is the joint itself.
    """

    name: str
    share: float
    lever_m: float
    rest_deg: Vector = HANGING
    pivot_m: float = 0.0
    habit: Habit = Habit()


UPPER_ARM = Placement("upper arm", share=0.05, lever_m=0.18)  # in a strict curl it hardly turns: 6° of 120°
FOREARM = Placement("forearm", share=1.0, lever_m=0.12, habit=Habit(35, 110, 60))
THIGH = Placement("thigh", share=1.0, lever_m=0.22, habit=Habit(45, 2, 50))  # lever from the hip


@dataclass(frozen=True)
class Mounting:
    """How the sensor is turned against the limb, in degrees: ``around_deg`` about its length, the tilts about y and z.

    The tilts come after the turn.
    """

    around_deg: float = 0.0
    tilt_deg: tuple[float, float] = (0.0, 0.0)

    @property
    def rotation(self) -> Samples:
        """Return the matrix whose columns are the sensor's axes, seen from the segment; shape (3, 3)."""
        around, tilted = rotations(np.array([(self.around_deg, 0.0, 0.0), (0.0, *self.tilt_deg)]))
        turned: Samples = around @ tilted
        return turned


ALIGNED = Mounting()


def mounted_by_hand(rng: np.random.Generator, *, around_sd_deg: float = 20.0, tilt_sd_deg: float = 5.0) -> Mounting:
    """Return a mounting as a wearer leaves it: normally distributed about the aligned one."""
    around, y, z = (rng.standard_normal(3) * [around_sd_deg, tilt_sd_deg, tilt_sd_deg]).tolist()
    return Mounting(around, (y, z))
