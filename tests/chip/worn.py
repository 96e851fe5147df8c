"""A band on the emulated chip, worn: what tests of the whole firmware look at."""

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.job import Blocks, Settings
from buzzband.recordings.band_log import SessionLog
from buzzband.transports.link import Link
from buzzband.twin import Twin, TwinStream
from buzzband_fw.core.activation import envelope_at, new_scale
from buzzband_fw.core.chain import BLOCK_RAW
from session_files import session_logs

RAW_PER_SAMPLE = 4
CYCLES_PER_S = 125_000_000
PATIENCE_S = 2.0


def link_to(worn: Twin) -> Link:
    """A link that takes chip time and nothing else."""
    stream = TwinStream(worn)
    return Link(stream, patience_s=PATIENCE_S, clock=stream.seconds)


def feel(worn: Twin, samples: int, budget_s: float) -> None:
    """Let the band take so many samples, and the block after them."""
    worn.wait_until(lambda: worn.emg.samples_fed >= samples + BLOCK_RAW, budget_s)


def awake_s(worn: Twin) -> float:
    """How long the processor has not slept since it last started."""
    return float(worn.chip.mcu.core.cycles) / CYCLES_PER_S


def crossings(blocks: Blocks, settings: Settings) -> NDArray[np.int64]:
    """The raw sample that crosses the target, for every word that the core said to a traced run."""
    assert blocks.samples is not None
    reach = envelope_at(settings.target_permille, new_scale(settings.rest, settings.reference))
    said = np.flatnonzero(blocks.word)
    within = (blocks.samples[said, 1] >= reach).argmax(axis=1)
    return said * BLOCK_RAW + (within + 1) * RAW_PER_SAMPLE - 1


def latencies_ms(worn: Twin, samples: NDArray[np.int64]) -> NDArray[np.float64]:
    """How long after each of these samples the motor started; every burst belongs to one of them."""
    assert len(worn.motor.bursts) == len(samples)
    taken = [worn.emg.time_s(int(sample)) for sample in samples]
    return 1000 * np.array([burst.start_s - at for burst, at in zip(worn.motor.bursts, taken, strict=True)])


def logs(worn: Twin) -> list[SessionLog]:
    """The sessions in flash."""
    return session_logs(worn.files())
