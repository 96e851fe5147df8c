"""How many there are in a second, of what is counted."""

from collections import deque
from collections.abc import Callable

OVER_S = 2.0


class Rate:
    """The rate of a count over the last two seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: deque[tuple[float, float]] = deque()

    def per_s(self, count: float) -> float:
        """Take how many there have been so far; return how many come in a second, 0 before that can be told."""
        now = self._clock()
        self._counts.append((now, count))
        while len(self._counts) > 2 and now - self._counts[1][0] >= OVER_S:
            self._counts.popleft()
        since, first = self._counts[0]
        return (count - first) / (now - since) if now > since else 0.0
