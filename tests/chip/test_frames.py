"""The gap for frames, where the heap has addresses: on the chip."""

import pytest

from pico_bench import PicoBench

FILLS = """
import gc
from buzzband_fw.frames import Frames

before = [(n,) for n in range(60)]
frames = Frames()
gap = id(frames._gap)
behind = [(n,) for n in range(60)]
for n in range(0, 60, 2):
    before[n] = None
frames.release()
small = (gap,)
large = bytearray(200)
frames.hold()
held = id(frames._gap)
with open("found.txt", "w") as file:
    file.write("%d %d %d %d" % (gap, id(small), id(large), held))
"""
GAP = 1024


@pytest.mark.pico(0.35)
def test_once_released_the_gap_is_where_the_search_for_room_begins(pico_bench: PicoBench) -> None:
    found = pico_bench.run_firmware(FILLS)
    gap, small, large, held = map(int, found["found.txt"].split())
    assert gap <= small < gap + GAP
    assert gap <= large < gap + GAP
    assert held > gap
