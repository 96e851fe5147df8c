"""What goes wrong with samples and flash: it is detected, logged, and the band goes on."""

import errno

import numpy as np
import pytest

from app.bench import (
    assert_rhythm,
    band,
    contractions,
    core_track,
    cue_times_s,
    link_to,
    motor_starts_s,
    muscle_faults,
    only_log,
    replace,
    rest,
)
from buzzband.recordings.band_log import Fault
from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.takeover import Takeover
from buzzband_fw.link import messages
from buzzband_fw.store import records

RING_S = 16384 / 4800


def test_more_samples_than_the_ring_holds_are_an_overrun_that_is_detected_and_logged():
    with band(rest(20), script=[(5.003, "stall", 4000)]) as virtual:
        virtual.play()
        log = only_log(virtual)
    (fault,) = muscle_faults(log)
    assert fault.code == records.OVERRUN
    assert fault.value == 399  # 400 are waiting, and of the newest nothing has been overwritten
    assert np.count_nonzero(~log.valid) == pytest.approx(fault.value / 2, abs=1)


def test_after_an_overrun_blocks_are_what_they_were_the_lost_ones_counted():
    raw = rest(20)
    with band(raw, script=[(5.003, "stall", 4000)]) as virtual:
        virtual.play()
        log = only_log(virtual)
    assert log.end.blocks == pytest.approx(len(raw) / BLOCK_RAW, abs=60)
    expected = core_track(raw).permille
    settled = slice(-400, -20)  # the filters have forgotten the gap
    np.testing.assert_allclose(log.permille[: len(expected)][settled], expected[settled], atol=4)


def test_after_an_overrun_cues_come_in_time():
    raw = np.concatenate([rest(8), contractions(2)])
    with band(raw, script=[(3.0, "stall", 4000)]) as virtual:
        virtual.play()
        assert motor_starts_s(virtual) == pytest.approx(cue_times_s(virtual, raw), abs=0.002)


@pytest.mark.parametrize("stall_s", [RING_S - 0.02, RING_S - 0.2])
def test_as_long_as_the_ring_holds_them_no_samples_are_lost(stall_s):
    raw = rest(12)
    with band(raw, script=[(5.003, "stall", round(stall_s * 1000))]) as virtual:
        virtual.play()
        log = only_log(virtual)
    assert muscle_faults(log) == ()
    expected = core_track(raw).permille
    np.testing.assert_array_equal(log.permille[: len(expected)], expected)


def test_a_stall_of_more_than_5_s_is_a_hang_for_the_watchdog():
    with band(rest(12), script=[(5.0, "stall", 6000)]) as virtual:
        virtual.run_for(11)
        assert virtual.resets == ["watchdog"]


def test_what_the_converter_found_missing_is_logged_once():
    with band(rest(6), script=[(3.0, "fifo_overflow", True)]) as virtual:
        virtual.play()
        (fault,) = muscle_faults(only_log(virtual))
    assert fault == Fault(fault.block, records.CONVERTER_FIFO, 0)
    assert 270 < fault.block < 320


def test_with_32_kb_free_recording_stops_and_cueing_goes_on():
    raw = contractions(26, off_s=2.5)
    with band(raw, free_bytes=32768 + 4096 + 100) as virtual:
        virtual.run_for(93)
        log = only_log(virtual)
        assert log.end.reason == records.BY_FULL_FLASH
        assert virtual.world.flash.free_bytes > 32768 - 4096  # what waited in RAM goes into the reserve
        assert len(virtual.motor) == 26
        assert 12 < len(log.cues) < 26
        assert virtual.app.band.state == messages.RUNNING
        assert virtual.app.band.faults == messages.FLASH_FULL | messages.NO_IMU
        assert link_to(virtual).status().fault_names == ("flash full", "no imu")
        assert_rhythm(virtual, "TROUBLE", after_s=virtual.now_s - 5)


def test_with_too_little_room_for_a_session_cues_come_without_one():
    with band(contractions(2), free_bytes=32768) as virtual:
        virtual.run_for(7)
        assert len(virtual.motor) == 2
        assert "log" not in str(virtual.files())
        assert virtual.app.band.faults == messages.FLASH_FULL | messages.NO_IMU


def test_without_a_record_the_second_muscle_is_heeded(monkeypatch):
    compared, add = [], Takeover.add
    monkeypatch.setattr(Takeover, "add", lambda self, *both: compared.append(both) or add(self, *both))
    raw = contractions(2)
    other = {"other_muscle": True, "other_rest": 300, "other_reference": 20_000}
    with band(raw, other=raw, changes=other, free_bytes=32768) as virtual:
        virtual.run_for(6)
        assert "log" not in str(virtual.files())
    assert max(own for own, _ in compared) > 200 < max(another for _, another in compared)


def test_without_a_record_lost_blocks_are_told_to_the_cue(monkeypatch):
    skipped, skip = [], Cue.skip
    monkeypatch.setattr(Cue, "skip", lambda self, blocks: skipped.append(blocks) or skip(self, blocks))
    with band(rest(20), free_bytes=32768, script=[(5.003, "stall", 4000)]) as virtual:
        virtual.run_for(12)
        assert "log" not in str(virtual.files())
        assert sum(skipped) == virtual.app.muscle.lost_blocks > 0


def test_flash_that_runs_full_on_its_own_is_the_same():
    with band(contractions(4), script=[(2.0, "free_bytes", 100)]) as virtual:
        virtual.run_for(12)
        assert len(virtual.motor) == 4
        assert virtual.app.band.faults == messages.FLASH_FULL | messages.NO_IMU
        assert only_log(virtual).end is None


@pytest.mark.parametrize("after_s", [0.0, 2.0])
def test_when_flash_fails_cueing_goes_on_and_what_was_kept_stays(after_s):
    raw = contractions(4)
    with band(raw, script=[(after_s, "flash_error", errno.EIO)]) as virtual:
        virtual.run_for(12)
        assert len(virtual.motor) == 4
        assert virtual.app.band.faults == messages.RECORDER_FAILED | messages.NO_IMU
        assert_rhythm(virtual, "TROUBLE", after_s=8)
        if after_s:
            log = only_log(virtual)
            assert log.end is None
            assert log.valid.all()


def test_once_flash_works_again_a_press_begins_a_session_without_the_fault():
    with band(rest(20), script=[(0.0, "flash_error", errno.EIO), (3.0, "flash_error", 0)]) as virtual:
        virtual.run_for(4)
        assert virtual.app.band.faults == messages.RECORDER_FAILED | messages.NO_IMU
        virtual.press()
        virtual.press()
        virtual.run_for(1)
        assert virtual.app.band.faults == messages.NO_IMU
        assert only_log(virtual).header["format"] == records.FORMAT


def test_when_flash_fails_at_the_end_the_band_is_idle_all_the_same():
    with band(rest(20), script=[(3.0, "flash_error", errno.EIO)]) as virtual:
        virtual.run_for(3.2)
        virtual.press()
        assert virtual.app.band.state == messages.IDLE
        assert virtual.app.band.faults == messages.RECORDER_FAILED | messages.NO_IMU


def test_when_no_moment_is_clear_what_is_recorded_is_written_all_the_same_before_5_s_are_over():
    never_clear = replace(
        "buzzband_fw.muscle", "Muscle", "__init__", lambda init: lambda self, *given: armed(self, init, *given)
    )
    with band(rest(60), patches=never_clear) as virtual:
        virtual.play()
        log = only_log(virtual)
        in_session = [start for start, _ in virtual.world.flash.touched if 1e6 < start < 59e6]
    assert log.valid.all()
    assert np.diff([0, *in_session, 59e6]).max() < 5e6


def test_what_does_not_fit_ram_any_more_is_left_out_and_the_gap_shows():
    def not_before_a_minute(commit):
        return lambda self: commit(self) if self._band.recorded > 6000 else None

    raw = contractions(28)
    with band(raw, patches=replace("buzzband_fw.keeper", "Keeper", "step", not_before_a_minute)) as virtual:
        virtual.play()
        log = only_log(virtual)
        assert len(virtual.motor) == 28
    assert (log.damaged, log.missing) == (0, ())
    gap = np.flatnonzero(~log.valid)
    assert gap[0] > 700
    assert set(np.diff(gap)) == {1}
    assert log.valid[-400:].all()


def armed(muscle, init, *given):
    init(muscle, *given)
    muscle.clear_ms = lambda: 0
