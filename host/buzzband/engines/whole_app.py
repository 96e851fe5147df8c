"""Engines that run the whole app: it samples, cues and records; its log is pulled over the link when all is over."""

import numpy as np
from numpy.typing import NDArray

from buzzband.bundle import band_files
from buzzband.engines.band import VirtualBand
from buzzband.engines.job import Frames, Settings, Track, block_count
from buzzband.engines.micropython_band import MicroPythonBand
from buzzband.engines.recorded import Recorded, pull
from buzzband.errors import EngineFailed
from buzzband.progress import Progress, no_progress
from buzzband.transports.link import Link
from buzzband.twin import Emg, Mpu6050Model, Twin, TwinStream, Vibration
from buzzband_fw.core.chain import BLOCK_RAW, RAW_RATE_HZ

_TAIL_RAW = 2 * BLOCK_RAW  # mid-scale behind the recording, so that its last block is worked through
_WALL_S_PER_S = 1.0  # the least speed that MicroPython is believed to have, on the slowest machine
_WALL_S = 60.0
_PATIENCE_S = 5.0
_BOOT_S = 3.0
_STEP_S = 0.1
_PRESS_MS = 100
_ENDING_S = 2.5  # until no second press can follow, and the session is merged
_PLAY_SHARE = 0.9  # of the whole, for the bar


def on_cpython(
    codes: NDArray[np.uint16],
    settings: Settings,
    vibration: Vibration | None = None,
    progress: Progress = no_progress,
    frames: Frames | None = None,
) -> Recorded:
    """Let the app run on this interpreter, in simulated time. Raises EngineError, LinkError."""
    with VirtualBand(codes, settings.as_dict(), vibration=vibration, imu=_imu(frames)) as band:
        while (fed := band.world.converter.fed) < len(codes) + _TAIL_RAW:
            band.run_for(1.0)
            progress(_PLAY_SHARE * min(fed / len(codes), 1.0))
        band.press(_PRESS_MS)
        return pull(Link(band.stream, patience_s=_PATIENCE_S, clock=lambda: band.now_s), _second_part(progress))


def on_micropython(
    codes: NDArray[np.uint16], settings: Settings, progress: Progress = no_progress, frames: Frames | None = None
) -> Recorded:
    """Let the app run as bytecode on MicroPython's Unix port, in simulated time. Raises EngineError, LinkError."""
    with MicroPythonBand(codes, settings.as_dict(), imu=_imu(frames)) as band:
        band.play(_WALL_S + _WALL_S_PER_S * len(codes) / RAW_RATE_HZ)
        return pull(Link(band.stream, patience_s=_PATIENCE_S), _second_part(progress))


def on_twin(
    codes: NDArray[np.uint16],
    settings: Settings,
    vibration: Vibration | None = None,
    progress: Progress = no_progress,
    frames: Frames | None = None,
) -> Recorded:
    """Let the app run as the band runs it, on an emulated Pico, in chip time. Raises EngineError, LinkError."""
    emg = Emg(codes, shaken_by=vibration)
    with Twin(band_files(settings.as_dict()), emg=emg, imu=_imu(frames), pty=False) as twin:
        limit_s = _BOOT_S + len(codes) / RAW_RATE_HZ
        while emg.samples_fed < len(codes) + _TAIL_RAW:
            if twin.chip_s > limit_s or twin.resets:
                raise EngineFailed("The app on the emulated Pico does not take the samples.")
            twin.run_for(_STEP_S)
            progress(_PLAY_SHARE * min(emg.samples_fed / max(len(codes), 1), 1.0))
        twin.button.press(_PRESS_MS)
        twin.run_for(_PRESS_MS / 1000 + _ENDING_S)
        stream = TwinStream(twin)
        return pull(Link(stream, patience_s=_PATIENCE_S, clock=stream.seconds), _second_part(progress))


def _imu(frames: Frames | None) -> Mpu6050Model | None:
    return None if frames is None else Mpu6050Model(frames.ravel())


def _second_part(progress: Progress) -> Progress:
    return lambda share: progress(_PLAY_SHARE + (1 - _PLAY_SHARE) * share)


def _whole_blocks(raw: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return raw[: block_count(raw) * BLOCK_RAW]


class MicroPython:
    """The app on MicroPython's Unix port."""

    name = "micropython"

    def run(
        self,
        raw: NDArray[np.uint16],
        settings: Settings,
        progress: Progress = no_progress,
        frames: Frames | None = None,
    ) -> Track:
        """See ``Engine.run``."""
        recorded = on_micropython(_whole_blocks(raw), settings, progress, frames=frames)
        return recorded.track(block_count(raw))


class Pico:
    """The app on the emulated Pico. A second of recording takes about five on the wall."""

    name = "pico"

    def run(
        self,
        raw: NDArray[np.uint16],
        settings: Settings,
        progress: Progress = no_progress,
        frames: Frames | None = None,
    ) -> Track:
        """See ``Engine.run``."""
        recorded = on_twin(_whole_blocks(raw), settings, progress=progress, frames=frames)
        return recorded.track(block_count(raw))
