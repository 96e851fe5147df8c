"""Sessions: when they begin and end, and what of them is in flash."""

import json

import numpy as np
import pytest

from app.bench import (
    UNCALIBRATED,
    assert_rhythm,
    band,
    contractions,
    core_track,
    inside,
    led_is_on,
    link_to,
    logs,
    muscle_faults,
    only_log,
    rest,
    settings,
)
from buzzband.engines.band import VirtualBand
from buzzband.recordings.band_log import End
from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.link import messages
from buzzband_fw.store import records


def test_the_log_holds_what_the_core_says_from_the_first_sample_on():
    raw = contractions()
    expected = core_track(raw)
    with band(raw) as virtual:
        virtual.play()
        log = only_log(virtual)
    assert len(expected.cues) == 3
    assert [(cue.block, cue.word) for cue in log.cues] == list(expected.cues)
    np.testing.assert_array_equal(log.permille[: len(expected.permille)], expected.permille)
    np.testing.assert_array_equal(log.flags[: len(expected.flags)], expected.flags)


def test_a_log_that_was_ended_is_complete_and_its_records_are_in_sequence():
    with band(contractions()) as virtual:
        virtual.play()
        log = only_log(virtual)
    assert (log.damaged, log.missing, muscle_faults(log)) == (0, (), ())
    assert log.valid.all()
    assert log.end == End(log.end.blocks, records.BY_BUTTON)
    assert len(log.permille) == log.end.blocks // 2


def test_an_id_that_is_taken_is_given_to_no_other_session():
    def first_is_taken(module):
        size_of, asked = module.size_of, []

        def size(session_id):
            asked.append(session_id)
            return 0 if len(asked) == 1 else size_of(session_id)

        module.size_of, module.asked = size, asked

    with band(patches={"buzzband_fw.store.session": first_is_taken}) as virtual:
        virtual.run_for(1)
        asked = virtual.modules["buzzband_fw.store.session"].asked
        assert only_log(virtual).session_id == asked[1].hex() != asked[0].hex()


def test_a_session_that_finds_no_room_takes_none():
    with band(script=[(3.0, "free_bytes", 32768)]) as virtual:
        virtual.run_for(2)
        virtual.press()
        virtual.run_for(1.5)
        virtual.press()
        assert virtual.app.band.faults == messages.FLASH_FULL | messages.NO_IMU
        assert virtual.app.band.recorder.free_bytes == 32768


def test_the_header_tells_which_session_of_which_band_with_what_settings():
    with band(changes={"target_permille": 400}, supply_mv=3700) as virtual:
        virtual.run_for(1)
        header = only_log(virtual).header
    assert header["format"] == records.FORMAT
    assert header["settings"]["target_permille"] == 400
    assert header["supply_mv"] == pytest.approx(3700, abs=5)
    assert header["uid"] == "e6e7e8e9eaebeced"


def test_a_press_of_the_button_ends_the_session_and_the_next_begins_another():
    with band() as virtual:
        virtual.run_for(2)
        virtual.press()
        virtual.run_for(1)
        ended = only_log(virtual)
        virtual.press()
        virtual.run_for(1)
        virtual.press()
        found = logs(virtual)
    assert ended.end.reason == records.BY_BUTTON
    assert [log.end.reason for log in found] == [records.BY_BUTTON] * 2
    assert found[0].session_id != found[1].session_id


def test_the_blocks_of_a_later_session_count_from_its_own_first():
    raw = contractions()
    with band(raw) as virtual:
        virtual.run_for(2)
        virtual.press()
        virtual.press()
        first = virtual.app.band._first_block
        virtual.play()
        log = logs(virtual)[1]
    assert first > 0
    expected = core_track(raw[first // 2 * 2 * BLOCK_RAW :])
    assert len(log.cues) == len(expected.cues)
    assert log.end.blocks * BLOCK_RAW == pytest.approx(len(raw) - first * BLOCK_RAW, abs=90 * BLOCK_RAW)


@pytest.mark.parametrize("press_ms", [60, 100, 500, 1300])
def test_a_long_press_switches_the_band_off_and_a_press_on_again(press_ms):
    with band() as virtual:
        virtual.run_for(1)
        virtual.press(1300)
        virtual.run_for(2)
        assert only_log(virtual).end.reason == records.BY_BUTTON
        assert [round(burst.duration_s, 2) for burst in virtual.motor] == [0.5, 0.12, 0.12]  # goodbye
        assert not led_is_on(virtual)
        fed = virtual.world.converter.fed
        virtual.run_for(20)
        assert (virtual.world.converter.fed, virtual.resets) == (fed, [])
        virtual.press(press_ms)
        virtual.run_for(2)
        assert virtual.app.band.state == messages.RUNNING
        assert not virtual.app.band.faults & messages.SAFE_MODE
        assert len(logs(virtual)) == 2


def test_what_is_over_before_the_button_is_looked_at_again_is_no_press():
    with band() as virtual:
        virtual.run_for(1)
        inside(virtual, virtual.app._button.step)  # as after a spike: it was down a moment ago, and is up now
        virtual.run_for(1)
        assert virtual.app.band.state == messages.RUNNING
        assert len(logs(virtual)) == 1


def test_a_header_that_is_too_long_for_its_record_goes_without_the_calibration():
    with band() as virtual:
        virtual.run_for(1)
        name = "\u6f22" * 12
        values = virtual.app.band.settings.values
        values.update(wearer=name, signature=[-1048575] * 16, silent_sets=1048575, tempo="20-20-20-20")
        virtual.app.band.calibration = {"how": "squeezes", "wearer": name, "grade": 3, "contrast_tenths": 100}
        assert len(json.dumps(values).encode()) > 700
        header = inside(virtual, lambda: virtual.app.band._header(bytes(8)))
        assert len(header) <= records.PAYLOAD_MAX
        told = json.loads(header)
        assert (told["settings"]["wearer"], told["calibration"]) == (name, None)


def test_a_band_that_is_off_starts_when_usb_power_comes():
    with band() as virtual:
        virtual.run_for(1)
        virtual.press(1300)
        virtual.run_for(3)
        virtual.world.schedule(virtual.world.now_us, "usb_power", True)
        virtual.run_for(2)
        assert virtual.app.band.state == messages.IDLE
        assert link_to(virtual).status().state == messages.IDLE


def test_bounces_do_nothing():
    with band() as virtual:
        virtual.run_for(1)
        for bounce in range(7):  # whenever the button is looked at
            virtual.world.schedule(virtual.world.now_us + bounce * 203_000, "press", 9)
        virtual.run_for(2)
        assert len(logs(virtual)) == 1
        assert only_log(virtual).end is None


@pytest.mark.parametrize("ms", [60, 100, 500, 950])
def test_a_short_press_is_acted_on_once_no_second_can_follow(ms):
    with band() as virtual:
        virtual.run_for(1)
        virtual.world.schedule(virtual.world.now_us, "press", ms)
        virtual.run_for(ms / 1000 + 0.28)
        assert virtual.app.band.state == messages.RUNNING
        virtual.run_for(0.15)
        assert virtual.app.band.state == messages.IDLE


def test_a_double_press_in_a_session_marks_the_moment():
    with band() as virtual:
        virtual.run_for(1)
        for start_ms in (0, 250):
            virtual.world.schedule(virtual.world.now_us + 1000 * start_ms, "press", 100)
        virtual.run_for(1)
        assert virtual.app.band.state == messages.RUNNING
        virtual.press()
        (mark,) = only_log(virtual).marks
    assert mark == pytest.approx(100 * 1.35, abs=12)


def test_without_autostart_the_band_waits_for_the_button():
    with band(changes={"autostart": False}) as virtual:
        virtual.run_for(1)
        assert virtual.app.band.state == messages.IDLE
        assert logs(virtual) == []
        virtual.press()
        assert virtual.app.band.state == messages.RUNNING


def test_uncalibrated_there_is_no_session_and_a_press_calibrates():
    with VirtualBand(rest(1), UNCALIBRATED) as virtual:
        virtual.run_for(3)
        assert virtual.app.band.state == messages.IDLE
        assert virtual.app.band.faults == messages.UNCALIBRATED | messages.NO_IMU
        assert_rhythm(virtual, "TROUBLE")
        virtual.press()
        assert virtual.app.band.state == messages.CALIBRATING
        assert logs(virtual) == []


def test_settings_that_make_no_sense_are_a_fault_and_the_defaults_hold():
    with VirtualBand(rest(1), settings(target_permille=7)) as virtual:
        virtual.run_for(1)
        assert virtual.app.band.faults == messages.BAD_SETTINGS | messages.NO_IMU
        assert only_log(virtual).header["settings"]["target_permille"] == 500


def test_without_a_settings_file_the_band_is_uncalibrated_and_nothing_is_wrong_with_it():
    with VirtualBand(rest(1)) as virtual:
        virtual.run_for(1)
        assert virtual.app.band.faults == messages.UNCALIBRATED | messages.NO_IMU


@pytest.mark.parametrize("text", ["{", "[]", "7"])
def test_a_settings_file_that_is_no_object_leaves_the_band_uncalibrated(tmp_path, text):
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    with VirtualBand(rest(1), folder=tmp_path) as virtual:
        virtual.run_for(1)
        assert virtual.app.band.faults == messages.UNCALIBRATED | messages.BAD_SETTINGS | messages.NO_IMU


def test_usb_power_ends_a_session_and_forbids_another():
    with band(script=[(2.0, "usb_power", True)]) as virtual:
        virtual.run_for(3)
        assert only_log(virtual).end.reason == records.BY_USB_POWER
        virtual.press()
        assert len(logs(virtual)) == 1
        assert virtual.app.band.state == messages.IDLE
        virtual.run_for(3)
        assert_rhythm(virtual, "TROUBLE", after_s=3)


def test_with_usb_power_at_power_on_there_is_no_session_until_it_has_gone():
    with band(usb_power=True, script=[(2.0, "usb_power", False)]) as virtual:
        virtual.run_for(1)
        assert logs(virtual) == []
        virtual.run_for(1.5)
        virtual.press()
        assert virtual.app.band.state == messages.RUNNING


def test_with_a_usb_isolator_usb_power_is_no_reason_to_end():
    with band(changes={"usb_isolator": True}, script=[(1.0, "usb_power", True)]) as virtual:
        virtual.run_for(2)
        assert virtual.app.band.state == messages.RUNNING
        assert virtual.app.band.faults == messages.NO_IMU


def test_the_led_tells_a_running_session_from_an_idle_band():
    with band() as virtual:
        virtual.run_for(6)
        assert_rhythm(virtual, "RUNNING")
        virtual.press()
        stopped_s = virtual.now_s
        virtual.run_for(12)
        assert_rhythm(virtual, "IDLE", after_s=stopped_s)


def test_with_the_power_goes_at_most_what_the_last_seven_seconds_held():
    with band(rest(60)) as virtual:
        virtual.run_for(33.3)
        virtual.power_cut()
        log = only_log(virtual)
    assert log.end is None
    assert (log.damaged, log.missing) == (0, ())
    assert log.valid.all()
    assert 33.3 - 7 < log.duration_s < 33.3


def test_power_that_fails_while_flash_is_written_takes_no_record_that_was_there():
    with band(rest(60)) as virtual:
        touched = virtual.world.flash.touched
        virtual.run_until(lambda: len(touched) == 4, 20)  # folder, file, header, and the first that was due
        before = only_log(virtual)
        virtual.world.schedule(virtual.world.now_us + 3_900_000, "erase_ms", 1000)
        virtual.run_for(4.1)
        virtual.power_cut()
        after = only_log(virtual)
    assert len(touched) == 4
    np.testing.assert_array_equal(after.permille, before.permille)
