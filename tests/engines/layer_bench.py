"""A bare world for tests of the machine layer, without firmware."""

from array import array
from typing import Any

from buzzband.engines.layer import modules
from buzzband.engines.layer.world import NEVER_US, World
from buzzband_fw.hal import pins

RING_SAMPLES = 16384
CS, FCS, DIV = 0x4004C000, 0x4004C008, 0x4004C010
LOAD, CLEAR, SCRATCH, IN_BUFFER = 0x40058004, 0x4005B000, 0x4005800C, 0x50100090
CONTROL = {"size": 1, "inc_read": False, "ring_size": 15, "ring_sel": True, "treq_sel": 36}
COUNT = 1 << 29


class BareWorld(World):
    """A world without a host; ``machine`` and the like are attributes."""

    def __init__(self, folder: Any = "", codes: Any = (), **options: Any) -> None:
        super().__init__(pins, codes, str(folder), **options)
        self.limit_us = NEVER_US
        self.boot(cold=True)
        made = modules.build(self)
        self.machine, self.time, self.os = made["machine"], made["time"], made["os"]
        self.micropython, self.console, self.uctypes = made["micropython"], made["sys"], made["uctypes"]
        self.dma = made["rp2"].DMA()
        self.ring = array("H", bytes(2 * RING_SAMPLES))

    def describe(self, error: Any) -> str:
        return repr(error)

    def start_sampling(self, control: Any = CONTROL, cs: int = 9) -> None:
        """Do what hal/emg_adc.py does."""
        mem32 = self.machine.mem32
        mem32[FCS] = 1 << 24 | 3 << 10 | 1 << 3 | 1
        mem32[DIV] = 9999 << 8
        self.dma.config(read=0, write=self.ring, count=COUNT, ctrl=self.dma.pack_ctrl(**control), trigger=True)
        mem32[CS] = cs

    def taken(self) -> int:
        return COUNT - int(self.dma.count)
