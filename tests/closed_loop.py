"""The core with its own motor shaking the electrodes: what the band does is in what it then feels."""

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.job import Blocks, Settings, block_count
from buzzband.progress import Progress, no_progress
from buzzband.twin import Vibration
from buzzband_fw.core.chain import BLOCK_MS, BLOCK_RAW
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.words import pulses_ms

_RING_SAMPLES = 64  # the smallest power of two that holds a block


def run_closed_loop(
    raw: NDArray[np.uint16], settings: Settings, motor: Vibration, progress: Progress = no_progress
) -> Blocks:
    """Run the core over ``raw``, as ``Engine.run`` does, and add what ``motor`` does to it while it says the words.

    The motor starts with the block after the one that decided. ``motor`` gives its vibration in ADC codes.
    """
    pipeline = Pipeline(_RING_SAMPLES, settings.mains_hz, settings.rest, settings.reference, settings.target_permille)
    blocks = block_count(raw)
    told = np.zeros((blocks, 4), np.int32)
    queue: list[bool] = []
    for index in range(blocks):
        part = raw[index * BLOCK_RAW : (index + 1) * BLOCK_RAW]
        on = queue.pop(0) if queue else False
        shaken = np.clip(np.rint(part + motor.block(on, BLOCK_RAW)), 0, 4095).astype(int).tolist()
        word = pipeline.process(shaken, 0)
        if word:
            queue = pulse_train(word)
        told[index] = pipeline.envelope, pipeline.cue.gated, pipeline.cue.flags, word
        progress((index + 1) / blocks)
    return Blocks(told[:, 0], told[:, 1], told[:, 2].astype(np.uint8), told[:, 3].astype(np.uint8))


def pulse_train(word: int) -> list[bool]:
    """Return whether the motor is on in each block of 10 ms that ``word`` takes."""
    return [phase % 2 == 0 for phase, ms in enumerate(pulses_ms(word)) for _ in range(ms // BLOCK_MS)]
