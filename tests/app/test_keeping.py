"""What is kept of a session: in pieces at first, in one file at rest, and whole whenever power comes back."""

import numpy as np
import pytest

from app.bench import band, contractions, logs, muscle_faults, only_log, replace, rest
from app.lifter import lifter
from buzzband.engines.band import VirtualBand
from buzzband.recordings.band_log import Time, Told, intact_records
from buzzband.twin import Mpu6050Model
from buzzband_fw.store import boots, records

UTC_MS = 1_764_000_000_000
PIECE_MAX = 480
LOST_MS = 5000


def piece_sizes(virtual):
    return [len(data) for path, data in virtual.files().items() if path.startswith("log/") and path[-3:].isdigit()]


def note_moments(virtual, method):
    """Return a list that gets, at each call of a method of the recorder, whether a set goes on and how many wait."""
    recorder = virtual.app.band.recorder
    work, noted = getattr(recorder, method), []

    def noting(*given):
        noted.append((virtual.app.muscle.cue.mode.in_set, recorder.pieces.waiting()))
        return work(*given)

    setattr(recorder, method, noting)
    return noted


def tell_time(virtual, utc_ms):
    """Let the band be told the time as the link does it, while the band runs; return its clock then."""
    asked, told = [], []

    def tell():
        if asked and not told:
            told.append(virtual.app.band.note_time(utc_ms, 12))
        asked.append(1)
        return told

    virtual.run_until(tell, 1)
    return told[0]


def test_a_set_goes_into_pieces_that_lie_inside_their_folder():
    with band(contractions(12)) as virtual:
        virtual.run_for(25)
        sizes = piece_sizes(virtual)
        assert len(sizes) >= 5
        assert max(sizes) <= PIECE_MAX


def test_a_cue_does_not_end_the_record_of_activation():
    with band(contractions(12)) as virtual:
        virtual.run_for(25)
        log = only_log(virtual)
        data = virtual.files()
        kinds = [
            record.kind
            for path in data
            if path.startswith("log/")
            for record in intact_records(data[path], log.session_id)
        ]
        assert kinds.count(records.CUE) > 8
        assert kinds.count(records.ACTIVATION) == len(piece_sizes(virtual))


def test_between_sets_pieces_are_merged_and_in_a_set_they_are_not():
    who = lifter(reps=8, sets=2, lead_out_s=60)
    with VirtualBand(who.raw, who.settings.as_dict(), imu=Mpu6050Model(who.frames.ravel())) as virtual:
        virtual.run_for(1)
        merges = note_moments(virtual, "merge")
        virtual.run_until(lambda: virtual.world.converter.fed >= len(who.raw), 200)
        assert len(merges) > 20
        assert not any(in_set for in_set, _ in merges)
        assert len(piece_sizes(virtual)) < 12
        log = only_log(virtual)
    assert log.valid[:-300].all()
    assert muscle_faults(log) == ()


def test_where_no_set_ever_ends_pieces_are_merged_just_after_cues():
    with band(contractions(60, on_s=0.8, off_s=1.2)) as virtual:
        virtual.run_for(1)
        virtual.app.muscle.cue.mode.in_set = True
        virtual.app.muscle.cue.mode.act = lambda code: 0
        merges = note_moments(virtual, "merge")
        virtual.run_until(lambda: virtual.world.converter.fed >= 118 * 4800, 200)
        assert min(waiting for _, waiting in merges[:2]) == 24
        assert max(waiting for _, waiting in merges) < 32


@pytest.mark.parametrize("after_s", np.arange(8.0, 22.0, 1.37).tolist())
def test_with_the_power_go_at_most_5_s_of_activation_and_no_rep_that_was_committed(after_s):
    with band(contractions(12)) as virtual:
        virtual.run_for(after_s)
        felt_s = virtual.app.band.recorded / 100
        known = only_log(virtual)
        virtual.power_cut()
        virtual.power_on()
        virtual.run_for(1)
        found = next(log for log in logs(virtual) if log.session_id == known.session_id)
        assert not [
            path for path in virtual.files() if path.startswith(f"log/{known.session_id}.") and "bbl" not in path
        ]
    assert 1000 * (felt_s - found.duration_s) <= LOST_MS
    assert (found.damaged, found.missing) == (0, ())
    assert found.lifting.reps == known.lifting.reps
    np.testing.assert_array_equal(found.permille, known.permille)


def test_power_that_fails_in_a_merge_leaves_a_session_that_is_whole():
    who = lifter(reps=8, lead_out_s=60)
    with VirtualBand(who.raw, who.settings.as_dict(), imu=Mpu6050Model(who.frames.ravel())) as virtual:
        virtual.run_for(1)
        merges = note_moments(virtual, "merge")
        for steps in (3, 9, 16):
            virtual.run_until(lambda steps=steps: len(merges) >= steps, 200)
        known = only_log(virtual)
        virtual.power_cut()
        virtual.power_on()
        virtual.run_for(1)
        found = next(log for log in logs(virtual) if log.session_id == known.session_id)
    assert len(merges) == 16
    assert (found.damaged, found.missing) == (0, ())
    np.testing.assert_array_equal(found.permille, known.permille)


def test_a_session_that_was_left_in_pieces_is_merged_before_the_next_begins():
    with band(rest(60)) as virtual:
        virtual.run_for(20)
        virtual.power_cut()
        assert len(piece_sizes(virtual)) == 4
        virtual.power_on()
        virtual.run_for(0.5)
        assert piece_sizes(virtual) == []
        assert virtual.app.muscle.lost_blocks == 0
        assert len(logs(virtual)) == 2


def test_what_cannot_be_merged_at_power_on_stays_and_the_band_goes_on():
    with band(rest(60)) as virtual:
        virtual.run_for(20)
        virtual.power_cut()
        sizes = piece_sizes(virtual)
        virtual.world.flash.flash_error = 5
        virtual.power_on()
        virtual.run_for(2)
        assert piece_sizes(virtual) == sizes
        virtual.world.flash.flash_error = 0
        virtual.reset()
        virtual.run_for(2)
        assert [log.valid.all() for log in logs(virtual)] == [True, True]


def test_each_power_on_and_each_reset_is_a_boot_of_its_own_and_tells_its_cause():
    with band(rest(60)) as virtual:
        virtual.run_for(2)
        virtual.power_cut()
        virtual.power_on()
        virtual.run_for(2)
        virtual.world.schedule(virtual.world.now_us, "stall", 6000)
        virtual.run_for(9)
        virtual.reset()
        virtual.run_for(2)
        found = [(log.boot, log.reset) for log in logs(virtual)]
    assert found == [(1, "power_on"), (2, "power_on"), (3, "watchdog"), (4, "power_on")]


def test_a_reset_by_the_app_is_a_soft_one():
    def crash(original):
        return lambda self: 1 // 0 if self.recorded == 100 else original(self)

    with band(rest(20), patches=replace("buzzband_fw.band", "Band", "note", crash), survives=True) as virtual:
        virtual.run_until(lambda: virtual.resets, 5)
        virtual.run_for(0.5)
        assert [(log.boot, log.reset) for log in logs(virtual)] == [(1, "power_on"), (2, "soft")]


def test_a_time_that_a_host_tells_is_in_the_session_and_in_the_headers_of_later_ones():
    with band(rest(60)) as virtual:
        virtual.run_for(3)
        t_ms = tell_time(virtual, UTC_MS)
        block = virtual.app.band.recorded
        virtual.run_for(6)
        virtual.power_cut()
        virtual.power_on()
        virtual.run_for(1)
        first, second = logs(virtual)
    assert first.times == (Time(block, t_ms, UTC_MS, 12),)
    assert (first.told, second.told) == (None, Told(1, t_ms, UTC_MS))


def test_a_time_is_kept_in_flash_when_nothing_else_goes_on():
    with band(changes={"autostart": False}) as virtual:
        virtual.run_for(1)
        tell_time(virtual, UTC_MS)
        virtual.run_for(1)
        before = virtual.files()[boots.PATH]
        tell_time(virtual, UTC_MS + 1)
        virtual.run_for(1)
        assert virtual.files()[boots.PATH] != before
        virtual.press()
        assert only_log(virtual).told.utc_ms == UTC_MS + 1


def test_a_boot_that_cannot_be_counted_is_no_reason_to_stop():
    with band(script=[(0.0, "flash_error", 5), (0.9, "flash_error", 0)]) as virtual:
        virtual.run_for(2)
        virtual.press()
        virtual.press()
        virtual.run_for(1)
        assert only_log(virtual).boot == 1
