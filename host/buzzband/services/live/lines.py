"""What is shown as lines, for a pipe: one for each tenth of a second, one for each thing that happens."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from buzzband.services.live import wording as words
from buzzband.services.live.items import Item, Note, Reading, Said, Standing
from buzzband.wording import percent, printable

SCHEMA = "buzzband/monitor/1"
EVERY_S = 0.1
_BAR = 40  # characters
_BAR_PERMILLE = 1000
_FIELDS = ("state", "faults", "target_permille", "next_target_permille", "mode", "next_mode", "set")


@dataclass(frozen=True)
class Line:
    """One line: in words, and what it tells as a JSON object. docs/monitor.md has the kinds."""

    t_s: float
    kind: str
    words: str
    told: Mapping[str, Any]

    def text(self) -> str:
        """Return it for people."""
        return str(printable(f"{self.t_s:9.2f} s  {self.words}")).replace("\n", " ")

    def document(self) -> Mapping[str, Any]:
        """Return it for programs."""
        return {"t_s": round(self.t_s, 3), "kind": self.kind, **self.told}


class Lines:
    """Makes lines of items. One of activation stands for a tenth of a second: its highest value, and all flags."""

    def __init__(self) -> None:
        self._standing: Standing | None = None
        self._tick = -1
        self._highest: Reading | None = None
        self._flags = 0

    def take(self, item: Item) -> Iterator[Line]:
        """Yield the lines that an item leads to."""
        if isinstance(item, Reading):
            yield from self._read(item)
        elif isinstance(item, Said):
            told = {"word": words.word_name(item.word), "withheld": item.withheld}
            yield Line(item.t_s, "word", words.said_text(item), told)
        elif isinstance(item, Note):
            yield Line(item.t_s, "mark" if item.mark else "note", item.text, {"text": item.text})
        else:
            yield from self._stand(item)

    def _read(self, reading: Reading) -> Iterator[Line]:
        if self._highest is None or reading.permille > self._highest.permille:
            self._highest = reading
        self._flags |= reading.flags
        tick = int(reading.t_s / EVERY_S + 1e-6)
        if tick == self._tick:
            return
        self._tick = tick
        highest, flags = self._highest, words.flag_names(self._flags)
        self._highest, self._flags = None, 0
        told = {
            "permille": highest.permille,
            "gated_permille": highest.gated_permille,
            "envelope": highest.envelope,
            "flags": flags,
        }
        yield Line(reading.t_s, "activation", "  ".join([self._bar(highest.permille), *flags]), told)

    def _bar(self, permille: int) -> str:
        """Return the activation as a bar up to 100 %, the target as a line in it."""
        cells = list("#" * _cells(permille) + "." * (_BAR - _cells(permille)))
        target = self._standing and self._standing.target_permille
        if target and _cells(target) < _BAR:
            cells[_cells(target)] = "|"
        return f"{percent(permille):>6} {''.join(cells)}"

    def _stand(self, standing: Standing) -> Iterator[Line]:
        last, self._standing = self._standing, standing
        if last is None or any(getattr(last, name) != getattr(standing, name) for name in _FIELDS):
            told = {name: getattr(standing, name) for name in (*_FIELDS, "supply_mv", "missed")}
            yield Line(standing.t_s, "state", words.standing_text(standing), told)
        if standing.rep is not None and last is not None and standing.told != last.told:
            yield Line(
                standing.t_s, "rep", words.rep_text(standing.rep, standing.target_permille), asdict(standing.rep)
            )


def first_line(name: str) -> Mapping[str, Any]:
    """Return the JSON object that comes before all lines."""
    return {"schema": SCHEMA, "source": name}


def _cells(permille: int) -> int:
    return min(permille * _BAR // _BAR_PERMILLE, _BAR)
