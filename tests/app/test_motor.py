"""The motor: words as pulses, never at the wrong moment, never for too long."""

from itertools import pairwise, product

import pytest

from app.bench import (
    FULL_DUTY,
    assert_rhythm,
    band,
    change,
    contractions,
    cue_times_s,
    inside,
    led_is_on,
    logs,
    motor_starts_s,
    muscle_faults,
    only_log,
    replace,
    rest,
)
from builders import FULL_EFFORT
from buzzband.engines.layer.world import WATCHDOG
from buzzband.recordings import synth
from buzzband_fw.core import words
from buzzband_fw.core.words import READY
from buzzband_fw.store import records

LATE_MS = 200

PRESS_KNOWN_S = 0.38  # a press of 80 ms, and 300 ms in which no second one came


def test_a_cue_is_one_pulse_of_120_ms():
    raw = contractions()
    with band(raw) as virtual:
        virtual.play()
        assert [round(burst.duration_s * 1000) for burst in virtual.motor] == [120, 120, 120]
        assert motor_starts_s(virtual) == pytest.approx(cue_times_s(virtual, raw), abs=0.002)


@pytest.mark.parametrize("late_us", [100, 300, 500, 700, 900])
def test_a_pulse_that_begins_a_little_late_is_no_longer_for_it(late_us):
    raw = contractions(1)
    with band(raw) as virtual:
        virtual.run_for(0.3)
        (at_s,) = cue_times_s(virtual, raw)
        virtual.world.schedule(round(at_s * 1e6) + late_us - 1000, "stall", 1)
        virtual.play()
        (burst,) = virtual.motor
    assert burst.start_s - at_s > late_us / 1e6 - 0.0001
    assert round(burst.duration_s * 1000) in (119, 120)


@pytest.mark.parametrize(("supply_mv", "kick", "hold"), [(3300, 1.0, 0.682), (4000, 0.9, 0.5625), (5000, 0.72, 0.45)])
def test_a_pulse_is_a_kick_of_50_ms_and_then_a_hold_as_the_supply_demands(supply_mv, kick, hold):
    with band(contractions(1), supply_mv=supply_mv, changes={"low_battery_mv": 3000}) as virtual:
        virtual.play()
        (burst,) = virtual.motor
    (kick_s, kick_duty), (hold_s, hold_duty) = burst.duties
    assert (kick_s, hold_s) == (0.0, pytest.approx(0.05, abs=0.002))
    assert kick_duty / FULL_DUTY == pytest.approx(kick, abs=0.002)
    assert hold_duty / FULL_DUTY == pytest.approx(hold, abs=0.002)


def test_one_cue_for_each_contraction_with_the_motor_shaking_the_electrodes():
    motor = synth.Motor(4800, amplitude=0.6 * FULL_EFFORT)
    with band(contractions(), vibration=motor) as virtual:
        virtual.play()
        assert len(virtual.motor) == 3


def test_without_a_session_nothing_is_said():
    with band(contractions(), changes={"autostart": False}) as virtual:
        virtual.run_for(9)
        assert virtual.motor == ()


def test_in_safe_mode_the_motor_stays_off_and_the_log_is_kept():
    raw = contractions()
    with band(raw, script=[(0.0, "press", 500)]) as virtual:
        virtual.run_for(9)
        virtual.press()
        assert virtual.motor == ()
        log = only_log(virtual)
        assert len(log.permille) > 400
        assert [cue.word & words.WITHHELD for cue in log.cues] == [words.WITHHELD] * 3  # nobody felt them
        assert_rhythm(virtual, "SAFE_MODE")


def test_a_cue_that_would_come_more_than_100_ms_late_is_dropped_and_logged():
    raw = contractions()
    with band(raw) as virtual:
        virtual.run_for(0.3)
        at_s = cue_times_s(virtual, raw)[1]
        virtual.world.schedule(round((at_s - 0.005) * 1e6), "stall", LATE_MS)
        virtual.play()
        log = only_log(virtual)
        assert len(virtual.motor) == len(log.cues) == 2
    (fault,) = muscle_faults(log)
    assert fault.code == records.CUE_LATE
    assert fault.value == pytest.approx(LATE_MS, abs=15)


def test_a_cue_that_comes_100_ms_late_or_less_is_still_said():
    raw = contractions(1)
    with band(raw) as virtual:
        virtual.run_for(0.3)
        (at_s,) = cue_times_s(virtual, raw)
        virtual.world.schedule(round((at_s - 0.005) * 1e6), "stall", 90)
        virtual.play()
        (started_s,) = motor_starts_s(virtual)
    assert 0.08 < started_s - at_s < 0.1


def test_flash_is_never_touched_while_the_motor_runs_or_a_cue_can_be_due():
    raw = contractions(12, off_s=2.5)
    with band(raw) as virtual:
        clear_ms = note_commits(virtual)
        virtual.play()
        commits = [(start / 1e6, end / 1e6) for start, end in virtual.world.flash.touched]
        in_session = [each for each in commits if 0.3 < each[0] < virtual.now_s - 1]
        assert len(in_session) >= 6
        assert min(clear_ms[: len(in_session)]) >= 1
        for (start_s, end_s), burst in product(in_session, virtual.motor):
            assert end_s < burst.start_s or start_s > burst.end_s
        assert motor_starts_s(virtual) == pytest.approx(cue_times_s(virtual, raw), abs=0.003)


def note_commits(virtual):
    """Return a list that gets, at each commit from the next on, for how long no cue can be due."""
    virtual.run_for(0.3)
    noted, commit = [], virtual.world.flash.commit

    def noting(size=0):
        noted.append(virtual.app.muscle.clear_ms())
        commit(size)

    virtual.world.flash.commit = noting
    return noted


@pytest.mark.parametrize(("raw", "least_s"), [(contractions(12, off_s=2.5), 3.0), (rest(40), 4.0)])
def test_flash_is_written_3_s_after_the_last_time_if_a_cue_has_come_and_4_s_after_it_if_none_does(raw, least_s):
    with band(raw) as virtual:
        virtual.play()
        starts_s = [start / 1e6 for start, _ in virtual.world.flash.touched if start < 40e6]
    waits_s = [later - earlier for earlier, later in pairwise(starts_s[2:])]
    assert min(waits_s) == pytest.approx(least_s, abs=0.1)
    assert max(waits_s) < 4.1


@pytest.mark.parametrize("erase_ms", [45, 400])
def test_every_sample_is_there_whatever_flash_takes(erase_ms):
    with band(contractions(4, off_s=3), erase_ms=erase_ms) as virtual:
        virtual.play()
        log = only_log(virtual)
    assert log.valid.all()
    assert muscle_faults(log) == ()


def raise_while_speaking(original):
    def note(self):
        if self._voice.motor.running:
            raise ValueError("on purpose")
        original(self)

    return note


def test_an_exception_stops_the_motor_is_written_down_and_ends_in_a_reset():
    patches = replace("buzzband_fw.band", "Band", "note", raise_while_speaking)
    with band(contractions(1), patches=patches, survives=True) as virtual:
        assert virtual.run_until(lambda: virtual.resets, 5)
        (burst,) = virtual.motor
        log = logs(virtual)[0]
        crash = virtual.files()["crash.txt"].decode()
    assert burst.duration_s < 0.01
    assert virtual.resets[0] == "machine.reset"
    assert log.end.reason == records.BY_EXCEPTION
    assert "ValueError: on purpose" in crash
    assert "app.py" in crash


@pytest.mark.parametrize("after_s", [0.0, 0.03, 0.1])
def test_a_hang_with_the_motor_on_ends_in_a_watchdog_reset_within_half_a_second(after_s):
    def hang(module):
        original = module.Voice.step

        def step(self):
            while module.ticks_diff(module.ticks_ms(), self._since_ms) >= after_s * 1000:
                pass
            original(self)

        module.Voice.step = step

    with band(contractions(1), patches={"buzzband_fw.voice": hang}) as virtual:
        assert virtual.run_until(lambda: virtual.resets, 5)
        (burst,) = virtual.motor
    assert virtual.resets == [WATCHDOG]
    assert burst.duration_s < 0.51 + after_s


@pytest.mark.parametrize("pause", [14, 20, 35])
def test_a_hang_in_a_later_pulse_of_a_word_is_no_longer_than_in_the_first(pause):
    two_pulses = change("buzzband_fw.voice", PHASES=bytes((0, 10, pause, 8, 0)))

    def hang(module):
        two_pulses["buzzband_fw.voice"](module)
        original = module.Voice.step

        def step(self):
            while self._at == 3 and self.motor.running:
                module.ticks_ms()
            original(self)

        module.Voice.step = step

    with band(contractions(1), patches={"buzzband_fw.voice": hang}) as virtual:
        assert virtual.run_until(lambda: virtual.resets, 8)
        _, second = virtual.motor
    assert virtual.resets == [WATCHDOG]
    assert second.duration_s < 0.51


@pytest.mark.parametrize("after_ms", range(0, 160, 40))
def test_a_hang_in_a_word_that_is_no_cue_ends_as_soon(after_ms):
    def hang(module):
        original = module.Voice.step

        def step(self):
            while self.motor.running:
                module.ticks_ms()
            original(self)

        module.Voice.step = step

    with band(patches={"buzzband_fw.voice": hang}) as virtual:
        virtual.run_for(1 + after_ms / 1000)
        inside(virtual, lambda: virtual.app.band.say(READY))
        assert virtual.run_until(lambda: virtual.resets, 8)
        (burst,) = virtual.motor
    assert burst.duration_s < 0.51


def test_a_hang_with_the_motor_off_ends_in_a_watchdog_reset_too():
    def never_ends(original):
        def commit(self):
            while self._band.recorded > 100:
                self._band.muscle._adc.taken()
            original(self)

        return commit

    with band(patches=replace("buzzband_fw.keeper", "Keeper", "step", never_ends)) as virtual:
        assert virtual.run_until(lambda: virtual.resets, 8)
        assert virtual.resets == [WATCHDOG]


def test_a_word_is_not_over_before_the_motor_stands():
    def tardy(original):
        calls = iter(range(1_000_000))

        def step(self):
            if next(calls) % 20 == 0:  # between the clock's two readings anything may happen
                original(self)

        return step

    with band(contractions(3), patches=replace("buzzband_fw.hal.motor_pwm", "MotorPwm", "step", tardy)) as virtual:
        virtual.play()
        assert virtual.resets == []
        assert [0.12 <= burst.duration_s < 0.25 for burst in virtual.motor] == [True] * 3


def test_a_motor_that_nobody_steps_is_stopped_by_the_watchdog():
    def deaf(_original):
        return lambda self: None

    raw = contractions(1)
    with band(raw, patches=replace("buzzband_fw.voice", "Voice", "step", deaf)) as virtual:
        assert virtual.run_until(lambda: virtual.resets, 5)
        assert virtual.resets == [WATCHDOG]
        (burst,) = virtual.motor
    assert burst.duration_s < 0.8


def test_no_pulse_is_longer_than_a_second_whatever_the_word_asks_for():
    long_word = change("buzzband_fw.voice", PHASES=bytes((0, 255, 0)))
    with band(contractions(1), patches=long_word) as virtual:
        virtual.play()
        (burst,) = virtual.motor
    assert burst.duration_s == pytest.approx(1.0, abs=0.01)


def test_a_press_that_is_known_for_one_in_the_middle_of_a_pulse_stops_the_motor():
    raw = contractions(1)
    with band(raw) as virtual:
        virtual.run_for(0.3)
        (at_s,) = cue_times_s(virtual, raw)
        virtual.world.schedule(round((at_s - PRESS_KNOWN_S + 0.02) * 1e6), "press", 80)
        virtual.run_for(4)
        (burst,) = virtual.motor
        assert only_log(virtual).end.reason == records.BY_BUTTON
    assert burst.duration_s < 0.06


def test_a_word_of_two_pulses_has_its_pause():
    two_pulses = change("buzzband_fw.voice", PHASES=bytes((0, 10, 20, 8, 0)))
    with band(contractions(1), patches=two_pulses) as virtual:
        virtual.play()
        first, second = virtual.motor
    assert (round(first.duration_s, 2), round(second.duration_s, 2)) == (0.1, 0.08)
    assert round(second.start_s - first.end_s, 2) == 0.2


def test_a_press_in_the_pause_of_a_word_is_its_end():
    two_pulses = change("buzzband_fw.voice", PHASES=bytes((0, 10, 20, 8, 0)))
    raw = contractions(1)
    with band(raw, patches=two_pulses) as virtual:
        virtual.run_for(0.3)
        (at_s,) = cue_times_s(virtual, raw)
        virtual.world.schedule(round((at_s + 0.15 - PRESS_KNOWN_S) * 1e6), "press", 80)
        virtual.run_for(4)
        assert len(virtual.motor) == 1


def test_after_the_app_the_motor_is_off():
    with band(contractions(1)) as virtual:
        virtual.run_until(lambda: virtual.world.gpio.motor_on, 5)
        virtual.stream.write(b"\r\x03")
        virtual.run_for(0.1)
        assert virtual.motor[-1].duration_s < 0.03
        assert not virtual.world.gpio.motor_on


def test_after_the_app_the_led_is_off_and_no_sample_is_taken():
    with band() as virtual:
        virtual.run_until(lambda: led_is_on(virtual), 5)
        virtual.stream.write(b"\r\x03")
        virtual.run_for(0.5)
        assert not led_is_on(virtual)
        assert not virtual.world.converter.runs


def test_to_end_a_session_in_the_middle_of_a_word_is_no_hang_however_long_flash_takes():
    raw = contractions(2)  # to begin takes longer than the ring holds: the first may be lost
    with band(raw, erase_ms=700) as virtual:
        assert virtual.run_until(lambda: virtual.app and virtual.app.voice.speaking, 8)
        virtual.press(40)
        assert virtual.resets == []
        assert only_log(virtual).end.name == "button"
