"""Directions on a limb, and rotations in space.

A limb's x points down it while it hangs, y forward, z to the right: the axis about which elbow and hip flex. The
room has the axes of the hanging limb.
"""

import numpy as np

from buzzband.recordings.model import Samples

Vector = tuple[float, float, float]

FLEXION: Vector = (0.0, 0.0, 1.0)  # forward and up
EXTENSION: Vector = (0.0, 0.0, -1.0)
ABDUCTION: Vector = (0.0, -1.0, 0.0)  # of the right arm: out to the right and up
ADDUCTION: Vector = (0.0, 1.0, 0.0)
HANGING: Vector = (0.0, 0.0, 0.0)


def rotations(turn_deg: Samples) -> Samples:
    """Return the matrices of rotation vectors in degrees: shape (n, 3) to (n, 3, 3), by Rodrigues' formula."""
    x, y, z = np.radians(turn_deg).T
    angle = np.sqrt(x**2 + y**2 + z**2)[:, np.newaxis, np.newaxis]
    nil = np.zeros(len(turn_deg))
    cross = np.stack([nil, -z, y, z, nil, -x, -y, x, nil], axis=1).reshape(-1, 3, 3)
    once = np.sinc(angle / np.pi)  # sin θ / θ
    twice = np.sinc(angle / (2 * np.pi)) ** 2 / 2  # (1 − cos θ) / θ²
    matrices: Samples = np.eye(3) + once * cross + twice * (cross @ cross)
    return matrices
