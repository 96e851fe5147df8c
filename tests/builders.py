"""Small signals for tests of the core and of what the band promises.

Raw signals are ADC codes at 4800 S/s, centred on 2048; EMG is scaled so that full effort has an RMS of ``FULL_EFFORT``.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from buzzband.engines.cpython import Conditioned, condition, decide
from buzzband.engines.job import BLOCKS_PER_S, Blocks, Frames, Settings
from buzzband.engines.lifting import lift
from buzzband.recordings import synth
from buzzband.recordings.frames import FRAME_RATE_HZ, LSB_PER_DPS, LSB_PER_G
from buzzband.recordings.lifting import Lifting
from buzzband.recordings.synth.activation import smooth_step
from buzzband.services import calibration
from buzzband_fw.core import words
from buzzband_fw.core.chain import BLOCK_RAW, Chain
from buzzband_fw.core.exercises import named

RAW_RATE_HZ = 4800
RATE_HZ = 1200
MID_SCALE = 2048
FULL_EFFORT = 250.0  # ADC steps; four SD of a Gaussian are half of the half range

Signal = NDArray[np.float64]
Raw = NDArray[np.uint16]


def codes(signal: ArrayLike) -> Raw:
    """Return ADC codes: ``signal`` in steps around mid-scale, rounded, cut off at the rails."""
    rounded: Raw = np.clip(np.rint(np.asarray(signal, np.float64) + MID_SCALE), 0, 4095).astype(np.uint16)
    return rounded


def sine(hz: float, seconds: float, amplitude: float, rate_hz: float = RAW_RATE_HZ) -> Signal:
    """Return a sine wave that starts at a zero."""
    wave: Signal = amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)
    return wave


def white(seconds: float, rms: float, seed: int) -> Signal:
    """Return white noise in ADC steps."""
    return rms * np.random.default_rng(seed).standard_normal(round(seconds * RAW_RATE_HZ))


def muscle(activation: synth.Activation, seed: int) -> Signal:
    """Return the EMG of ``activation`` in ADC steps."""
    return FULL_EFFORT * synth.emg(activation, RAW_RATE_HZ, np.random.default_rng(seed))


def effort(level: float, seconds: float, seed: int) -> Signal:
    """Return the EMG of one level of activation in ADC steps."""
    return muscle(synth.constant(level, seconds), seed)


def blocks_of(raw: Sequence[int] | Raw) -> list[list[int]]:
    """Return whole blocks of 48 raw samples."""
    values = np.asarray(raw).astype(int).tolist()
    return [values[start : start + BLOCK_RAW] for start in range(0, len(values) - BLOCK_RAW + 1, BLOCK_RAW)]


def in_place(
    stage: Callable[[Any, int, Any], object], samples: Sequence[int], state: Any, pieces: Sequence[int] | None = None
) -> list[int]:
    """Return what an in-place stage makes of ``samples``, given to it in pieces of those lengths, or all at once."""
    done: list[int] = []
    for length in [len(samples)] if pieces is None else pieces:
        block = [int(sample) for sample in samples[len(done) : len(done) + length]]
        stage(block, length, state)
        done += block
    return done


def chain_envelope(raw: Raw, mains_hz: int = 50) -> NDArray[np.int32]:
    """Return the free-running envelope at 1200 Hz."""
    samples = condition(raw, mains_hz, trace=True).samples
    assert samples is not None
    return samples.ravel()


def run_chain(chain: Chain, raw: Sequence[int], pieces: Sequence[int]) -> list[int]:
    """Return the envelope at 1200 Hz of ``raw``, given to ``chain`` in pieces of so many samples at 1200 Hz."""
    envelope: list[int] = []
    position = 0
    for length in pieces:
        chain.condition(raw, position, length)
        envelope += chain.envelope[:length]
        position += 4 * length
    return envelope


def calibrated(target_percent: float, *, mains_hz: int = 50, added: Signal | float = 0.0, seed: int = 990) -> Settings:
    """Return settings from 3 s of rest and 3 s of full effort, with ``added`` (3 s, in ADC steps) on both."""
    rest = chain_envelope(codes(effort(synth.REST, 3, seed) + added), mains_hz)
    full = chain_envelope(codes(effort(1.0, 3, seed + 1) + added), mains_hz)
    settled = RATE_HZ  # the first second holds the filters' start
    every_block = RATE_HZ // BLOCKS_PER_S
    return Settings(
        mains_hz=mains_hz,
        rest=int(rest[settled:].mean()),
        reference=calibration.best_mean(full[::every_block]),
        target_permille=round(target_percent * 10),
    )


def decided(raw: Raw, settings: Settings) -> Blocks:
    """Return what the core says to ``raw``, its motor shaking nothing."""
    return decide(condition(raw, settings.mains_hz), settings)


def from_itself(conditioned: Conditioned, target_percent: float, mains_hz: int = 50) -> Settings:
    """Return the settings that ``simulate`` finds: rest and reference from the recording itself."""
    scale = calibration.from_recording(conditioned.envelope, None, None)
    return Settings(mains_hz, scale.rest, scale.reference, round(target_percent * 10))


def cue_times_s(blocks: Blocks) -> NDArray[np.float64]:
    """Return when the core decided to say ``on_target``."""
    times: NDArray[np.float64] = (np.flatnonzero(blocks.word == words.ON_TARGET) + 1) / BLOCKS_PER_S
    return times


def course(*legs: tuple[float, float]) -> Signal:
    """Return degrees, 100 a second, from 0 on. Each leg takes so many seconds to so many degrees, at minimum jerk."""
    parts, here = [], 0.0
    for seconds, there in legs:
        frames = round(seconds * FRAME_RATE_HZ)
        parts.append(here + (there - here) * smooth_step(np.arange(1, frames + 1) / frames))
        here = there
    return np.concatenate(parts)


def lifts(
    count: int, degrees: float = 90.0, up_s: float = 1.0, hold_s: float = 0.3, down_s: float = 1.2, pause_s: float = 0.5
) -> list[tuple[float, float]]:
    """Return the legs of ``count`` reps, all alike."""
    one = [(up_s, degrees), (hold_s, degrees), (down_s, 0.0), (pause_s, 0.0)]
    return [leg for leg in one if leg[0]] * count


def turning(degrees: Signal) -> Frames:
    """Return what an IMU feels whose z axis a limb turns about, ``degrees`` from where its x axis points up."""
    radians = np.deg2rad(degrees)
    frames = np.zeros((len(degrees), 6))
    frames[:, 0] = LSB_PER_G * np.cos(radians)
    frames[:, 1] = LSB_PER_G * np.sin(radians)
    frames[:, 5] = LSB_PER_DPS * FRAME_RATE_HZ * np.diff(degrees, prepend=degrees[0])
    felt: Frames = np.clip(np.rint(frames), -32768, 32767).astype(np.int16)
    return felt


def steps_of(frames: Frames) -> list[list[int]]:
    """Return the twelve values of each step of 20 ms."""
    whole: list[list[int]] = frames[: len(frames) // 2 * 2].reshape(-1, 12).tolist()
    return whole


def working(degrees: Signal, permille: float = 700.0, *, lowers_first: bool = False) -> Signal:
    """Return the activation of a muscle under load: ``permille`` at the largest of ``degrees``, less to lower."""
    depth = np.abs(degrees)
    lowering = np.diff(depth, append=depth[-1]) * (-1 if lowers_first else 1) < 0
    activation: Signal = permille * depth / depth.max() * np.where(lowering, 0.6, 1.0)
    return activation


def lifted(
    degrees: Signal, permille: Signal | None = None, exercise: str = "custom", *, imu: bool = True, flags: int = 0
) -> Lifting:
    """Return what the core tells of a limb and of its muscle, both 100 a second, the target at 500 permille."""
    usual = working(degrees, lowers_first=named(exercise).lowers_first)
    activation = np.rint(usual if permille is None else permille).astype(np.int32)
    settings = Settings(50, rest=0, reference=1000, target_permille=500, exercise=exercise)
    return lift(activation, np.full(len(activation), flags, np.uint8), settings, turning(degrees) if imu else None)


def tell(figure: str) -> None:
    """Write a figure that a promise is about; ``pytest -rP`` shows them all."""
    sys.stdout.write(figure + "\n")
