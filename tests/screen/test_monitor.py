"""The screen: what stands on it, what the keys do, and that it falls behind nobody."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Digits

from buzzband.errors import Unplugged
from buzzband.screen.chart import AXIS_CELLS, Chart
from buzzband.screen.monitor import MonitorApp
from buzzband.services.live.items import Note, Order, Said, Standing
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.quality import HUM
from buzzband_fw.core.words import BREATHE_IN, FELL_SHORT, ON_TARGET
from services.live.builders import REP, RUNNING, ListSource, reading, readings

Look = Callable[[MonitorApp, "Pilot[Any]"], Awaitable[None]]


def shown(source: ListSource, look: Look, size: tuple[int, int] = (100, 30)) -> MonitorApp:
    """Let the app run on ``source`` until all it told is painted, then ``look``."""

    async def run() -> MonitorApp:
        app = MonitorApp(source)
        async with app.run_test(size=size) as pilot:
            while app._buffer.count < sum(1 for _ in source.told if hasattr(_, "gated_permille")):
                await pilot.pause(0.01)
            app.paint()
            await pilot.pause()
            await look(app, pilot)
        return app

    return asyncio.run(run())


def texts(source: ListSource, size: tuple[int, int] = (100, 30)) -> str:
    """All text on the screen, row by row."""
    rows: list[str] = []

    async def look(app: MonitorApp, _pilot: "Pilot[Any]") -> None:
        rows.extend("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())

    shown(source, look, size)
    return "\n".join(row.replace("\xa0", " ") for row in rows)


def test_the_work_the_rep_the_target_the_battery_and_the_words_stand_there() -> None:
    text = texts(ListSource([RUNNING, *readings(2), Said(1.0, ON_TARGET), Said(1.5, FELL_SHORT, True)]))
    for part in (
        "set 1: 3 reps, lift",
        "target 50 %",
        "mode reach",
        "monday.csv",
        "3.90 V",
        "set 1 rep 3   71 %  1.2-0.3-1.8 s  on target",
        "0:01  on target",
        "0:01  fell short (withheld)",
        "re-arm   30 %",
        "The signal is good.",
    ):
        assert part in text, part


def test_what_counts_later_is_told_apart() -> None:
    text = texts(ListSource([replace(RUNNING, next_target_permille=600, next_mode="below"), *readings(1)]))
    assert "target 50 %, 60 % from the next session on" in text
    assert "mode reach, below from the next session on" in text


def test_a_bad_signal_and_faults_stand_there_with_their_mend() -> None:
    text = texts(ListSource([replace(RUNNING, faults=("no imu", "fault 512")), reading(0.1, flags=HUM)]))
    assert "Hum of the mains" in text
    assert "told by the muscle alone" in text
    assert "fault 512" in text


def test_what_the_band_asks_for_while_it_leads_stands_there() -> None:
    told = [replace(RUNNING, state="calibrating", set=0), *readings(1), Said(1.0, BREATHE_IN)]
    assert "Stand still, let the arm hang. Breathe in." in texts(ListSource(told))


def bars(told: list[Any], size: tuple[int, int] = (100, 30)) -> list[str]:
    """The rows of the chart without its axis, from the top; the last one is that of the words."""
    rows: list[str] = []

    async def look(app: MonitorApp, _pilot: "Pilot[Any]") -> None:
        chart = app.query_one(Chart)
        rows.extend(chart.render_line(row).text[AXIS_CELLS:] for row in range(chart.size.height))

    shown(ListSource(told), look, size)
    return rows


def test_bars_are_as_high_as_the_activation_and_lines_stand_at_target_and_re_arm() -> None:
    rows = bars([RUNNING, *readings(15, 0), *readings(1, 800, from_s=15)])
    heights = [sum(row[column] in "▁▂▃▄▅▆▇█" for row in rows[:-1]) for column in range(len(rows[0]))]
    assert heights[-3] == pytest.approx(0.8 * (len(rows) - 1), abs=1)
    assert heights[5] == 0
    (target,) = (index for index, row in enumerate(rows[:-1]) if "─" in row)
    (rearm,) = (index for index, row in enumerate(rows[:-1]) if "╌" in row)
    full = len(rows) - 1
    assert full - 1 - target == int(0.5 * full)
    assert full - 1 - rearm == int(0.3 * full)


def test_words_and_marks_stand_under_their_moment() -> None:
    remarks = [Said(5.0, ON_TARGET), Said(8.0, FELL_SHORT), Said(10.0, ON_TARGET, True), Note(12.0, "x", mark=True)]
    lane = bars([RUNNING, *readings(15), *remarks])[-1]
    assert lane.strip().split() == ["▼", "▲", "▽", "◆"]
    assert lane.index("▲") - lane.index("▼") == pytest.approx(len(lane) / 5, abs=1)


def test_keys_ask_the_source() -> None:
    source = ListSource([replace(RUNNING, state="idle"), *readings(1)])

    async def press(_app: MonitorApp, pilot: "Pilot[Any]") -> None:
        await pilot.press("up", "down", "m", "space", "c")

    shown(source, press)
    assert source.asked() == [
        Order.TARGET_UP, Order.TARGET_DOWN, Order.NEXT_MODE, Order.MARK, Order.CALIBRATE,
    ]  # fmt: skip


def test_a_session_is_ended_for_a_calibration_only_when_that_is_asked_twice() -> None:
    source = ListSource([RUNNING, *readings(1)])

    async def press(app: MonitorApp, pilot: "Pilot[Any]") -> None:
        await pilot.press("c")
        assert source.asked() == []
        await pilot.press("c")

    shown(source, press)
    assert source.asked() == [Order.CALIBRATE]


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_leaving_stops_the_source(key: str) -> None:
    source = ListSource([RUNNING, *readings(1)])

    async def press(_app: MonitorApp, pilot: "Pilot[Any]") -> None:
        await pilot.press(key)

    assert shown(source, press).return_value is None
    assert source.stopped


def test_what_ends_the_source_ends_the_screen_and_is_handed_on() -> None:
    async def wait(app: MonitorApp, pilot: "Pilot[Any]") -> None:
        while app.error is None:
            await pilot.pause(0.01)
        app.paint()

    error = Unplugged("gone")
    assert shown(ListSource([RUNNING, reading(0.1)], error=error), wait).return_value is error


def test_after_a_recording_the_screen_stays() -> None:
    async def look(app: MonitorApp, pilot: "Pilot[Any]") -> None:
        await pilot.pause(0.1)
        assert app.is_running

    shown(ListSource([RUNNING, *readings(1)], lingers=False), look)


@pytest.mark.parametrize(
    "text", ["\x1b[2J\x1b]0;x\x07", "[bold red]x[/]", "[@click=app.quit]x[/]", "a\x9b31mb", "\u202etxt"]
)
def test_text_from_outside_is_shown_and_does_nothing(text: str) -> None:
    standing = replace(RUNNING, state=text, faults=(text,), mode=text)
    found = texts(ListSource([standing, *readings(1), Note(1.0, text)], name=text))
    assert not set(found) & set("\x1b\x07\x9b\u202e")
    if text.startswith("["):
        assert found.count(text) >= 3


@pytest.mark.parametrize("size", [(40, 12), (64, 22), (100, 30), (220, 60), (20, 5)])
def test_it_fits_any_terminal(size: tuple[int, int]) -> None:
    rows = texts(ListSource([RUNNING, *readings(3)]), size).split("\n")
    assert all(len(row) <= size[0] for row in rows)


def test_a_frame_that_shows_nothing_new_paints_nothing() -> None:
    async def look(app: MonitorApp, _pilot: "Pilot[Any]") -> None:
        app.set_interval = None  # type: ignore[assignment, method-assign]
        chart = app.query_one(Chart)
        painted: list[Any] = []
        chart.refresh = lambda *regions, **_: painted.append(regions)  # type: ignore[assignment, method-assign, return-value]
        chart.show(500)
        assert painted == []
        app._history.add([reading(1.02, 900)], ())
        chart.show(500)
        assert [region.width for (region,) in painted] == [1]

    shown(ListSource([RUNNING, *readings(1)]), look)


def test_a_painter_that_stood_still_shows_the_newest_and_says_what_it_missed() -> None:
    async def look(app: MonitorApp, pilot: "Pilot[Any]") -> None:
        for item in readings(100, 300, from_s=1):
            app._buffer.put(item)
        app.paint()
        await pilot.pause()
        assert app._history.last is not None
        assert app._history.last.t_s == pytest.approx(101)
        assert app.query_one("#now", Digits).value == "30%"
        assert f"{5000 - 1024} missed" in app._texts["source"]

    shown(ListSource([RUNNING, *readings(1)]), look)


def test_reps_that_are_told_anew_take_the_place_of_what_was_told() -> None:
    anew = replace(RUNNING, told=4, rep=replace(REP, peak_permille=450))

    async def look(app: MonitorApp, _pilot: "Pilot[Any]") -> None:
        app._buffer.put(anew)
        app.paint()
        assert app._texts["reps"].count("rep 3") == 1
        assert "below target" in app._texts["reps"]

    shown(ListSource([RUNNING, reading(0.1)]), look)


def test_a_band_without_a_scale_has_no_target_line() -> None:
    rows = bars([Standing(0.0, "idle"), *[reading(0.02 * step, 0, BLANKED) for step in range(50)]])
    assert not any("─" in row for row in rows)
