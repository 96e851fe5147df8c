"""What is exported of a session, whatever the format: seconds from its start, percent of the reference, degrees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from buzzband.outcome import CueMark, Hold, QualitySpan, Rep, SetSpan

RATE_HZ = 50
LEVEL_PERCENT = 0.4
"""What one level of the activation stands for: the resolution of a session."""
MOVEMENT_STEP = 4
"""Activations from one angle to the next."""
NO_START = "nobody knows when it began"


@dataclass(frozen=True)
class Start:
    """When a session began: at ``at``, give or take ``within_s``; or if that is None, between two moments, if known.

    Moments have a time zone.
    """

    at: datetime | None = None
    within_s: float = 0.0
    earliest: datetime | None = None
    latest: datetime | None = None

    @property
    def bounds(self) -> str:
        """Return in words what is known of a start that is not known exactly."""
        earliest, latest = _utc(self.earliest), _utc(self.latest)
        if earliest and latest:
            return f"it began between {earliest} and {latest}"
        if latest:
            return f"it began before {latest}"
        return f"it began after {earliest}" if earliest else NO_START


@dataclass(frozen=True)
class TakenSet:
    """A set with its number, from 1 on."""

    number: int
    span: SetSpan


@dataclass(frozen=True)
class TakenRep:
    """A rep with the number of its set and its own, both from 1 on."""

    set: int
    number: int
    rep: Rep


@dataclass(frozen=True)
class TakenAnswer:
    """How many reps of a set the wearer felt to be on target, None if he did not say, and how many were."""

    set: int
    felt: int | None
    counted: int


@dataclass(frozen=True)
class TakenFault:
    """What went wrong; ``value`` as in docs/log-format.md."""

    t_s: float
    name: str
    value: int


@dataclass(frozen=True)
class About:
    """What a session says of itself. ``source``: of one that was imported, what it was made of; else empty.

    Text is as it was told: whoever writes it into a file makes it harmless there.
    """

    session_id: str
    band: str
    start: Start
    wearer: str
    exercise: str
    mode: str
    target_permille: int
    mains_hz: int
    load_kg: int | None
    app: str
    state: str
    source: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Take:
    """A session. ``name``: of its files, hexadecimal digits and dashes.

    ``levels``: activation, shape (n,), 50 a second, each ``LEVEL_PERCENT``; the one at index i is that of the 20 ms
    from i / 50 s on, at their end. ``valid``: shape (n,), false where there is none. ``flags``: shape (n,), bits of
    the log. ``degrees``: away from the pose of rest, shape (m,), at the end of each 80 ms; (0,) without an IMU. Of
    a session that was cut off up to 20 s at the end may lack.
    """

    name: str
    about: About
    levels: NDArray[np.int16]
    valid: NDArray[np.bool_]
    flags: NDArray[np.uint8]
    degrees: NDArray[np.uint8]
    sets: tuple[TakenSet, ...]
    reps: tuple[TakenRep, ...]
    holds: tuple[Hold, ...]
    cues: tuple[CueMark, ...]
    withheld: tuple[CueMark, ...]
    quality: tuple[QualitySpan, ...]
    blanked: tuple[tuple[float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    faults: tuple[TakenFault, ...]
    answers: tuple[TakenAnswer, ...]
    crossings: tuple[tuple[float, int], ...]
    marks: tuple[float, ...]
    ended: str

    @property
    def duration_s(self) -> float:
        """Return how long it was, as far as the log tells."""
        return len(self.levels) / RATE_HZ


def _utc(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""
