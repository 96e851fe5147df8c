"""Movement in the app: what becomes of it when the IMU fails, and where reps and sets end up in the log."""

import numpy as np
import pytest

from app.bench import calibration, link_to, logs, only_log, rest, settings
from app.lifter import Lifter, lifter
from builders import course, lifts, turning
from buzzband.engines.band import VirtualBand
from buzzband.engines.cpython import CPython
from buzzband.twin import Lsm6dsoxModel, Mpu6050Model
from buzzband_fw.core.sets import QUIET_MS
from buzzband_fw.link import messages

STALL_MS = 4000
STILL_S = 3.0
LONGEST_STEP_BYTES = 21  # on the bus: what a request sends and brings


class SlowMpu6050Model(Mpu6050Model):
    """One whose oscillator is as slow as that of a bad clone."""

    def rate_mhz(self) -> int:
        return super().rate_mhz() * 98 // 100


def worn(who, model=Mpu6050Model, **options):
    return VirtualBand(who.raw, who.settings.as_dict(), imu=model(who.frames.ravel()), **options)


def lying(imu, seconds=STILL_S, **options):
    return VirtualBand(rest(seconds), settings(), imu=imu, **options)


def cues(log):
    return tuple((cue.block, cue.word) for cue in log.cues)


def names(log):
    return [fault.name for fault in log.faults]


def numbers_of_sets(log):
    return [one.number for one in log.lifting.counted_sets()]


def starts(lifting, number):
    """The blocks with which the reps of a set begin."""
    return [rep.start_block for rep in lifting.counted() if rep.set == number]


def lag_ms(virtual):
    """How far the movement is behind the session."""
    return 10 * (virtual.app.band.recorded - 2 * virtual.app.movement.session_steps())


def frames_waiting(chip):
    """How many frames the IMU has that nobody has taken."""
    return len(chip._words) // 2 if isinstance(chip, Lsm6dsoxModel) else len(chip._fifo) // 12


FAULTS = {
    "a glitch": ([(6.0, "imu_nack_at", 1)], ["imu_bus", "imu_back"]),
    "a bus that is held": ([(6.0, "imu_stuck", 5)], ["imu_bus", "imu_back"]),
    "a bus that is held for long": ([(6.0, "imu_stuck", 10_000), (11.0, "imu_stuck", 0)], ["imu_bus", "imu_back"]),
    "a wire that comes off": ([(6.0, "imu_absent", True), (11.0, "imu_absent", False)], ["imu_bus", "imu_back"]),
    "a wire that is loose": ([(6.0, "imu_power_on", True)], ["imu_overflow", "imu_frozen", "imu_back"]),
    "an overflow": ([(6.0, "imu_overflow", True)], ["imu_overflow"]),
    "a chip that stands still": ([(6.0, "imu_frozen", True), (6.3, "imu_frozen", False)], ["imu_frozen", "imu_back"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_happens_to_the_imu_cues_stay_and_it_comes_back_and_the_log_says_so(name):
    script, expected = FAULTS[name]
    who = lifter()
    with worn(who, script=script) as virtual:
        virtual.run_for(15)
        assert link_to(virtual).status().fault_names == ()
        virtual.play()
        log = only_log(virtual)
    assert names(log) == expected
    assert cues(log) == CPython().run(who.raw, who.settings).cues
    assert [one.reps for one in log.lifting.counted_sets()] == [5]


@pytest.mark.parametrize("identity", [None, 0x11])
def test_with_no_imu_or_an_unknown_one_the_muscle_alone_is_cued_and_counted(identity):
    who = lifter()
    imu = None
    if identity is not None:
        imu = Mpu6050Model()
        imu.identity = identity
    with VirtualBand(who.raw, who.settings.as_dict(), imu=imu) as virtual:
        virtual.play()
        log = only_log(virtual)
        assert link_to(virtual).status().fault_names == ("no imu",)
    expected = CPython().run(who.raw, who.settings)
    assert [(fault.name, fault.value) for fault in log.faults] == [
        ("imu_absent", 0) if identity is None else ("imu_unknown", identity)
    ]
    assert cues(log) == expected.cues
    assert log.lifting.reps == expected.lifting.reps


def test_while_the_imu_is_away_the_status_says_so_and_so_does_every_session():
    script = [(1.5, "imu_absent", True), (6.0, "imu_absent", False)]
    with lying(Mpu6050Model(), 9, script=script) as virtual:
        virtual.run_for(2)
        virtual.press()
        virtual.press()
        assert link_to(virtual).status().fault_names == ("no imu",)
        virtual.run_for(5)
        assert link_to(virtual).status().fault_names == ()
        virtual.press()
        first, second = logs(virtual)
    assert names(first) == ["imu_bus"]
    assert names(second) == ["imu_bus", "imu_back"]


@pytest.mark.parametrize("model", [Mpu6050Model, Lsm6dsoxModel])
def test_no_byte_is_such_that_the_imu_does_not_come_back_after_it(model):
    for byte in range(1, 2 * LONGEST_STEP_BYTES):
        with lying(model(), script=[(1.5, "imu_nack_at", byte)]) as virtual:
            virtual.play()
            assert virtual.app.band.faults == 0
            assert lag_ms(virtual) <= 100
            assert names(only_log(virtual)) in (["imu_bus", "imu_back"], ["imu_overflow"])


@pytest.mark.parametrize("model", [Mpu6050Model, Lsm6dsoxModel])
def test_a_glitch_at_power_on_does_not_hide_the_imu(model):
    for byte in range(1, 2 * LONGEST_STEP_BYTES):
        imu = model()
        imu.nack_at = byte
        with lying(imu) as virtual:
            virtual.run_for(STILL_S)
            assert virtual.app.band.faults == 0


def test_a_session_after_a_pause_finds_the_imu_as_it_was():
    with lying(Mpu6050Model(), 9) as virtual:
        virtual.run_for(2)
        virtual.press()
        virtual.run_for(3)
        virtual.press()
        virtual.run_for(2)
        assert [names(log) for log in logs(virtual)] == [[], []]
        assert virtual.app.band.faults & messages.NO_IMU == 0


@pytest.mark.parametrize("model", [Mpu6050Model, Lsm6dsoxModel, SlowMpu6050Model])
def test_the_clock_of_the_imu_need_not_be_that_of_the_band(model):
    chip = model()
    with lying(chip, 60) as virtual:
        for _ in range(12):
            virtual.run_for(5)
            assert lag_ms(virtual) <= 100
            assert frames_waiting(chip) < 12
        assert names(only_log(virtual)) == []


@pytest.mark.parametrize("stall_ms", [400, 1300, 3000])
def test_after_a_stall_frames_and_muscle_go_together_again(stall_ms):
    still_s, curls = 5.0, 4
    who = Lifter(rest(15), turning(course((still_s, 0), *lifts(curls))), calibration())
    with worn(who, script=[(1.0, "stall", stall_ms)]) as virtual:
        virtual.play()
        log = only_log(virtual)
    expected = CPython().run(who.raw, who.settings, frames=who.frames).lifting.degrees.astype(int)
    assert expected.max() > 80
    found = log.lifting.degrees[: len(expected)].astype(int)
    np.testing.assert_allclose(found[:-10], expected[:-10], atol=10)  # 60 ms where the limb is fastest


def test_after_blocks_were_lost_reps_are_exactly_where_they_belong():
    who = lifter(sets=2)
    with VirtualBand(who.raw, who.settings.as_dict(), script=[(25.86, "stall", STALL_MS)]) as virtual:
        virtual.play()
        log = only_log(virtual)
    assert "overrun" in names(log)
    expected = CPython().run(who.raw, who.settings).lifting
    assert starts(log.lifting, 1) == starts(expected, 1)


def test_after_frames_were_lost_too_reps_are_where_they_belong_but_for_the_start_of_the_first():
    who = lifter(sets=2)
    with worn(who, script=[(25.86, "stall", STALL_MS)]) as virtual:
        virtual.play()
        log = only_log(virtual)
    assert "imu_overflow" in names(log)
    expected = CPython().run(who.raw, who.settings, frames=who.frames).lifting
    assert starts(log.lifting, 1)[1:] == pytest.approx(starts(expected, 1)[1:], abs=12)


def test_a_session_that_ends_in_the_middle_of_a_set_tells_it():
    who = lifter()
    with worn(who) as virtual:
        virtual.run_for(16)
        virtual.press()
        log = only_log(virtual)
    (one,) = log.lifting.counted_sets()
    assert one.reps == len(log.lifting.counted()) == 4
    assert one.end_block <= log.end.blocks


def test_each_session_begins_with_set_0():
    who = lifter(sets=2)
    with worn(who) as virtual:
        virtual.run_for(34)
        virtual.press()
        virtual.press()
        virtual.play()
        assert [numbers_of_sets(log) for log in logs(virtual)] == [[0], [0]]


def test_sets_of_a_session_are_numbered_in_order():
    who = lifter(sets=2, lead_out_s=2 * QUIET_MS / 1000)
    with worn(who) as virtual:
        virtual.play()
        assert numbers_of_sets(only_log(virtual)) == sorted(set(numbers_of_sets(only_log(virtual))))
        assert [one.reps for one in only_log(virtual).lifting.counted_sets()] == [5, 5]


def test_flash_that_is_full_when_a_set_is_told_at_the_end_ends_the_session_quietly():
    def full_but_at_the_start(module):
        module.Recorder.commit = lambda self, t_ms: False
        module.Recorder.due = lambda self: 3 if ending else 0

    ending = []
    who = lifter()
    with worn(who, patches={"buzzband_fw.store.recorder": full_but_at_the_start}) as virtual:
        virtual.run_for(16)
        ending.append(True)
        virtual.app.band.commit = lambda: None
        virtual.press()
        assert virtual.app.band.state == messages.IDLE
        assert virtual.app.band.faults == messages.FLASH_FULL
