"""What the band does when a part of it fails while it is worn: it says nothing wrong, tells it, and comes back.

Beside test_faults.py (samples and flash), test_movement.py (the IMU), tests/hal (the buses) and tests/journal (power).
"""

import numpy as np
import pytest

from app.bench import (
    band,
    contractions,
    cue_times_s,
    link_to,
    logs,
    motor_starts_s,
    muscle_faults,
    only_log,
)
from app.lifter import lifter
from buzzband.engines import CPython
from buzzband.engines.band import VirtualBand
from buzzband.transports.frame_reader import packed
from buzzband.twin import Drv2605lModel, Mpu6050Model
from buzzband_fw.core import quality
from buzzband_fw.core.intake import RAW_PER_SAMPLE
from buzzband_fw.core.words import ON_TARGET, SENSOR_OFF
from buzzband_fw.link import messages
from buzzband_fw.store import records

RAW_PER_S = 1200 * RAW_PER_SAMPLE
STUCK_S = (9.0, 15.0)  # contractions begin every 2.5 s


def stuck_at(code):
    """Nine contractions; from 9 to 15 s the converter gives one code, whatever the muscle does."""
    raw = contractions(9).copy()
    raw[slice(*(round(at_s * RAW_PER_S) for at_s in STUCK_S))] = code
    return raw


@pytest.mark.parametrize(("code", "flag"), [(0, quality.RAIL), (4095, quality.RAIL), (2048, quality.FLAT)])
def test_a_converter_that_is_stuck_gives_no_cue_is_told_and_forgotten(code, flag):
    raw = stuck_at(code)
    with band(raw) as virtual:
        virtual.play()
        log, resets = only_log(virtual), virtual.resets
        starts = motor_starts_s(virtual)
        expected = cue_times_s(virtual, raw)
    words = [(cue.block / 100, cue.word) for cue in log.cues]
    assert [at_s for at_s, word in words if word == ON_TARGET and STUCK_S[0] + 0.1 < at_s < STUCK_S[1]] == []
    assert [word for _, word in words].count(SENSOR_OFF) == 1
    assert len([at_s for at_s, _ in words if at_s > STUCK_S[1] + 2]) >= 2
    assert len(starts) == len(expected) + 1
    assert all(min(abs(np.array(starts) - due)) < 0.002 for due in expected)
    up_s = np.flatnonzero(log.flags & flag) / 50
    assert STUCK_S[0] < up_s[0] < STUCK_S[0] + 1.6
    assert STUCK_S[1] <= up_s[-1] < STUCK_S[1] + 2.6
    assert (resets, muscle_faults(log), log.valid.all()) == ([], (), True)


def test_a_converter_that_gives_nothing_any_more_is_a_hang_and_the_reset_mends_it():
    raw = contractions(10)
    with band(raw) as virtual:
        virtual.run_until(lambda: virtual.motor, 5)
        virtual.world.converter.switch(False)  # in the middle of a buzz
        virtual.run_for(7)
        assert virtual.resets == ["watchdog"]
        assert virtual.motor[0].duration_s < 0.2
        virtual.run_for(8)
        assert len(virtual.motor) > 2
        assert {log.reset for log in logs(virtual)} == {"power_on", "watchdog"}


def runs(virtual):
    """Whether the motor does."""
    return bool(virtual.world.gpio.duties) and virtual.world.gpio.duties[-1][1] > 0


def test_a_battery_that_breaks_down_under_each_buzz_never_leaves_the_motor_on_or_loses_the_band():
    with band(contractions(10)) as virtual:
        for brown_outs in range(1, 5):
            assert virtual.run_until(lambda: runs(virtual), 10)
            virtual.power_cut()
            virtual.run_for(0.05)
            assert len(virtual.motor) == brown_outs
            virtual.power_on()
            virtual.run_for(0.5)
            assert not runs(virtual)
        virtual.run_for(6)
        assert len(virtual.motor) > 4
        assert not virtual.app.band.faults & messages.SAFE_MODE
        assert {log.reset for log in logs(virtual)} == {"power_on"}


def test_with_all_of_them_at_once_every_cue_is_what_it_was_or_is_logged_as_too_late():
    who = lifter()
    script = [
        (0.5, "erase_ms", 400),
        (5.0, "imu_nack_at", 1),
        (7.0, "imu_stuck", 10_000),
        (10.4, "stall", 400),  # over the third cue
        (11.0, "imu_stuck", 0),
        (12.0, "supply_mv", 3400),
    ]
    with VirtualBand(who.raw, who.settings.as_dict(), imu=Mpu6050Model(who.frames.ravel()), script=script) as virtual:
        virtual.run_for(1)
        link_to(virtual).stream(True)
        virtual.stream.write(packed(messages.STATUS, 40, b"") * 30)  # and nobody reads
        virtual.play()
        log, resets = only_log(virtual), virtual.resets
    due = {cue for cue in CPython().run(who.raw, who.settings).cues if cue[1] == ON_TARGET}
    said = {(cue.block, cue.word) for cue in log.cues if cue.word == ON_TARGET}
    late = [fault for fault in log.faults if fault.code == records.CUE_LATE]
    assert said < due
    assert len(late) == len(due - said) == 1
    assert (resets, log.damaged, log.missing, log.valid.all()) == ([], 0, (), True)


@pytest.mark.parametrize(
    ("fault", "ill", "well"), [("absent", True, False), ("stuck", 10_000, 0), ("hot", True, False)]
)
def test_a_motor_driver_that_fails_is_told_and_costs_no_cue_in_the_log_and_buzzes_again(fault, ill, well):
    raw = contractions(7)
    script = [(5.5, f"haptics_{fault}", ill), (11.0, f"haptics_{fault}", well)]
    with band(raw, changes={"motor": "erm"}, haptics=Drv2605lModel(), script=script) as virtual:
        virtual.run_for(10)
        assert "motor" in link_to(virtual).status().fault_names
        virtual.play()
        assert "motor" not in link_to(virtual).status().fault_names
        log, resets = only_log(virtual), virtual.resets
        starts = np.array(motor_starts_s(virtual))
        expected = cue_times_s(virtual, raw)
    assert len(log.cues) == len(expected) == 7
    assert {fault.name for fault in muscle_faults(log)} == {"motor"}
    felt = [bool(min(abs(starts - due)) < 0.02) for due in expected]
    assert felt == [due < 5.5 or due > 11 for due in expected]
    assert (felt.count(False), resets) == (3, [])
