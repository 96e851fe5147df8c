"""Twins as tests use them: all that a test boots draw on the chip time that it has declared."""

import textwrap
from typing import Any

from buzzband.twin import Twin

PROMPT = b">>> "

# Free-running converter into a DMA ring of 4096 samples. Registers: RP2040 datasheet, 4.9.6.
RING = """
from machine import ADC, mem32
from rp2 import DMA
from uctypes import addressof
room = bytearray(1 << 14)
start = -addressof(room) % (1 << 13)
ring = memoryview(room)[start : start + (1 << 13)]
ADC(26)
mem32[0x4004C008] = 1 << 24 | 3 << 10 | 1 << 3 | 1
mem32[0x4004C010] = 9999 << 8
dma = DMA()
control = dma.pack_ctrl(size=1, inc_read=False, ring_size=13, ring_sel=True, treq_sel=36, irq_quiet=True)
dma.config(read=0x4004C00C, write=ring, count=1 << 29, ctrl=control, trigger=True)
mem32[0x4004C000] = 9
def taken():
    return (1 << 29) - dma.count
"""


def program(text: str) -> bytes:
    """Return ``text`` as a file, without what it is indented by."""
    return textwrap.dedent(text).encode()


class TwinBench:
    """Boots twins and closes them again."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._twins: list[Twin] = []

    def boot(self, main: str = "", *, image: bytes = b"", **options: Any) -> Twin:
        """Return a twin that starts with ``main`` as its main.py, at chip time 0."""
        spent_s = sum(twin.chip_s for twin in self._twins)
        twin = Twin(image or {"main.py": program(main)}, budget_s=self._seconds - spent_s, **options)
        self._twins.append(twin)
        return twin

    def run(self, main: str, **options: Any) -> Twin:
        """Boot, run ``main`` to its end, and return the twin at MicroPython's prompt."""
        twin = self.boot(main, **options)
        wait_for_prompt(twin)
        assert b"Traceback" not in twin.serial.output, twin.serial.output
        return twin

    def close(self) -> None:
        for twin in self._twins:
            twin.close()


def wait_for(twin: Twin, output: bytes) -> None:
    """Run until the chip has sent ``output``."""
    twin.wait_until(lambda: output in twin.serial.output, budget_s=10)


def wait_for_prompt(twin: Twin) -> None:
    """Run until MicroPython's prompt comes up. One that came before the port was there waits to be asked for."""
    del twin.serial.output[:]
    twin.serial.write(b"\r")
    wait_for(twin, PROMPT + b"\r\n" + PROMPT)


def ask(twin: Twin, expression: str) -> str:
    """Return what MicroPython's prompt prints for ``expression``."""
    del twin.serial.output[:]
    twin.serial.write(expression.encode() + b"\r")
    wait_for(twin, b"\n" + PROMPT)
    lines = twin.serial.output.decode().splitlines()
    return "\n".join(lines[1:-1])
