"""What the band does led by hand: calibration, warm-up, questions, the search for the place."""

import json
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from app.bench import change, contractions, logs, only_log, rest
from app.wearing import WornBand
from buzzband.engines.band import VirtualBand
from buzzband.engines.cpython import condition
from buzzband.recordings.synth.wearers import Wearer, draw
from buzzband_fw.core import words
from buzzband_fw.core.calibration import ELECTRODE_OFF, HUM, SATURATED, SLIPPED, WEAK
from buzzband_fw.core.sets import SET
from buzzband_fw.guides.warming_up import Guide
from buzzband_fw.link import messages

GOOD = Wearer("good", has_imu=False)
READY_S = 30
PROMPTS = [words.BREATHE_IN, words.BREATHE_OUT] * 2 + [words.SQUEEZE, words.RELEASE] * 3


@contextmanager
def calibrated(wearer=GOOD, seed=1, given=None, seconds=READY_S):
    """A band right after power-on and a calibration."""
    with WornBand(wearer, given or {}, seed) as band:
        busy = (messages.STARTING, messages.CALIBRATING)
        band.run_until(lambda: band.app and band.app.band.state not in busy, seconds)
        yield band


def reached(count):
    """The median of the envelope's peaks in so many contractions."""
    return np.median([part.max() for part in np.array_split(condition(contractions(count), 50).envelope, count)])


def saved(band):
    return json.loads(band.files()["settings.json"])


def test_power_on_leads_through_the_body_scan_and_three_squeezes_to_a_session_within_30_s():
    with calibrated() as band:
        assert band.app.band.state == messages.RUNNING
        assert band.words()[:10] == PROMPTS
        assert words.COUNT < band.words()[10] <= words.COUNT + 3
        assert band.now_s < READY_S


def test_a_calibration_is_kept_and_stands_in_the_header_of_the_session():
    with calibrated() as band:
        found = saved(band)
        band.run_for(1)
        band.press()
        header = only_log(band).header
        assert 0 < found["rest"] < found["reference"]
        assert (header["settings"]["rest"], header["settings"]["reference"]) == (found["rest"], found["reference"])
        assert header["calibration"]["how"] == "squeezes"
        assert header["calibration"]["grade"] == band.words()[10] - words.COUNT
        assert len(found["signature"]) == 6


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [("saturated", SATURATED), ("hum", HUM), ("lead off", ELECTRODE_OFF), ("weak", WEAK), ("slipping", SLIPPED)],
)
def test_a_refusal_has_its_count_and_no_session_and_leaves_what_was_kept(kind, refusal):
    rng = np.random.default_rng(5)
    wearer = replace(draw(kind, rng), has_imu=False)
    with calibrated(wearer, given={"rest": 300, "reference": 9000}, seconds=60) as band:
        assert band.app.band.state == messages.IDLE
        assert band.words()[-1] == words.REFUSED + wearer.refusal
        assert saved(band) == {"rest": 300, "reference": 9000}
        assert logs(band) == []


def test_a_short_press_leaves_the_calibration_and_begins_with_the_stored_one():
    with WornBand(GOOD, {"rest": 300, "reference": 9000}, 1) as band:
        band.run_for(5)
        assert band.app.band.state == messages.CALIBRATING
        band.press()
        assert band.app.band.state == messages.RUNNING
        assert saved(band) == {"rest": 300, "reference": 9000}


def test_a_short_press_without_a_stored_one_leads_to_idle():
    with WornBand(GOOD, {}, 1) as band:
        band.run_for(5)
        band.press()
        assert band.app.band.state == messages.IDLE


def test_the_same_place_is_said_to_be_the_same():
    with calibrated() as band:
        band.press()
        band.said.clear()
        band.press(1300)
        band.run_for(3)
        band.press()
        band.run_until(lambda: band.app.band.state == messages.RUNNING, READY_S)
        assert words.READY in band.words()


def test_a_calibration_that_the_file_of_settings_has_no_room_for_counts_until_the_battery_is_empty():
    with WornBand(GOOD, {}, 1, patches=change("buzzband_fw.store.changes", FILE_MAX=10)) as band:
        assert band.run_until(lambda: band.app and band.app.band.state == messages.RUNNING, READY_S)
        assert band.app.band.settings.calibrated
        assert band.app.band.faults & messages.RECORDER_FAILED == 0  # that of a session that has begun since
        assert (band.resets, "reference" in saved(band)) == ([], False)


def test_with_usb_power_there_is_no_calibration():
    with WornBand(GOOD, {}, 1, usb_power=True) as band:
        band.run_for(3)
        assert band.app.band.state == messages.IDLE
        band.press()
        assert band.app.band.state == messages.IDLE
        assert band.said == []


def test_usb_power_ends_a_calibration():
    with WornBand(GOOD, {}, 1, script=[(8.0, "usb_power", True)]) as band:
        band.run_for(9)
        assert band.app.band.state == messages.IDLE
        assert band.app.band.faults & messages.USB_POWER


def test_the_finder_ticks_and_leads_back_to_calibration():
    with WornBand(GOOD, {"rest": 300, "reference": 9000}, 1) as band:
        band.run_for(4)
        for start_ms in (0, 250):
            band.world.schedule(band.world.now_us + 1000 * start_ms, "press", 100)
        band.run_for(1)
        assert band.app.band.state == messages.FINDING
        band.worn.hear(words.SQUEEZE)
        band.said.clear()
        band.run_for(6)
        assert band.words().count(words.ON_TARGET) >= 4
        band.press()
        assert band.app.band.state == messages.CALIBRATING


def test_a_warm_up_set_calibrates_and_a_session_begins():
    raw = np.concatenate([rest(16), contractions(6), rest(12)])
    with VirtualBand(raw, {"calibration": "warm-up", "ask_felt": False}) as band:
        band.run_for(2)
        assert band.app.band.state == messages.WARMING_UP
        assert band.run_until(lambda: band.app.band.state == messages.RUNNING, 60), "it waits for a press"
        found = saved(band)
        assert found["reference"] == pytest.approx(reached(6), rel=0.1)
        band.press()
        header = only_log(band).header
    assert header["calibration"]["how"] == "warm-up"
    assert header["calibration"]["grade"] >= 2
    assert (header["settings"]["rest"], header["settings"]["reference"]) == (found["rest"], found["reference"])


def test_reps_that_were_no_set_do_not_count_for_the_warm_up():
    band = SimpleNamespace(
        lifts=SimpleNamespace(event=SET),
        movement=SimpleNamespace(sets=SimpleNamespace(count=0)),
        stretch=lambda _rest, _provisional: None,
    )
    guide = Guide(band)
    core = guide._core
    core.lifting = True
    for peak, number in ((3000, 0), (3000, 1)):
        core._peak = peak
        core.rep(number)
    assert guide._lift() == 0
    core._peak = 10000
    core.rep(0)
    assert (core._count, core._peaks[0]) == (1, 10000)


def test_nothing_of_a_guide_stays_in_memory_once_it_is_over():
    with WornBand(GOOD, {}, 1) as band:
        band.run_for(5)
        assert "buzzband_fw.guides.calibrating" in band.modules
    with calibrated() as band:
        loaded = [name for name in band.modules if ".guides." in name or name.endswith((".calibration", ".placement"))]
        assert loaded == []
