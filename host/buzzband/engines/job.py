"""What an engine is given, and what it gives back."""

from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from buzzband.progress import Progress, no_progress
from buzzband.recordings.lifting import NO_LIFTING, Lifting
from buzzband_fw.core.activation import new_scale, permille
from buzzband_fw.core.chain import BLOCK_MS, BLOCK_RAW
from buzzband_fw.store.records import ACTIVATION_STEP_BLOCKS, ACTIVATION_UNIT, RESTING
from buzzband_fw.store.series import LEVEL_MAX

BLOCKS_PER_S = 1000 // BLOCK_MS
TRACK_STEP_BLOCKS = ACTIVATION_STEP_BLOCKS
TRACK_RATE_HZ = BLOCKS_PER_S // TRACK_STEP_BLOCKS

Frames = NDArray[np.int16]
"""What an IMU feels, shape (n, 6), 100 a second: see buzzband.recordings.frames."""


@dataclass(frozen=True)
class Settings:
    """What the core is told: envelopes for 0 and 1000 permille, the target, the mains, the exercise, the cue mode.

    ``mode`` and ``tempo``: None for those of the exercise. What is None is not known, or left to the band.
    """

    mains_hz: int
    rest: int
    reference: int
    target_permille: int
    exercise: str = "custom"
    mode: str | None = None
    tempo: str | None = None
    hold_s: int = 10
    steady_off_s: int = 5
    load_kg: int | None = None
    one_rm_kg: int | None = None
    reps_max: int | None = None
    fatigue: bool = False
    other_muscle: bool = False
    silent_sets: int = 0

    def as_dict(self) -> dict[str, bool | int | str]:
        """Return the settings by name, as a band takes them: without those that are None.

        It calibrates nothing, and asks nobody what he felt: nobody is there to answer.
        """
        chosen = {name: value for name, value in asdict(self).items() if value is not None}
        return {**chosen, "calibration": "stored", "ask_felt": False}


@dataclass(frozen=True, eq=False)
class Blocks:
    """What the core said, one entry per 10 ms.

    ``samples``: shape (blocks, 2, 12), the free and the gated envelope at 1200 Hz, if the run was traced.
    ``times_us``: how long the core took for each block on an engine that has a clock worth reading.
    """

    envelope: NDArray[np.int32]
    gated: NDArray[np.int32]
    flags: NDArray[np.uint8]
    word: NDArray[np.uint8]
    samples: NDArray[np.int32] | None = None
    times_us: NDArray[np.uint16] | None = None
    lifting: Lifting = NO_LIFTING

    def __len__(self) -> int:
        return len(self.envelope)


@dataclass(frozen=True, eq=False)
class Track:
    """What the band's log tells of a run. ``permille``, ``flags``: shape (n,), every 20 ms, after blocks 1, 3, 5…;
    ``permille`` as ``kept``.

    ``cues``: (block, word) of every word that was due; with ``words.WITHHELD`` beside it, it was not said.
    ``faults``: (block, what, value) of what went wrong there.
    """

    permille: NDArray[np.int32]
    flags: NDArray[np.uint8]
    cues: tuple[tuple[int, int], ...]
    faults: tuple[tuple[int, str, int], ...] = ()
    lifting: Lifting = NO_LIFTING


def track(blocks: Blocks, settings: Settings) -> Track:
    """Return what the band would log of ``blocks``."""
    shown = slice(TRACK_STEP_BLOCKS - 1, None, TRACK_STEP_BLOCKS)
    scale = new_scale(settings.rest, settings.reference)
    values = [permille(envelope, scale) for envelope in blocks.envelope[shown].tolist()]
    said = np.flatnonzero(blocks.word).tolist()
    return Track(
        permille=kept(np.array(values, np.int32)),
        flags=blocks.flags[shown],
        cues=tuple((block, int(blocks.word[block])) for block in said),
        lifting=blocks.lifting,
    )


def kept(permille: NDArray[np.int32], before: int = 0) -> NDArray[np.int32]:
    """Return activations as a log keeps them: see store/recorder.py. ``before``: the one that it kept before these."""
    levels, last = [], before // ACTIVATION_UNIT
    for value in permille.tolist():
        level = min((value + ACTIVATION_UNIT // 2) // ACTIVATION_UNIT, LEVEL_MAX)
        rests = max(level, last) < RESTING and abs(value - last * ACTIVATION_UNIT) <= ACTIVATION_UNIT
        last = last if rests else level
        levels.append(last * ACTIVATION_UNIT)
    return np.array(levels, np.int32)


class Engine(Protocol):
    """An interpreter that runs the core, or the whole app."""

    name: str

    def run(
        self,
        raw: NDArray[np.uint16],
        settings: Settings,
        progress: Progress = no_progress,
        frames: Frames | None = None,
    ) -> Track:
        """Run over ``raw``, shape (n,), 12-bit samples at 4800 S/s, and ``frames``, what an IMU felt, if there is one.

        A last block that is not whole is left out. Raises EngineError.
        """
        ...


def block_count(raw: NDArray[np.uint16]) -> int:
    """Return how many whole blocks ``raw`` holds."""
    return len(raw) // BLOCK_RAW
