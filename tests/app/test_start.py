"""From power-on to the app, and what becomes of an app that crashes."""

import traceback

import pytest

from app.bench import FIRMWARE, band, contractions, link_to, logs, replace, rest
from buzzband.engines.band import PROMPT, RUNNING
from buzzband.engines.layer.world import RUN_PIN, SOFTWARE, WATCHDOG
from buzzband.errors import EngineFailed
from buzzband_fw.hal import pins


def crash(module):
    def start(self):
        raise RuntimeError("no good")

    module.App.start = start


def crash_after(seconds):
    """A patch: each life of the app ends in an exception after so long."""

    def apply(module):
        turn = module.App.turn

        def failing(self, _count):
            turn(self)
            if self.muscle.blocks > 100 * seconds:
                raise RuntimeError("no good")

        module.App.turn = failing

    return {"buzzband_fw.app": apply}


def watch_lives(virtual_patches, lives):
    """Add a patch that notes for each life whether it was in safe mode."""

    def apply(module):
        virtual_patches["buzzband_fw.app"](module)
        init = module.App.__init__

        def noting(self, slot="a", safe_mode=False, on_trial=False):
            lives.append(safe_mode)
            init(self, slot, safe_mode, on_trial)

        module.App.__init__ = noting

    return {"buzzband_fw.app": apply}


def test_the_motor_is_off_from_the_first_thing_that_runs():
    with band(contractions(1)) as virtual:
        virtual.run_for(1)
        first = next(edge for edge in virtual.world.gpio.edges if edge[1] == pins.MOTOR)
        assert first[0] < 101_000
        assert first[2] == 0
        assert virtual.motor == ()


def test_three_crashes_lead_to_safe_mode_and_nine_to_the_prompt():
    lives = []
    patches = watch_lives({"buzzband_fw.app": crash}, lives)
    with band(slots=BOTH, patches=patches, survives=True) as virtual:
        virtual.run_for(10)
        assert virtual.state == PROMPT
        assert virtual.resets == [SOFTWARE] * 9
    assert lives == [False, False, False, True, True, True, True, True, True]


def test_crashes_more_than_ten_seconds_apart_do_not_add_up():
    lives = []
    with band(rest(90), patches=watch_lives(crash_after(11), lives), survives=True) as virtual:
        virtual.run_for(80)
        assert len(virtual.resets) >= 5
        assert not any(lives)


def test_crashes_less_than_ten_seconds_apart_do():
    lives = []
    with band(rest(90), patches=watch_lives(crash_after(9), lives), survives=True) as virtual:
        virtual.run_for(45)
    assert lives == [False, False, False, True, True]


def test_hangs_count_as_crashes_too():
    lives = []

    def hang(module):
        turn = module.App.turn

        def hanging(self, _count):
            while self.muscle.blocks > 200:
                self.muscle._adc.taken()
            turn(self)

        module.App.turn = hanging

    with band(rest(30), patches=watch_lives({"buzzband_fw.app": hang}, lives)) as virtual:
        virtual.run_for(29)
        assert set(virtual.resets) == {WATCHDOG}
    assert lives[:4] == [False, False, False, True]


def test_a_loss_of_power_forgets_the_crashes():
    lives = []
    patches = watch_lives({"buzzband_fw.app": crash}, lives)
    with band(slots=BOTH, patches=patches, survives=True) as virtual:
        virtual.run_for(10)
        virtual.power_cut()
        virtual.power_on()
        virtual.run_for(0.15)
    assert lives[9:] == [False]


def test_each_session_that_a_crash_ended_stays():
    with band(rest(90), patches=crash_after(5), survives=True) as virtual:
        virtual.run_for(15)
        found = logs(virtual)
    assert len(found) == 3
    assert all(log.duration_s >= 4.9 for log in found[:2])


def test_a_crash_while_flash_fails_ends_in_a_reset_all_the_same():
    script = [(1.0, "flash_error", 5)]
    with band(rest(20), patches=crash_after(2), script=script, survives=True) as virtual:
        virtual.run_for(3)
        assert virtual.resets == [SOFTWARE]


def test_a_crash_before_the_first_sample_ends_in_a_reset_too():
    def no_session(module):
        def begin(self):
            raise RuntimeError("no good")

        module.Band.begin = begin

    with band(patches={"buzzband_fw.band": no_session}, survives=True) as virtual:
        virtual.run_for(0.3)
        assert virtual.resets == [SOFTWARE]
        assert "RuntimeError: no good" in virtual.files()["crash.txt"].decode()


def test_a_crash_comes_out_where_it_happens():
    with band(patches=crash_after(2)) as virtual, pytest.raises(EngineFailed, match="RuntimeError: no good") as raised:
        virtual.run_for(5)
    assert isinstance(raised.value.__cause__, RuntimeError)
    told = "".join(traceback.format_exception(raised.value))
    assert str(FIRMWARE / "app.py") in told


def test_after_the_run_pin_the_band_starts_anew():
    with band() as virtual:
        virtual.run_for(3)
        virtual.reset()
        virtual.run_for(3)
        assert virtual.resets == [RUN_PIN]
        assert virtual.state == RUNNING
        assert len(logs(virtual)) == 2


BOTH = {"a": FIRMWARE.parent, "b": FIRMWARE.parent}


def broken(times):
    """A patch: a module far down cannot be imported, so many times."""
    left = [ImportError("half an update")] * times

    def apply(_module):
        if left:
            raise left.pop()

    return {"buzzband_fw.hal.led": apply}


@pytest.mark.parametrize(("named", "slot"), [("a", "a"), ("b", "b"), ("b\n", "b"), ("", "a"), ("x", "a")])
def test_slot_txt_names_the_slot_that_is_tried_first(tmp_path, named, slot):
    (tmp_path / "slot.txt").write_text(named, encoding="utf-8")
    with band(slots=BOTH, folder=tmp_path) as virtual:
        virtual.run_for(1)
        assert link_to(virtual).hello().slot == slot


def test_an_app_that_cannot_be_imported_gives_way_to_the_one_in_slot_b():
    with band(slots=BOTH, patches=broken(1), survives=True) as virtual:
        virtual.run_for(1)
        assert link_to(virtual).hello().slot == "b"
        assert virtual.resets == [SOFTWARE]


def test_a_broken_slot_b_gives_way_to_a(tmp_path):
    (tmp_path / "slot.txt").write_text("b", encoding="utf-8")
    with band(slots=BOTH, folder=tmp_path, patches=broken(1), survives=True) as virtual:
        virtual.run_for(1)
        assert link_to(virtual).hello().slot == "a"


def test_an_app_that_hangs_while_it_is_imported_is_a_crash():
    lives = []

    def hang(_module):
        if not lives:
            lives.append("hung")
            while True:
                virtual.world.spend(1000)

    with band(slots=BOTH, patches={"buzzband_fw.hal.led": hang}) as virtual:
        virtual.run_for(10)
        assert virtual.resets == [WATCHDOG]
        assert link_to(virtual).hello().slot == "a"


def test_an_app_that_fails_before_it_can_catch_anything_is_a_crash():
    with band(patches=replace("buzzband_fw.app", "App", "__init__", lambda _: fail), survives=True) as virtual:
        virtual.run_for(0.3)
        assert virtual.resets == [SOFTWARE] * 2


def fail(*_given):
    raise RuntimeError("no good")


def test_an_empty_slot_gives_way_too(tmp_path):
    with band(slots={"a": tmp_path, "b": FIRMWARE.parent}, survives=True) as virtual:
        virtual.run_for(1)
        assert link_to(virtual).hello().slot == "b"


def test_without_an_app_there_is_the_prompt_and_no_watchdog():
    with band(slots=BOTH, patches=broken(2), survives=True) as virtual:
        virtual.run_for(20)
        assert virtual.state == PROMPT
        assert virtual.resets == [SOFTWARE] * 2
