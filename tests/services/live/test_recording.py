"""A recording as it would have gone."""

import itertools
import threading
import tracemalloc

import numpy as np
import pytest

from app.bench import contractions, rest
from builders import calibrated
from buzzband.engines.cpython import run_core
from buzzband.engines.job import track
from buzzband.errors import NotInLog, TooShort
from buzzband.recordings import band_log
from buzzband.services.live.items import Note, Order, Reading, Said, Standing
from buzzband.services.live.pace import Pace
from buzzband.services.live.recording import opened
from buzzband.services.options import Options
from buzzband_fw.core.words import ON_TARGET
from cli.builders import three_bursts, written
from golden_logs.make import FOLDER
from services.live.builders import FakeClock, over

STOP = threading.Event()


def kinds(items, kind):
    return [item for item in items if isinstance(item, kind)]


def test_it_shows_what_the_core_says_in_one_go() -> None:
    raw = contractions(5)
    items = list(over(raw, FakeClock()).items(STOP))
    settings = calibrated(50)
    expected = track(run_core(raw, settings), settings)
    said = [(round(100 * item.t_s) - 1, item.word) for item in kinds(items, Said) if not item.withheld]
    assert tuple(said) == expected.cues
    shown = np.array([item.permille for item in kinds(items, Reading)])
    np.testing.assert_allclose(shown, expected.permille, atol=4)
    reps = {item.told: item.rep for item in kinds(items, Standing) if item.told}
    assert [rep.number for rep in reps.values()] == [rep.number + 1 for rep in expected.lifting.reps[: len(reps)]]
    assert len(reps) >= 4
    assert items[-1] == Note(items[-1].t_s, "The recording ends here.")


def test_each_moment_comes_when_it_is_due() -> None:
    clock = FakeClock()
    for item in over(contractions(1), clock, speed=4).items(STOP):
        if isinstance(item, Reading):
            assert clock.now - 100 == pytest.approx((item.t_s - 0.02) / 4, abs=0.0051)


def test_a_stop_ends_it() -> None:
    stop = threading.Event()
    items = over(rest(9), FakeClock()).items(stop)
    assert len(list(itertools.islice(items, 20))) == 20
    stop.set()
    assert list(items) == []


def test_the_target_moves_from_the_next_block_on_and_so_do_the_words() -> None:
    low = over(contractions(4), FakeClock())
    high = over(contractions(4), FakeClock())
    for _ in range(22):
        high.orders.put(Order.TARGET_UP)
    told, raised = list(low.items(STOP)), list(high.items(STOP))
    assert len([one for one in kinds(told, Said) if one.word == ON_TARGET]) == 4
    assert not [one for one in kinds(raised, Said) if one.word == ON_TARGET]
    assert kinds(raised, Standing)[-1].target_permille == 500 + 22 * 50
    assert "Target 55" in kinds(raised, Note)[0].text


def test_another_mode_holds_from_then_on() -> None:
    source = over(contractions(2), FakeClock())
    for _ in range(6):
        source.orders.put(Order.NEXT_MODE)
    items = list(source.items(STOP))
    assert kinds(items, Standing)[-1].mode == "silent"
    assert not [one for one in kinds(items, Said) if not one.withheld]


def test_a_mark_is_shown_and_a_calibration_is_not_to_be_had() -> None:
    source = over(rest(1), FakeClock())
    source.orders.put(Order.MARK)
    source.orders.put(Order.CALIBRATE)
    mark, refusal, end = kinds(source.items(STOP), Note)
    assert mark.mark
    assert "cannot be calibrated" in refusal.text
    assert end.t_s == pytest.approx(1, abs=0.02)


def test_a_csv_is_shown_to_its_end(tmp_path) -> None:
    clock = FakeClock()
    source = opened(three_bursts(tmp_path), None, Options(), Pace(1, clock, clock.wait))
    items = list(source.items(STOP))
    assert len(kinds(items, Said)) == 3
    assert kinds(items, Reading)[-1].t_s == pytest.approx(10.5, abs=0.02)
    assert source.name == "monday.csv"


def test_a_log_says_the_words_that_the_band_said() -> None:
    path = FOLDER / "curls.bbl"
    log = band_log.read_log(path.read_bytes())
    clock = FakeClock()
    source = opened(path, None, Options(), Pace(1, clock, clock.wait))
    items = list(source.items(STOP))
    said = [item.word for item in kinds(items, Said) if not item.withheld]
    assert said == [cue.word for cue in log.cues if cue.word < 128]
    assert [item.permille for item in kinds(items, Reading)] == log.permille[: len(kinds(items, Reading))].tolist()


def test_a_log_cannot_be_given_what_it_does_not_hold() -> None:
    with pytest.raises(NotInLog):
        opened(FOLDER / "curls.bbl", 1000.0, Options(), Pace(1))


def test_what_is_shorter_than_a_second_is_refused(tmp_path) -> None:
    path = written(tmp_path, "time,EMG\n" + "".join(f"{index / 1000},{index % 7}\n" for index in range(300)))
    with pytest.raises(TooShort):
        opened(path, None, Options(), Pace(1))


def test_a_name_cannot_steer_a_terminal() -> None:
    source = over(rest(1), FakeClock())
    assert source.name == "monday"
    hostile = type(source)("\x1b]0;x\x07a", source._core, source._settings, source._pace, imu=False)
    assert not set(hostile.name) & set("\x1b\x07")


@pytest.mark.long
def test_an_hour_does_not_drift_and_does_not_grow() -> None:
    play(60)


def test_two_minutes_do_not_drift_and_do_not_grow() -> None:
    play(2)


def play(minutes: int) -> None:
    """Play so long: each reading is on time, and what is held after a tenth of it is held at the end."""
    raw = np.concatenate([contractions(20)] * (60 * minutes // 50 + 1))[: 4800 * 60 * minutes]
    clock = FakeClock()
    items = over(raw, clock).items(STOP)
    tracemalloc.start()
    try:
        held, worst_s, last = 0, 0.0, None
        for item in items:
            if not isinstance(item, Reading):
                continue
            worst_s = max(worst_s, abs(clock.now - 100 - (item.t_s - 0.02)))
            last = item
            if not held and item.t_s > 6 * minutes:
                held = tracemalloc.get_traced_memory()[0]
        grown = tracemalloc.get_traced_memory()[0] - held
    finally:
        tracemalloc.stop()
    assert last is not None
    assert last.t_s == pytest.approx(60 * minutes, abs=0.03)
    assert worst_s < 0.021
    assert grown < 20_000
