"""The words that are said within a set and beside it, as rhythms: from the firmware's table."""

from buzzband.report.canvas import LIGHT
from buzzband_fw import names
from buzzband_fw.core import words
from plotting import panels, svg

LAST = words.COUNT  # what follows are counts
MS_MAX = 2000


def rhythms() -> list[tuple[str, list[tuple[int, int]]]]:
    """Return each word's name, and when its pulses begin and how long they are, in ms."""
    found = []
    for word in range(1, LAST + 1):
        at_ms, pulses = 0, []
        for index, length_ms in enumerate(words.pulses_ms(word)):
            if index % 2 == 0:
                pulses.append((at_ms, length_ms))
            at_ms += length_ms
        found.append((names.WORDS[word].replace("_", " "), pulses))
    return found


def draw() -> str:
    """Return the figure as SVG."""
    rows = rhythms()
    with panels(1, 3.5) as (figure, (axes,)):
        for row, (_, pulses) in enumerate(rows):
            axes.broken_barh(pulses, (row - 0.32, 0.64), facecolor=LIGHT["buzz"], linewidth=0)
        axes.set_yticks(range(len(rows)), [name for name, _ in rows])
        axes.set(xlim=(0, MS_MAX), xlabel="ms", ylim=(len(rows) - 0.5, -0.5))
        axes.grid(axis="x", color=LIGHT["grid"], linewidth=0.6)
        return svg(figure)
