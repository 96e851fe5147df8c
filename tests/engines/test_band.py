"""A band in a thread of its own: it runs while its owner waits, and never otherwise."""

import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import buzzband_fw
from builders import calibrated
from buzzband.engines.band import OFF, RUNNING, VirtualBand
from buzzband.engines.band_records import Burst, bursts, flashes
from buzzband.engines.micropython_band import MicroPythonBand
from buzzband.engines.private_modules import PrivateModules
from buzzband.engines.turns import Turns
from buzzband.errors import BudgetSpent, EngineFailed, Unplugged
from buzzband_fw.hal import pins

QUIET = np.full(4800 * 3, 2048, np.uint16)
SETTINGS = calibrated(50).as_dict()


def band(**options):
    return VirtualBand(QUIET, SETTINGS, **options)


def test_time_passes_only_when_it_is_told_to():
    with band() as virtual:
        assert virtual.now_s == 0
        virtual.run_for(0.123)
        assert virtual.now_s == pytest.approx(0.123)
        virtual.run_for(0)
        virtual.run_for(1.5)
        assert virtual.now_s == pytest.approx(1.623)


def test_run_until_ends_when_it_comes_to_that():
    with band() as virtual:
        assert virtual.run_until(lambda: virtual.app and virtual.app.muscle.blocks == 50, 10)
        assert virtual.app.muscle.blocks == 50
        assert virtual.now_s < 1


def test_run_until_ends_at_its_limit():
    with band() as virtual:
        assert not virtual.run_until(lambda: False, 0.7)
        assert virtual.now_s == pytest.approx(0.7)


def test_a_read_lets_time_pass_however_short_it_is():
    with band() as virtual:
        virtual.run_for(1)
        before_s = virtual.now_s
        assert virtual.stream.read(1e-9) == b""
        assert virtual.now_s > before_s
        assert virtual.stream.read(0) == b""


def test_what_a_predicate_raises_comes_out():
    with band() as virtual:
        virtual.run_for(0.5)
        asked = []

        def predicate():
            asked.append(1)
            return 1 // (3 - len(asked))

        with pytest.raises(ZeroDivisionError):
            virtual.run_until(lambda: predicate() and False, 10)
        virtual.run_for(0.5)
        assert virtual.resets == []


def test_play_gives_up_on_a_band_that_takes_no_samples(tmp_path):
    with VirtualBand(QUIET, SETTINGS, slots={"a": tmp_path}, survives=True) as virtual, pytest.raises(BudgetSpent):
        virtual.play()


def test_neither_modules_nor_working_directory_are_touched():
    before, folder = dict(sys.modules), Path.cwd()
    with band() as virtual:
        virtual.run_for(1)
        assert sys.modules.get("machine") is before.get("machine")
        new = [name for name in sys.modules.keys() - before.keys() if name.startswith("buzzband_fw.")]
        assert all(name.startswith("buzzband_fw.core.") for name in new)
        assert virtual.modules["buzzband_fw.app"] is not sys.modules.get("buzzband_fw.app")
    assert Path.cwd() == folder


def test_the_core_is_the_one_that_everybody_imports():
    with band() as virtual:
        virtual.run_for(0.5)
        assert type(virtual.app.muscle.pipeline).__module__ == "buzzband_fw.core.pipeline"
        assert type(virtual.app.muscle.pipeline) is sys.modules["buzzband_fw.core.pipeline"].Pipeline


def test_the_firmware_runs_under_its_own_file_names():
    with band() as virtual:
        virtual.run_for(0.5)
        file = virtual.modules["buzzband_fw.app"].main.__code__.co_filename
    assert Path(file) == Path(buzzband_fw.__file__).parent / "app.py"


def test_when_the_band_is_closed_its_thread_and_its_folder_are_gone():
    threads = threading.active_count()
    with band() as virtual:
        virtual.run_for(0.5)
        folder = virtual.folder
        assert folder.exists()
    assert virtual.state == OFF
    assert threading.active_count() == threads
    assert not folder.exists()


def test_a_folder_of_the_callers_stays(tmp_path):
    with band(folder=tmp_path) as virtual:
        virtual.run_for(0.5)
    assert [path for path in virtual.files() if path.startswith("log/")]


def test_power_can_come_and_go():
    with band() as virtual:
        virtual.run_for(1)
        virtual.power_cut()
        virtual.power_cut()
        virtual.run_for(1)
        assert virtual.state == OFF
        virtual.power_on()
        virtual.power_on()
        virtual.run_for(1)
        assert virtual.state == RUNNING
        assert len([path for path in virtual.files() if path.startswith("log/")]) == 2
        assert virtual.resets == []


def test_a_stream_is_unplugged_by_a_loss_of_power():
    with band() as virtual:
        virtual.run_for(1)
        stream = virtual.stream
        virtual.power_cut()
        with pytest.raises(Unplugged):
            stream.read(0.1)
        with pytest.raises(Unplugged):
            stream.write(b"x")
        stream.close()


def test_a_read_waits_for_as_long_as_it_may_in_simulated_time():
    with band() as virtual:
        virtual.run_for(1)
        assert virtual.stream.read(0.25) == b""
        assert virtual.now_s == pytest.approx(1.25)


def test_a_program_that_fails_before_there_is_an_app_comes_out():
    def fail(module):
        raise LookupError("no pins")

    with band(patches={"pins": fail}) as virtual, pytest.raises(EngineFailed, match="LookupError: no pins"):
        virtual.run_for(1)


def test_a_module_that_is_nowhere_is_an_import_error():
    with pytest.raises(ImportError, match="no module named"):
        PrivateModules({}, open, {}, {}).module("buzzband_fw.nothing")


def test_importing_a_package_without_names_gives_its_head():
    own = PrivateModules({}, open, {"/a": Path(buzzband_fw.__file__).parents[1]}, {})
    own.path.append("/a")
    head = own._import("buzzband_fw.store.records")
    assert head.__name__ == "buzzband_fw"
    assert head.store.records.FORMAT == 1


@pytest.fixture
def heeds_ctrl_c():
    """Python as in a terminal: whatever a shell starts in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_a_program_that_is_interrupted_stops_where_it_is():
    steps = []
    stop = []

    def program():
        while not stop:
            steps.append(1)
            if len(steps) == 100:
                os.kill(os.getpid(), 2)  # Ctrl-C
            if hurried or len(steps) % 1000 == 0:
                turns.pause()

    hurried = []
    turns = Turns(program, lambda: hurried.append(1))

    def resume_for_ever():
        while True:
            turns.resume()

    with pytest.raises(KeyboardInterrupt):
        resume_for_ever()
    stood = len(steps)
    stop.append(1)
    turns.resume()
    assert turns.over
    assert len(steps) == stood
    turns.resume()


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_leaves_a_band_that_can_go_on():
    with band() as virtual:
        virtual.run_for(1)

        def interrupt():
            os.kill(os.getpid(), 2)
            return False

        with pytest.raises(KeyboardInterrupt):
            virtual.run_until(interrupt, 3600 * 24)
        virtual.run_for(0.5)
        assert virtual.state == RUNNING


def test_bursts_are_told_from_a_record_of_duties():
    record = [(1_000_000, 60000), (1_050_000, 30000), (1_120_000, 0), (3_000_000, 60000)]
    first, last = bursts(record, 3_100_000)
    assert first == Burst(1.0, 1.12, ((0.0, 60000), (0.05, 30000)))
    assert last.end_s == 3.1
    assert last.duration_s == pytest.approx(0.1)


def test_flashes_are_told_from_a_record_of_pins():
    record = [(1_000_000, pins.LED, 1), (1_010_000, pins.MOTOR, 1), (1_050_000, pins.LED, 0), (2_000_000, pins.LED, 1)]
    assert flashes(record) == ((1.0, 1.05),)


@pytest.mark.usefixtures("micropython_port")
def test_a_band_on_micropython_that_takes_too_long_is_told():
    with MicroPythonBand(np.tile(QUIET, 200), SETTINGS) as other, pytest.raises(BudgetSpent):
        other.play(patience_s=0.05)


def test_a_band_on_micropython_has_no_stream_before_it_is_started():
    with MicroPythonBand(QUIET, SETTINGS) as other, pytest.raises(Unplugged):
        _ = other.stream
