"""The app on both interpreters: the same sessions, the same cues, and no byte allocated between them."""

import json

import numpy as np
import pytest

from app.bench import (
    band,
    calibration,
    contractions,
    core_track,
    cue_times_s,
    link_to,
    motor_starts_s,
    muscle_faults,
    only_log,
    rest,
    settings,
)
from app.lifter import lifter
from app.writing_apart import writing_apart
from buzzband.bundle import bytecode_files
from buzzband.engines.band import VirtualBand
from buzzband.engines.cpython import CPython
from buzzband.engines.micropython_band import MicroPythonBand
from buzzband.engines.whole_app import on_cpython, on_micropython
from buzzband.errors import EngineFailed, Unplugged
from buzzband.recordings.band_log import intact_records
from buzzband.transports.link import Link
from buzzband.twin import Lsm6dsoxModel, Mpu6050Model
from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.store import records
from session_files import session_files, session_logs

WASTEFUL = {
    "buzzband_fw/band.py": (b"        muscle = self.muscle\n", b"        muscle = self.muscle\n        bytearray(1)\n"),
    "buzzband_fw/muscle.py": (b"        self.word =", b"        memoryview(b'12')[1:]\n        self.word ="),
}


def micropython_band(raw, changes=None, **options):
    return MicroPythonBand(raw, settings(**(changes or {})), **options)


def session_records(files):
    """The records of each session by its id, in order."""
    return {
        session_id: [(each.kind, each.sequence, each.t_ms, content(each)) for each in intact_records(data, session_id)]
        for session_id, data in session_files(files).items()
    }


def content(record):
    """A payload; of a header what it says, but for the interpreter."""
    if record.kind != records.HEADER:
        return record.payload
    return {**json.loads(record.payload), "micropython": None}


@pytest.mark.usefixtures("micropython_port")
def test_the_log_is_the_same_on_both_and_holds_what_the_core_says():
    raw = contractions(4)
    with band(raw) as virtual, micropython_band(raw) as other:
        virtual.play()
        other.play()
        assert session_records(virtual.files()) == session_records(other.files())
        assert virtual.motor == other.motor
        known = min(len(virtual.led), len(other.led))  # one of them ends a little sooner
        assert virtual.led[:known] == other.led[:known]
        log = only_log(virtual)
    expected = core_track(raw)
    assert tuple((cue.block, cue.word) for cue in log.cues) == expected.cues
    np.testing.assert_array_equal(log.permille[: len(expected.permille)], expected.permille)
    np.testing.assert_array_equal(log.flags[: len(expected.flags)], expected.flags)


@pytest.mark.usefixtures("micropython_port")
def test_what_happens_to_a_band_leads_to_the_same_on_both():
    script = [(2.0, "stall", 150), (3.0, "erase_ms", 400), (4.0, "fifo_overflow", True), (6.3, "press", 200)]
    raw = contractions(4)
    with band(raw, script=script, supply_mv=3500) as virtual:
        virtual.play()
        expected, bursts = session_records(virtual.files()), virtual.motor
    with micropython_band(raw, script=script, supply_mv=3500) as other:
        other.play()
        assert session_records(other.files()) == expected
        assert other.motor == bursts


@pytest.mark.usefixtures("micropython_port")
def test_ten_seconds_of_turns_with_cues_and_commits_allocate_nothing():
    raw = contractions(6)
    with micropython_band(raw, heap_locked_s=(1.0, 14.0), sources=writing_apart()) as other:
        other.play()
        assert other.locked_s >= 10
        assert len([burst for burst in other.motor if burst.start_s < 14]) >= 4
        (log,) = session_logs(other.files())
    assert log.valid.all()


@pytest.mark.usefixtures("micropython_port")
def test_core_and_app_on_both_tell_the_same_of_a_set():
    who = lifter()
    expected = CPython().run(who.raw, who.settings, frames=who.frames).lifting
    assert len(expected.counted()) == 5
    for play in (on_cpython, on_micropython):
        found = play(who.raw, who.settings, frames=who.frames).track(len(who.raw) // BLOCK_RAW).lifting
        assert (found.reps, found.sets, found.holds) == (expected.reps, expected.sets, expected.holds)
        told = slice(0, -2)  # the movement is up to 0.1 s behind when the session ends
        np.testing.assert_array_equal(found.degrees[told], expected.degrees[: len(found.degrees)][told])
        assert len(found.degrees) == len(expected.degrees)


@pytest.mark.usefixtures("micropython_port")
def test_what_happens_to_the_imu_leads_to_the_same_on_both():
    script = [(4.0, "imu_nack_at", 3), (8.0, "imu_overflow", True), (12.0, "imu_stuck", 5), (15.0, "stall", 1300)]
    who = lifter()
    found = []
    for make in (VirtualBand, MicroPythonBand):
        with make(who.raw, who.settings.as_dict(), imu=Mpu6050Model(who.frames.ravel()), script=script) as worn:
            worn.play()
            found.append(session_records(worn.files()))
    assert found[0] == found[1]


@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize("model", [Mpu6050Model, Lsm6dsoxModel])
def test_ten_seconds_of_a_set_with_an_imu_allocate_nothing(model):
    who = lifter()
    with MicroPythonBand(
        who.raw,
        who.settings.as_dict(),
        imu=model(who.frames.ravel()),
        heap_locked_s=(3.0, 30.0),
        sources=writing_apart(),
    ) as worn:
        worn.play()
        assert worn.locked_s >= 20
        (log,) = session_logs(worn.files())
    assert len(log.lifting.counted()) == 5
    assert log.faults == ()


@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize("path", WASTEFUL)
def test_a_byte_allocated_in_a_turn_is_a_memory_error(path):
    sources = bytecode_files()
    old, new = WASTEFUL[path]
    assert old in sources[path]
    sources[path] = sources[path].replace(old, new)
    with (
        micropython_band(rest(4), heap_locked_s=(1.0, 3.0), sources=sources) as other,
        pytest.raises(EngineFailed, match="MemoryError"),
    ):
        other.play()


@pytest.mark.usefixtures("micropython_port")
def test_the_link_is_served_once_the_recording_is_over():
    with micropython_band(contractions(1)) as other:
        other.play()
        link = Link(other.stream, patience_s=5)
        assert link.hello().micropython.count(".") == 2
        (entry,) = link.sessions()
        assert link.pull(entry.session_id) == other.files()[f"log/{entry.session_id}.bbl"]
        link.stream(True)
        samples = [sample.block for sample, _ in zip(link.samples(5), range(5), strict=False)]
        assert set(np.diff(samples)) == {2}


@pytest.mark.usefixtures("micropython_port")
def test_after_a_reset_by_the_host_the_port_is_unplugged():
    with micropython_band(rest(1)) as other:
        other.play()
        stream = other.stream
        Link(stream, patience_s=5).reset()
        with pytest.raises(Unplugged):
            list(iter(lambda: stream.read(5), None))


@pytest.mark.usefixtures("micropython_port")
def test_a_crash_on_micropython_comes_out_with_its_traceback():
    sources = bytecode_files()
    sources["buzzband_fw/band.py"] = sources["buzzband_fw/band.py"].replace(
        b"    def note(self):\n", b"    def note(self):\n        1 // 0\n"
    )
    with micropython_band(rest(2), sources=sources) as other, pytest.raises(EngineFailed, match="ZeroDivisionError"):
        other.play()


@pytest.mark.usefixtures("micropython_port")
def test_an_app_that_does_not_start_is_told():
    sources = {path: data for path, data in bytecode_files().items() if not path.endswith("voice.py")}
    with micropython_band(rest(2), sources=sources) as other, pytest.raises(EngineFailed, match=r"voice|ended"):
        other.play()


def test_to_skip_the_ticks_that_matter_to_nobody_changes_nothing():
    raw = contractions(4)
    found = []
    for every_tick in (False, True):
        with band(raw, every_tick=every_tick) as virtual:
            virtual.run_for(1)
            assert link_to(virtual).status().state_name == "running"
            virtual.play()
            found.append((session_records(virtual.files()), virtual.motor))
    assert found[0] == found[1]


@pytest.mark.parametrize("ticks", [(1 << 30) - 3_000_000, ((1 << 30) - 3000) * 1000])
def test_the_clocks_start_over_in_the_middle_of_a_session_and_nobody_sees_it(ticks):
    raw = contractions(4)
    with band(raw, uptime_us=ticks) as virtual:
        virtual.play()
        assert [round(burst.duration_s * 1000) for burst in virtual.motor] == [120] * 4
        assert motor_starts_s(virtual) == pytest.approx(cue_times_s(virtual, raw), abs=0.002)
        log = only_log(virtual)
    assert (log.damaged, log.missing, muscle_faults(log)) == (0, (), ())
    assert log.valid.all()
    assert log.end.blocks == pytest.approx(len(raw) / 48, abs=60)


def test_bands_side_by_side_know_nothing_of_each_other():
    raw, other_raw = contractions(2), rest(5)
    with band(raw) as first, band(other_raw, changes={"target_permille": 300}) as second:
        for _ in range(10):
            first.run_for(0.6)
            second.run_for(0.6)
        assert len(first.motor) == 2
        assert len(second.motor) == 0
        assert first.app.band.settings.target_permille == calibration().target_permille
        assert second.app.band.settings.target_permille == 300
        assert type(first.app) is not type(second.app)
