"""``buzzband monitor`` on a terminal: a reader that never waits for the painter, and a painter 30 times a second."""

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Digits, Footer, Static

from buzzband.errors import BuzzbandError
from buzzband.screen.chart import Chart, legend
from buzzband.services.live import wording as words
from buzzband.services.live.buffer import Buffer
from buzzband.services.live.history import History
from buzzband.services.live.items import Note, Order, Said, Source, Standing
from buzzband.services.live.rate import Rate
from buzzband.wording import clock, printable

FRAMES_PER_S = 30
_REMARKS = 5  # lines of what was said and noted, and of reps
_SURE_S = 3.0  # within which the key is pressed once more
_LEAVE_S = 3.0  # for the reader to stop the stream


class MonitorApp(App[BuzzbandError | None]):
    """Shows a ``Source`` until it is left; returns what ended it otherwise. ``frames``: painted so far."""

    TITLE = "buzzband monitor"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]  # noqa: RUF012  # Textual declares it so
    CSS = """
    Static { text-wrap: nowrap; text-overflow: ellipsis; }
    #top { height: 3; margin: 0 1; }
    #now { width: 18; text-align: right; }
    #work { width: 1fr; margin: 0 2; }
    #source { width: auto; max-width: 46; text-align: right; }
    Chart { height: 1fr; min-height: 6; margin: 1 1 0 1; background: transparent; }
    #legend { height: 1; margin: 0 1; color: $text-muted; }
    #signal { height: auto; max-height: 3; margin: 1 1 0 1; text-style: bold; }
    #signal.trouble { color: $text-error; }
    #bottom { height: 5; margin: 0 1; }
    #reps { width: 1fr; }
    #remarks { width: 1fr; }
    .-narrow #legend { display: none; }
    .-narrow #now { width: 11; }
    .-narrow #work { margin: 0 1; }
    .-narrow #source { max-width: 24; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "order('TARGET_UP')", "target up", priority=True),
        Binding("down", "order('TARGET_DOWN')", "target down", priority=True),
        ("m", "order('NEXT_MODE')", "mode"),
        ("c", "calibrate", "calibrate"),
        ("space", "order('MARK')", "mark"),
        ("q", "quit", "quit"),
        Binding("ctrl+c", "quit", show=False, priority=True),
    ]

    def __init__(self, source: Source, time: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self.frames = 0
        self.error: BuzzbandError | None = None
        self._source = source
        self._time = time
        self._buffer = Buffer()
        self._history = History()
        self._stop = threading.Event()
        self._reader = threading.Thread(target=self._read, name="reader", daemon=True)
        self._standing: Standing | None = None
        self._remarks: deque[str] = deque(maxlen=_REMARKS)
        self._reps: dict[tuple[int, int], str] = {}
        self._leading = ""
        self._sure_until_s = 0.0
        self._texts: dict[str, str] = {}
        self._now, self._chart = Digits(id="now"), Chart(self._history)  # kept: a timer may tick when none is mounted
        self._fields = {name: Static(id=name) for name in ("work", "source", "signal", "reps", "remarks")}
        self._samples, self._painted = Rate(time), Rate(time)

    def compose(self) -> ComposeResult:
        """Lay out what there is to see."""
        with Horizontal(id="top"):
            yield self._now
            yield self._fields["work"]
            yield self._fields["source"]
        yield self._chart
        yield Static(legend(), id="legend")
        yield self._fields["signal"]
        with Horizontal(id="bottom"):
            yield self._fields["reps"]
            yield self._fields["remarks"]
        yield Footer()

    def on_mount(self) -> None:
        """Begin to read and to paint."""
        self._reader.start()
        self.set_interval(1 / FRAMES_PER_S, self.paint)

    def on_unmount(self) -> None:
        """Stop reading: a band is to stop its stream."""
        self._stop.set()
        self._reader.join(_LEAVE_S)

    def paint(self) -> None:
        """Show what has come since the last time."""
        batch = self._buffer.take()
        self.frames += 1
        self._history.add(batch.readings, batch.remarks)
        for remark in batch.remarks:
            text = words.said_text(remark) if isinstance(remark, Said) else remark.text
            self._remarks.append(f"{clock(remark.t_s):>6}  {text}")
            self._lead(remark)
        if batch.standing is not None:
            self._stand(batch.standing)
        self._chart.show(None if self._standing is None else self._standing.target_permille)
        self._tell(batch.dropped)
        if self.error is not None:
            self.exit(self.error)

    def action_order(self, name: str) -> None:
        """Ask the source for something."""
        self._source.orders.put(Order[name])

    def action_calibrate(self) -> None:
        """Ask for a calibration; while a session goes on, only when asked twice: it ends the session."""
        if self._standing is not None and self._standing.state == "running" and self._time() > self._sure_until_s:
            self._sure_until_s = self._time() + _SURE_S
            self._remarks.append("        This ends the session: press c once more.")
            return
        self.action_order("CALIBRATE")

    def _read(self) -> None:
        """Put all that the source tells into the buffer, on a thread of its own."""
        try:
            for item in self._source.items(self._stop):
                self._buffer.put(item)
        except BuzzbandError as error:
            self.error = error

    def _stand(self, standing: Standing) -> None:
        last, self._standing = self._standing, standing
        if standing.rep is not None and (last is None or standing.told != last.told):
            rep = standing.rep
            self._reps[rep.set, rep.number] = words.rep_text(rep, standing.target_permille)  # or as it is told anew
            while len(self._reps) > _REMARKS:
                del self._reps[next(iter(self._reps))]
        if standing.state not in words.GUIDING:
            self._leading = ""

    def _lead(self, remark: Said | Note) -> None:
        """Take note of what the wearer is told to do."""
        if isinstance(remark, Said) and remark.word in words.GUIDED:
            self._leading = words.GUIDED[remark.word]

    def _tell(self, dropped: int) -> None:
        """Bring the texts up to date."""
        last, standing = self._history.last, self._standing
        if standing is None:
            return
        self._now.update(f"{last.permille // 10}%" if last is not None else "–")
        work = (words.work_text(standing), words.target_text(standing), words.mode_text(standing))
        self._put("work", *work)
        self._put("source", *self._of_source(standing, dropped))
        trouble = [] if self._leading or last is None else list(words.trouble(standing, last.flags))
        self._fields["signal"].set_class(bool(trouble), "trouble")
        self._put("signal", *(trouble or [self._leading or "The signal is good."]))
        self._put("reps", *self._reps.values())
        self._put("remarks", *self._remarks)

    def _of_source(self, standing: Standing, dropped: int) -> tuple[str, str, str]:
        rate = (
            f"{self._samples.per_s(self._buffer.count):.0f} readings/s {self._painted.per_s(self.frames):.0f} frames/s"
        )
        lost = f"{standing.missed + dropped} missed" if standing.missed + dropped else ""
        at = clock(self._history.last.t_s) if self._history.last is not None else ""
        parts = (standing.state, words.battery_text(standing), at)
        return self._source.name, ", ".join(filter(None, parts)), ", ".join(filter(None, (rate, lost)))

    def _put(self, name: str, *lines: str) -> None:
        """Write lines into the text of that name, if they differ from what stands there. They are never markup."""
        text = str(printable("\n".join(line.replace("\n", " ") for line in lines)))
        if self._texts.get(name) != text:
            self._texts[name] = text
            self._fields[name].update(Text(text))
