"""The heap stands still: a byte allocated in each turn would start the garbage collector in the middle of a set."""

import numpy as np
import pytest

TURNS = """
from micropython import heap_lock, heap_unlock
from buzzband_fw import app

band = app.App()

def apart(work):
    def run(clear_ms=0):
        heap_unlock()  # files take room
        work(clear_ms)
        heap_lock()

    return run

def turns():
    while band.muscle.blocks < BLOCKS:
        band.turn()

try:
    band.start()
    keeper = band.band.keeper
    keeper.commit = apart(keeper.commit)
    keeper.tidy = apart(keeper.tidy)
    keeper.keep_part = apart(keeper.keep_part)
    band.server.streaming = True
    heap_lock()
    try:
        turns()
    finally:
        heap_unlock()
    band.band.end(1)
    told = "cues %d, kept %d" % (band.band.cues, band.band.recorder.free_bytes)
except MemoryError:
    told = "allocated at block %d" % band.muscle.blocks
finally:
    band.stop()
with open("told.txt", "w") as file:
    file.write(told)
"""


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.pico(14)
def test_10_s_of_turns_with_cues_stream_and_commits_allocate_nothing(twin, recording) -> None:
    take = recording.contractions(4, on_s=1.2, off_s=1.3)
    main = b"import sys\nsys.path.insert(0, '/a')\n" + TURNS.replace("BLOCKS", "1000").encode()
    worn = twin(take.codes, take.settings, files={"main.py": main})
    worn.wait_until(lambda: b">>>" in worn.serial.output, 13.5)
    told = worn.files()["told.txt"].decode()
    assert told.startswith("cues 4"), told
    assert worn.flash.erases > 2
    assert len(np.unique(take.codes)) > 100
