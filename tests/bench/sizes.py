"""How much room things take: a log, the wheel, the app in flash."""

import subprocess
import sys
import tempfile
from pathlib import Path

from buzzband import bundle
from buzzband.engines.cpython import condition
from buzzband.engines.job import Frames, Settings
from buzzband.engines.whole_app import on_cpython
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.examples import example
from buzzband.recordings.frames import frames_of
from buzzband.recordings.model import Recording
from buzzband.services import calibration
from buzzband_fw.core.chain import RAW_RATE_HZ

ROOT = Path(__file__).parents[2]
MAINS_HZ = 50
TARGET_PERMILLE = 500
SETTLED_BLOCKS = 50
RAW_BYTES_PER_HOUR = 1000 * 2 * 3600
"""What the usual recording takes: 1000 Hz, 16 bits, no compression."""


def measure() -> dict[str, dict[str, float]]:
    """Return bytes: of a log in an hour of different things, of the app, of the wheel."""
    curls = synth.Session((synth.Set(reps=10),) * 3, rest_s=160, lead_in_s=2, lead_out_s=160)
    return {
        "log_bytes_per_hour": {
            "sets of ten curls, rests of 160 s, with an IMU": log_bytes_per_hour(synth.build(curls, 3).recording),
            "biceps without a rest (fatigue), no IMU": log_bytes_per_hour(example("fatigue")),
            "raw EMG, 1000 Hz, 16 bits": RAW_BYTES_PER_HOUR,
        },
        "app_bytes": _app(),
        "wheel_bytes": {"buzzband": wheel_bytes()},
    }


def log_bytes_per_hour(recording: Recording) -> float:
    """Return what the band's file of ``recording`` would be after an hour of the like."""
    raw = digitise(recording.channels[0]).raw
    frames: Frames | None = frames_of(recording)[0]
    scale = calibration.from_recording(condition(raw, MAINS_HZ).envelope[SETTLED_BLOCKS:], None, None)
    settings = Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE)
    recorded = on_cpython(raw, settings, frames=frames)
    return len(recorded.data) * 3600 / (len(raw) / RAW_RATE_HZ)


def _app() -> dict[str, float]:
    """Return what the app takes as source, compiled, and as blocks of the Pico's file system."""
    compiled = bundle.app_files()
    sources = bundle.firmware_sources()
    blocks = len(bundle.used_blocks(bundle.pack_image(bundle.band_files())))
    return {
        "source": sum(len(text.encode()) for text in sources.values()),
        "compiled (.mpy)": sum(len(data) for data in compiled.values()),
        "in the file system, one slot, blocks of 4096": blocks * bundle.FLASH_BLOCK_SIZE,
        "the whole file system": bundle.FLASH_BLOCK_COUNT * bundle.FLASH_BLOCK_SIZE,
    }


def wheel_bytes() -> float:
    """Build the wheel and return its size. Raises CalledProcessError if it cannot be built."""
    with tempfile.TemporaryDirectory(prefix="buzzband-") as folder:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(ROOT)]
        subprocess.run(command, check=True, capture_output=True)
        (wheel,) = Path(folder).glob("*.whl")
        return wheel.stat().st_size
