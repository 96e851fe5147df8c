"""What a simulated band did, as seen from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from buzzband_fw.hal import pins

US_PER_S = 1_000_000


@dataclass(frozen=True)
class Burst:
    """The motor from one start to the next stop. ``duties``: (seconds after the start, duty of 65535)."""

    start_s: float
    end_s: float
    duties: tuple[tuple[float, int], ...]

    @property
    def duration_s(self) -> float:
        """Return how long it ran."""
        return self.end_s - self.start_s


def bursts(duties: Sequence[tuple[int, int]], now_us: int) -> tuple[Burst, ...]:
    """Return the bursts in a record of (µs, duty); one that still lasts ends ``now_us``."""
    found: list[Burst] = []
    steps: list[tuple[int, int]] = []
    for when, duty in [*duties, (now_us, 0)]:
        if duty:
            steps.append((when, duty))
        elif steps:
            start = steps[0][0]
            found.append(
                Burst(start / US_PER_S, when / US_PER_S, tuple((((at - start) / US_PER_S), each) for at, each in steps))
            )
            steps = []
    return tuple(found)


def flashes(edges: Sequence[tuple[int, int, int]]) -> tuple[tuple[float, float], ...]:
    """Return when the LED went on and off again, in seconds, in a record of (µs, pin, level)."""
    of_led = [(when / US_PER_S, level) for when, pin, level in edges if pin == pins.LED]
    return tuple((on, off) for (on, level), (off, _) in pairwise(of_led) if level)


def file_contents(folder: Path) -> dict[str, bytes]:
    """Return the files in a folder by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
