"""The activation of the last seconds as bars, with the target and the line below which it re-arms."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from buzzband.services.live.history import Column, History
from buzzband.services.live.items import Note
from buzzband_fw.core import words
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.quality import FLAT, HUM, RAIL
from buzzband_fw.core.target import REARM_PERCENT

LANE_ROWS = 1  # words and marks, below the bars
AXIS_CELLS = 14
TOPS_PERMILLE = (1000, 1500, 2000, 3000, 4000)
EIGHTHS = " ▁▂▃▄▅▆▇█"

BELOW = Style(color="#4c8bf5")
ABOVE = Style(color="#2fb170")
SPEAKING = Style(color="#8a8f98")
FAULTY = Style(color="#d9534f")
TARGET = Style(color="#2fb170", bold=True)
REARM = Style(color="#c98a1b")
AXIS = Style(color="#8a8f98")
WORD = Style(color="#f0c040", bold=True)
MARK = Style(color="#c678dd", bold=True)

_FAULTS = RAIL | FLAT | HUM


class Chart(Widget):
    """Paints a ``History``. Call ``show`` as often as it is to be up to date: only what has changed goes out."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history
        self._columns: Sequence[Column] = ()
        self._target_permille: int | None = None
        self._top_permille = TOPS_PERMILLE[0]
        self._axis: Sequence[tuple[str, Style]] = ()

    def show(self, target_permille: int | None) -> None:
        """Take over what the history holds now."""
        before, columns = self._columns, self._history.columns(max(self.size.width - AXIS_CELLS, 0))
        top_permille = _top(columns, target_permille)
        self._columns = columns
        if (target_permille, top_permille, len(columns)) != (self._target_permille, self._top_permille, len(before)):
            self._target_permille, self._top_permille = target_permille, top_permille
            self.refresh()
        elif columns[:-1] != before[:-1]:
            self.refresh()
        elif columns[-1:] != before[-1:]:
            self.refresh(Region(self.size.width - 1, 0, 1, self.size.height))

    def render_line(self, y: int) -> Strip:
        """Return a row: axis and bars, or at the bottom the words."""
        rows = self.size.height - LANE_ROWS
        if y >= rows:
            cells = [_remark(column) for column in self._columns]
            return _strip([(" " * AXIS_CELLS, AXIS), *cells]).apply_style(self.rich_style)
        row = rows - 1 - y
        line = self._line(row, rows)
        cells = [self._cell(column, row, rows, line) for column in self._columns]
        return _strip([self._label(row, rows), *cells]).apply_style(self.rich_style)

    def _cell(self, column: Column, row: int, rows: int, line: tuple[str, Style]) -> tuple[str, Style]:
        eighths = 0 if column.permille is None else column.permille * rows * 8 // self._top_permille - 8 * row
        if eighths <= 0:
            return line
        return EIGHTHS[min(eighths, 8)], self._style(column)

    def _style(self, column: Column) -> Style:
        if column.flags & _FAULTS:
            return FAULTY
        if column.flags & BLANKED:
            return SPEAKING
        target, permille = self._target_permille, column.permille or 0
        return ABOVE if target is not None and permille >= target else BELOW

    def _line(self, row: int, rows: int) -> tuple[str, Style]:
        """Return what stands in a row where no bar is."""
        target = self._target_permille
        if target is not None and row == self._row(target, rows):
            return "─", TARGET
        if target is not None and row == self._row(_rearm(target), rows):
            return "╌", REARM
        return " ", AXIS

    def _label(self, row: int, rows: int) -> tuple[str, Style]:
        target = self._target_permille
        if target is not None and row == self._row(target, rows):
            return _named("target", target), TARGET
        if target is not None and row == self._row(_rearm(target), rows):
            return _named("re-arm", _rearm(target)), REARM
        if row == rows - 1:
            return _named("", self._top_permille), AXIS
        return (_named("", 0) if row == 0 else " " * AXIS_CELLS), AXIS

    def _row(self, permille: int, rows: int) -> int:
        return min(permille * rows // self._top_permille, rows - 1)


def _named(name: str, permille: int) -> str:
    """Return a label of the axis."""
    return f"{name:>6} {permille // 10:>4} % "


def _rearm(target_permille: int) -> int:
    return target_permille * REARM_PERCENT // 100


def legend() -> Text:
    """Return what the signs and colours mean."""
    return Text.assemble(
        ("▼", TARGET),
        " on target  ",
        ("▲", WORD),
        " another word  ",
        ("▽", AXIS),
        " withheld  ",
        ("◆", MARK),
        " mark    ",
        ("█", ABOVE),
        " target reached  ",
        ("█", BELOW),
        " below  ",
        ("█", SPEAKING),
        " motor  ",
        ("█", FAULTY),
        " bad signal",
    )


def _top(columns: Sequence[Column], target_permille: int | None) -> int:
    """Return where the bars end: the least of a few steps that all of them fit."""
    highest = max((column.permille or 0 for column in columns), default=0)
    wanted = max(highest, 6 * (target_permille or 0) // 5)
    return next((top for top in TOPS_PERMILLE if wanted <= top), TOPS_PERMILLE[-1])


def _remark(column: Column) -> tuple[str, Style]:
    """Return the sign for what was said or marked in a column; of several the last."""
    if not column.remarks:
        return " ", AXIS
    last = column.remarks[-1]
    if isinstance(last, Note):
        return ("◆", MARK) if last.mark else (" ", AXIS)
    if last.withheld:
        return "▽", AXIS
    return ("▼", TARGET) if last.word == words.ON_TARGET else ("▲", WORD)


def _strip(cells: Sequence[tuple[str, Style]]) -> Strip:
    """Return cells as a strip, those that look alike in one piece: less goes over the wire."""
    segments: list[Segment] = []
    text, style = "", cells[0][1]
    for part, own in cells:
        if own != style and (part.strip() or text.strip()):
            segments.append(Segment(text, style))
            text, style = "", own
        text += part
    segments.append(Segment(text, style))
    return Strip(segments)
