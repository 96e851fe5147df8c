"""The core fed by the chip's own converter, in chip time: ADC FIFO, DMA ring, blocks as they come."""

import numpy as np
import pytest

from buzzband.engines import Settings
from buzzband.engines.cpython import run_core
from buzzband.recordings.adc import digitise
from buzzband.recordings.examples import example
from pico_bench import PicoBench

SETTINGS = Settings(mains_hz=50, rest=265, reference=29522, target_permille=500)
START_S, SECONDS = 1.0, 2.5  # the first contraction of the recording, cue and blanking included

# Registers: RP2040 datasheet, 4.9.6. The divider gives 48 MHz / (9999 + 1) = 4800 S/s.
LIVE = """
from array import array
from machine import ADC, mem32
from micropython import heap_lock, heap_unlock
from rp2 import DMA
from uctypes import addressof
from buzzband_fw.core.pipeline import Pipeline

BLOCKS, RING_BITS, COUNT = {blocks}, 13, (1 << 30) - 1
pipeline = Pipeline(1 << RING_BITS >> 1, {mains_hz}, {rest}, {reference}, {target_permille})
room = bytearray(2 << RING_BITS)
start = -addressof(room) % (1 << RING_BITS)
ring = memoryview(room)[start : start + (1 << RING_BITS)]
told, behind = array("i", bytes(16 * BLOCKS)), 0
ADC(26)
mem32[0x4004C008] = 1 << 24 | 3 << 10 | 1 << 3 | 1
mem32[0x4004C010] = 9999 << 8
dma = DMA()
control = dma.pack_ctrl(size=1, inc_read=False, ring_size=RING_BITS, ring_sel=True, treq_sel=36)
dma.config(read=0x4004C00C, write=ring, count=COUNT, ctrl=control, trigger=True)
mem32[0x4004C000] = 9

def live():
    behind = 0
    for block in range(BLOCKS):
        while COUNT - dma.count < (block + 1) * 48:
            pass
        word = pipeline.process(ring, block * 48)
        behind = max(behind, COUNT - dma.count - (block + 1) * 48)
        told[4 * block] = pipeline.envelope
        told[4 * block + 1] = pipeline.cue.gated
        told[4 * block + 2] = pipeline.cue.flags
        told[4 * block + 3] = word
    return behind

heap_lock()
try:
    behind = live()
finally:
    heap_unlock()
    dma.active(0)
with open("live.bin", "wb") as file:
    file.write(told)
with open("behind.txt", "w") as file:
    file.write(str(behind))
"""


@pytest.mark.real_data
@pytest.mark.pico(4)
def test_the_core_keeps_up_with_the_converter_and_gives_the_same(pico_bench: PicoBench) -> None:
    blocks = int(SECONDS * 100)
    codes = digitise(example("fatigue").channels[0]).raw[int(START_S * 4800) :][: blocks * 48]
    expected = run_core(codes, SETTINGS)
    assert np.count_nonzero(expected.word) == 1
    files = pico_bench.run_firmware(LIVE.format(blocks=blocks, **SETTINGS.as_dict()), adc_codes=codes.tolist())
    told = np.frombuffer(files["live.bin"], "<i4").reshape(-1, 4)
    for column, name in enumerate(("envelope", "gated", "flags", "word")):
        np.testing.assert_array_equal(told[:, column], getattr(expected, name), err_msg=name)
    assert int(files["behind.txt"]) < 48  # the next block was never complete before the last one was done
