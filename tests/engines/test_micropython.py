import sys
from pathlib import Path

import numpy as np
import pytest

from buzzband.bundle import bytecode_files
from buzzband.engines import Settings, micropython, replay
from buzzband.errors import EngineFailed, EngineMissing

SETTINGS = Settings(mains_hz=60, rest=100, reference=5000, target_permille=500)
RAW = np.full(48 * 3, 2048, np.uint16)

ALLOCATES = """
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.replay import run
process = Pipeline.process
def wasteful(self, ring, position):
    bytearray(100)
    return process(self, ring, position)
Pipeline.process = wasteful
with open("raw.bin", "rb") as raw:
    run(raw)"""


@pytest.mark.usefixtures("micropython_port")
def test_a_byte_allocated_while_the_core_runs_ends_the_replay() -> None:
    files = {
        **bytecode_files(),
        "job.json": replay.job_file(SETTINGS, trace=False),
        "raw.bin": replay.raw_bytes(RAW),
        "main.py": replay.main_source(ALLOCATES),
    }
    with pytest.raises(EngineFailed, match="MemoryError"):
        replay.read_results(micropython.run_main(files), 3, trace=False)


@pytest.mark.usefixtures("micropython_port")
def test_an_error_on_the_engine_is_told_with_its_traceback() -> None:
    with pytest.raises(EngineFailed, match=r"main\.py[\s\S]*ZeroDivisionError"):
        replay.raise_error(micropython.run_main({"main.py": replay.main_source("1 // 0")}))


@pytest.mark.usefixtures("micropython_port")
def test_an_interpreter_that_ends_badly_is_told() -> None:
    with pytest.raises(EngineFailed, match="ended with 3"):
        micropython.run_main({"main.py": b"import sys\nsys.exit(3)\n"})


@pytest.mark.usefixtures("micropython_port")
def test_a_replay_counts_its_blocks_and_times_them() -> None:
    found = micropython.replay_core(RAW, SETTINGS)
    assert len(found) == 3
    assert found.times_us is not None
    assert len(found.times_us) == 3


def test_results_that_are_too_short_are_refused() -> None:
    with pytest.raises(EngineFailed, match="stopped after 0 of 3 blocks"):
        replay.read_results({}, 3, trace=False)


def test_a_missing_port_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(EngineMissing) as raised:
        micropython.executable()
    assert "buzzband[sim]" in raised.value.hint
    assert isinstance(micropython.missing(), EngineMissing)
