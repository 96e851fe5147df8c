"""The last seconds, in as many columns as there is room for."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from buzzband.services.live.items import STEP_S, Note, Reading, Said

SPAN_S = 15.0
_REMARKS_MAX = 128


@dataclass
class Column:
    """What fell into one column. ``permille``: the highest; None where nothing came. ``flags``: of all that came."""

    permille: int | None = None
    flags: int = 0
    remarks: list[Said | Note] = field(default_factory=list)


class History:
    """Keeps readings and remarks of the last ``span_s``, and nothing older. ``last``: the newest reading."""

    def __init__(self, span_s: float = SPAN_S) -> None:
        self.span_s = span_s
        self.last: Reading | None = None
        self._readings: deque[Reading] = deque(maxlen=round(span_s / STEP_S) + 1)
        self._remarks: deque[Said | Note] = deque(maxlen=_REMARKS_MAX)

    def add(self, readings: Iterable[Reading], remarks: Iterable[Said | Note]) -> None:
        """Take what is new. A clock that goes back has begun anew: what was before it goes."""
        for reading in readings:
            if self.last is not None and reading.t_s < self.last.t_s:
                self._readings.clear()
                self._remarks.clear()
            self.last = reading
            self._readings.append(reading)
        self._remarks.extend(remarks)

    def columns(self, count: int) -> list[Column]:
        """Return ``count`` columns, the newest last. Where one begins does not depend on when it is asked for."""
        found = [Column() for _ in range(count)]
        if self.last is None or not count:
            return found
        per_s = count / self.span_s
        first = int(self.last.t_s * per_s) - count + 1
        for reading in self._readings:
            index = int(reading.t_s * per_s) - first
            if 0 <= index < count:
                column = found[index]
                column.permille = max(column.permille or 0, reading.permille)
                column.flags |= reading.flags
        for remark in self._remarks:
            index = int(remark.t_s * per_s) - first
            if 0 <= index < count:
                found[index].remarks.append(remark)
        return found
