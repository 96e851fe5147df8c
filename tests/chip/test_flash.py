"""Samples survive what stops the processor: writes to flash, up to what the ring holds; beyond it the log says so."""

import numpy as np
import pytest

from builders import tell
from buzzband.engines.cpython import run_core
from buzzband.engines.job import track
from chip.worn import logs

# A session in which the program writes 64 KB more, 4 KB at a time, each seen through to flash as soon as the band has
# caught up with what it missed during the last, and the motor stands: with it on, the watchdog would bite.
WRITES = """
import sys
sys.path.insert(0, "/a")
from buzzband_fw import app

band = app.App()
junk = bytes(range(256)) * 16
try:
    band.start()
    with open("junk.bin", "wb") as file:
        for _ in range(16):
            band.turn()
            while band.voice.speaking or band.muscle._taken() - band.muscle.blocks * 48 > 96:
                band.turn()
            band._brace()
            file.write(junk)
            file.flush()
    while band.muscle.late_ms() > 20:
        band.turn()
    band.band.end(1)
finally:
    band.stop()
"""

# A session in which nothing is read for longer than the ring holds.
STALL = """
import sys
sys.path.insert(0, "/a")
from time import sleep_ms
from buzzband_fw import app

band = app.App()
try:
    band.start()
    while band.muscle.blocks < 20:
        band.turn()
    for _ in range(4):
        sleep_ms(1000)
        band._watchdog.feed(False)
    while band.band.recorded < 520:
        band.turn()
    band.band.end(1)
finally:
    band.stop()
"""


@pytest.mark.parametrize(
    ("erase_ms", "budget_s"),
    [
        pytest.param(45, 6.4, marks=[pytest.mark.pico(6.5), pytest.mark.long]),
        pytest.param(400, 27.5, marks=[pytest.mark.pico(28), pytest.mark.long]),
    ],
)
def test_no_sample_is_lost_while_64_kb_go_to_flash(twin, recording, erase_ms: int, budget_s: float) -> None:
    take = recording.contractions(6, on_s=0.6, off_s=0.9)
    worn = twin(take.codes, take.settings, files={"main.py": WRITES.encode()}, erase_ms=erase_ms)
    worn.wait_until(lambda: b">>>" in worn.serial.output, budget_s)
    assert len(worn.files()["junk.bin"]) == 65536
    assert worn.flash.erases >= 16
    (log,) = logs(worn)
    assert {fault.name for fault in log.faults} <= {"imu_absent", "cue_late"}  # what fell behind that far is not said
    assert (log.missing, log.damaged) == ((), 0)
    expected = track(run_core(take.codes, take.core), take.core).permille
    found = log.permille[log.valid]
    tell(f"{worn.flash.erases} erases of {erase_ms} ms: {2 * len(found)} blocks in a row, {worn.chip_s:.1f} s")
    assert log.valid[:-1].all()  # the very last block may not have been noted
    known = min(len(found), len(expected))
    np.testing.assert_array_equal(found[:known], expected[:known])


@pytest.mark.long
@pytest.mark.pico(8)
def test_an_overrun_is_noticed_counted_and_sampling_goes_on_in_step(twin, recording) -> None:
    take = recording.contractions(6, on_s=0.6, off_s=0.9)
    worn = twin(take.codes, take.settings, files={"main.py": STALL.encode()})
    worn.wait_until(lambda: b">>>" in worn.serial.output, 7.9)
    (log,) = logs(worn)
    absent, fault = log.faults
    assert (absent.name, fault.name) == ("imu_absent", "overrun")
    assert 380 < fault.value < 430  # 4 s, and what was left of the block
    assert log.end is not None
    assert log.end.blocks >= 500
    assert not log.valid.all()
    assert log.valid[-30:-1].all()  # the very last block may not have been noted
