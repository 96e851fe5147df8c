"""What comes before the app: what is large takes its place while the heap is whole."""

import gc
import sys

_PATH = sys.path
sys.path = ()  # or MicroPython looks for files of these names first, at each import of each, which takes 6 ms
for _name in ("array", "binascii", "hashlib", "json", "machine", "os", "select", "struct", "time"):
    sys.modules[_name] = __import__(_name)
sys.path = _PATH

from buzzband_fw.core.room import new_room  # noqa: E402
from buzzband_fw.frames import Frames  # noqa: E402
from buzzband_fw.hal.emg_adc import aligned_ring  # noqa: E402

gc.threshold(32768)  # what modules leave behind is swept up before it lies between those that stay
FRAMES = Frames()
RING = aligned_ring()  # 32 KB at a multiple of 32 KB: once all modules are there the heap may have no such gap
ROOM = new_room()  # 19 KB, for the same reason
