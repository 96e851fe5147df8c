"""Between a reader that must not wait and a painter that may be slow: bounded, the newest wins, losses are counted."""

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from buzzband.services.live.items import Item, Note, Reading, Said, Standing

_Kind = TypeVar("_Kind")

READINGS_MAX = 1024  # 20 s
REMARKS_MAX = 256


@dataclass(frozen=True)
class Batch:
    """All that has come since the last one. ``dropped``: readings and remarks that were lost in the buffer, ever."""

    readings: tuple[Reading, ...]
    remarks: tuple[Said | Note, ...]
    standing: Standing | None
    dropped: int


class Buffer:
    """Takes items from one thread and gives batches to another. ``count``: readings that have come, ever."""

    def __init__(self, readings_max: int = READINGS_MAX, remarks_max: int = REMARKS_MAX) -> None:
        self.count = 0
        self._readings: deque[Reading] = deque(maxlen=readings_max)
        self._remarks: deque[Said | Note] = deque(maxlen=remarks_max)
        self._standing: Standing | None = None
        self._dropped = 0
        self._lock = Lock()

    def put(self, item: Item) -> None:
        """Take an item; if there is no room, the oldest of its kind goes. Of standings only the last is kept."""
        with self._lock:
            if isinstance(item, Standing):
                self._standing = item
            elif isinstance(item, Reading):
                self.count += 1
                self._dropped += _push(self._readings, item)
            else:
                self._dropped += _push(self._remarks, item)

    def take(self) -> Batch:
        """Return what there is, and be empty."""
        with self._lock:
            batch = Batch(tuple(self._readings), tuple(self._remarks), self._standing, self._dropped)
            self._readings.clear()
            self._remarks.clear()
            self._standing = None
        return batch


def _push(queue: "deque[_Kind]", item: _Kind) -> bool:
    """Add an item; return whether another one has gone for it."""
    full = len(queue) == queue.maxlen
    queue.append(item)
    return full
