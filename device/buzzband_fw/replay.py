"""Run the core over raw samples in a file, on whatever interpreter this is, and write down all it said.

In the working directory it reads ``job.json`` (mains_hz, rest, reference, target_permille, trace) and writes

    blocks.bin    per 10 ms: envelope i32, gated i32, flags u8, word u8
    times.bin     per 10 ms: µs that the core took, u16
    samples.bin   if trace: per 10 ms the 12 free, then the 12 gated envelope samples, i32

All little-endian. The heap is locked while the core runs: a byte allocated in there ends the replay with MemoryError.
"""

import json
import struct
import time
from array import array

from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.core.pipeline import Pipeline

try:
    from micropython import heap_lock, heap_unlock
    from time import ticks_diff, ticks_us
except ImportError:

    def heap_lock():
        """Nothing to lock on CPython."""

    heap_unlock = heap_lock

    def ticks_us():
        """Return a time in µs."""
        return time.perf_counter_ns() // 1000

    def ticks_diff(later, earlier):
        """Return the µs from ``earlier`` to ``later``."""
        return later - earlier


BLOCK_FORMAT = "<iiBB"
_BLOCKS_PER_READ = 64
_RING_SAMPLES = 1 << 12  # the smallest power of two that holds one read


def run(raw):
    """Replay ``raw``, a binary stream of 16-bit samples at 4800 S/s. A last block that is not whole is left out."""
    with open("job.json") as file:
        job = json.load(file)
    pipeline = Pipeline(_RING_SAMPLES, job["mains_hz"], job["rest"], job["reference"], job["target_permille"])
    ring = array("H", bytes(2 * _RING_SAMPLES))
    view = memoryview(ring)[: _BLOCKS_PER_READ * BLOCK_RAW]
    with open("blocks.bin", "wb") as blocks, open("times.bin", "wb") as times, open("samples.bin", "wb") as samples:
        count = _BLOCKS_PER_READ
        while count == _BLOCKS_PER_READ:
            count = raw.readinto(view) // (2 * BLOCK_RAW)
            for block in range(count):
                _replay_block(pipeline, ring, block * BLOCK_RAW, blocks, times)
                if job["trace"]:
                    samples.write(array("i", pipeline.chain.envelope))
                    samples.write(array("i", pipeline.cue.samples))


def _replay_block(pipeline, ring, position, blocks, times):
    heap_lock()
    start = ticks_us()
    word = pipeline.process(ring, position)
    elapsed = ticks_diff(ticks_us(), start)
    heap_unlock()
    cue = pipeline.cue
    blocks.write(struct.pack(BLOCK_FORMAT, pipeline.envelope, cue.gated, cue.flags, word))
    times.write(struct.pack("<H", min(elapsed, 65535)))
