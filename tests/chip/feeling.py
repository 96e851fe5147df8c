"""What somebody feels of a band on the emulated chip, and does: words at the motor's pin, squeezes and sets."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from builders import Signal, course, lifts, turning, working
from buzzband.recordings import synth
from buzzband.recordings.synth.wearers import Wearer, Worn
from buzzband.twin import Burst, ImuModel, Twin
from buzzband_fw.core import words
from buzzband_fw.core.chain import BLOCK_RAW, RAW_RATE_HZ
from buzzband_fw.core.words import END_MS, WITHHELD, WORDS, pulses_ms

LATEST_MS = 12  # from the end of a block to the motor
TOLERANCE_MS = 10  # a turn
ANSWERED = (words.SQUEEZE, words.RELEASE)


def phases_ms(bursts: Sequence[Burst]) -> list[float]:
    """Return how long the motor was on, off, on …"""
    found = [1000 * bursts[0].duration_s]
    for before, burst in pairwise(bursts):
        found += [1000 * (burst.start_s - before.end_s), 1000 * burst.duration_s]
    return found


def is_word(bursts: Sequence[Burst], word: int) -> bool:
    """Return whether the bursts are ``word``, each pulse and each pause within a turn."""
    found, expected = phases_ms(bursts), pulses_ms(word)
    return len(found) == len(expected) and bool(np.abs(np.subtract(found, expected)).max() <= TOLERANCE_MS)


def words_in(bursts: Sequence[Burst]) -> list[tuple[float, int | None]]:
    """Return when each word began, and which it was; None if it is none."""
    parts: list[list[Burst]] = []
    for burst in bursts:
        if not parts or 1000 * (burst.start_s - parts[-1][-1].end_s) > END_MS - TOLERANCE_MS:
            parts.append([])
        parts[-1].append(burst)
    return [(part[0].start_s, next((word for word in range(1, WORDS) if is_word(part, word)), None)) for part in parts]


def assert_told(bursts: Sequence[Burst], told: Iterable[tuple[float, int]]) -> None:
    """The bursts are these words, no more and no less. ``told``: when the block was complete, in s, and the word."""
    left = list(bursts)
    for complete_s, word in told:
        if word & WITHHELD:
            continue
        count = len(pulses_ms(word)) // 2 + 1
        part, left = left[:count], left[count:]
        assert part, f"word {word} of {complete_s:.2f} s is missing"
        assert 0 <= 1000 * (part[0].start_s - complete_s) <= LATEST_MS, f"word {word}: {complete_s:.3f} s, {part}"
        assert is_word(part, word), f"word {word}: {phases_ms(part)}"
    assert left == []


class LiveWearer:
    """Somebody with a band on the emulated chip: its EMG, block by block. Feels the motor and answers its prompts.

    ``lift`` begins a set; what is moved goes to the twin's IMU.
    """

    def __init__(self, wearer: Wearer, seed: int = 1) -> None:
        self.worn = Worn(wearer, np.random.default_rng(seed))
        self.twin: Twin
        self._felt = 0
        self._effort: Signal = np.zeros(0)

    def __iter__(self) -> Iterator[int]:
        while True:
            self._feel()
            effort, self._effort = self._effort[:BLOCK_RAW], self._effort[BLOCK_RAW:]
            block = self.worn.block(self.twin.motor.on).astype(int)
            block[: len(effort)] += np.rint(effort).astype(int)
            yield from np.clip(block, 0, 4095).tolist()

    def lift(self, reps: int) -> float:
        """Begin a set of curls; return how long it will take, in s."""
        degrees = course((0.5, 0.0), *lifts(reps, up_s=0.7, hold_s=0.1, down_s=0.8, pause_s=0.3))
        activation = synth.Activation(working(degrees, 800.0) / 1000, 100.0)
        self._effort = self.worn.wearer.effort * synth.emg(activation, RAW_RATE_HZ, np.random.default_rng(reps))
        _move(self.twin.imu, degrees)
        return len(degrees) / 100

    def _feel(self) -> None:
        bursts = self.twin.motor.bursts
        if len(bursts) > self._felt:
            self._felt = len(bursts)
            for word in ANSWERED:
                if len(bursts) >= 2 and is_word(bursts[-2:], word):
                    self.worn.hear(word)


def _move(imu: ImuModel | None, degrees: Signal) -> None:
    """Let the IMU's recording go on with these angles, after rest up to now."""
    assert imu is not None
    passed = (imu.now_us() - imu._start_us) // 10_000
    rest = turning(np.zeros(max(passed - len(imu.frames) // 6, 0)))
    for frames in (rest, turning(degrees)):
        imu.frames.extend(frames.ravel().tolist())
