"""What a recording is, wherever it came from."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Channel:
    """One evenly sampled signal. ``samples``: shape (n,), finite, in ``unit``."""

    label: str
    rate_hz: float
    samples: Samples
    unit: str = ""

    @property
    def duration_s(self) -> float:
        """Return the length of the signal."""
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True)
class Annotation:
    """A remark at a time; ``duration_s`` is 0 for a moment."""

    start_s: float
    text: str
    duration_s: float = 0.0


@dataclass(frozen=True, eq=False)
class Recording:
    """Channels that start together; their rates may differ.

    ``start``: when they did, None if the file does not say. Without a time zone, it is that of the place.
    """

    name: str
    channels: tuple[Channel, ...]
    annotations: tuple[Annotation, ...] = field(default=())
    start: datetime | None = None

    @property
    def duration_s(self) -> float:
        """Return the length of the longest channel."""
        return max((channel.duration_s for channel in self.channels), default=0.0)
