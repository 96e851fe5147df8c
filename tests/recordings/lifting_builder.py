"""What a band tells of the movement, made by hand."""

from dataclasses import replace

import numpy as np

from buzzband.recordings.lifting import Hold, Lifting, Rep, Set


def rep(number: int = 0, **changes: int) -> Rep:
    """A rep of 3.4 s, told at once, one every 4 s from 10 s on."""
    told = Rep(0, number, 0, 3, 0, 1000 + 400 * number, 1300, 300, 1800, 700, 450, 250)
    return replace(told, **changes)


def ended(reps: int, **changes: int) -> Set:
    """The end of the set that has so many of these reps."""
    return replace(Set(0, 0, 3, 0, reps, 1000, 940 + 400 * max(reps, 1), 4000), **changes)


def lifting(*told: Rep | Set | Hold, degrees: int = 0) -> Lifting:
    """All of that, in its order, and so many degrees, one more each time."""
    return Lifting(
        tuple(one for one in told if isinstance(one, Rep)),
        tuple(one for one in told if isinstance(one, Set)),
        tuple(one for one in told if isinstance(one, Hold)),
        np.arange(degrees, dtype=np.uint8),
    )
