"""Real time for what has no time of its own."""

import threading
from collections.abc import Callable
from time import monotonic

_LATE_MAX_S = 1.0  # behind which the time is not made up for: the computer slept, or is too slow for the speed


class Pace:
    """Lets moments come when they are due. Each is due by the first one, so that nothing adds up.

    ``speed``: seconds that pass in one second.
    """

    def __init__(
        self, speed: float, clock: Callable[[], float] = monotonic, wait: Callable[[float], object] | None = None
    ):
        """``wait``: waits for so many seconds; None: until then, or until nobody wants to go on."""
        self._speed = speed
        self._clock = clock
        self._wait = wait
        self._start: float | None = None

    def until(self, t_s: float, stop: threading.Event) -> bool:
        """Wait until ``t_s`` is due; return whether ``stop`` is set."""
        now = self._clock()
        if self._start is None:
            self._start = now - t_s / self._speed
        left_s = self._start + t_s / self._speed - now
        if left_s < -_LATE_MAX_S:
            self._start -= left_s
        if left_s > 0:
            (self._wait or stop.wait)(left_s)
        return stop.is_set()
