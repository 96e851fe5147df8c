"""Programs, and the core alone, on official MicroPython on an emulated RP2040.

A program starts from a littlefs image and leaves its results there. Time is chip time: the emulator's clock, 125 MHz.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzband.bundle import mpy_cross_path, native_files, pack_image, unpack_image
from buzzband.engines import replay
from buzzband.engines.job import Blocks, Settings, block_count
from buzzband.errors import BudgetSpent, EngineError, EngineFailed
from buzzband.firmware import micropython_uf2
from buzzband.progress import Progress, no_progress
from buzzband.twin.chip import EXTRA_FLASH_OFFSET, FLASH_ADDRESS, Chip, device_maker
from buzzband.twin.feed import Emg
from buzzband_fw.core.chain import RAW_RATE_HZ

RECORDING_MAX = 7 << 20  # bytes: what the core says about more would not fit the file system
_KNOCK_EVERY_S = 0.1
_PROMPT = b">>> "  # the REPL comes up when main.py has ended

_RAW_FROM_FLASH = """\
import uctypes
from buzzband_fw.replay import run

class Flash:
    def __init__(self, address, size):
        self.data = memoryview(uctypes.bytearray_at(address, size))
        self.position = 0

    def readinto(self, view):
        part = self.data[self.position : self.position + 2 * len(view)]
        self.position += len(part)
        memoryview(uctypes.bytearray_at(uctypes.addressof(view), len(part)))[:] = part
        return len(part)

run(Flash({address}, {size}))"""


@dataclass(frozen=True)
class PicoRun:
    """What a program on the emulated Pico left behind: its files, what it printed, and the chip time it took."""

    files: Mapping[str, bytes]
    output: str
    chip_s: float


def run_main(
    files: Mapping[str, bytes],
    *,
    budget_s: float,
    extra_flash: bytes = b"",
    adc_codes: Iterable[int] = (),
    progress: Progress = no_progress,
) -> PicoRun:
    """Boot with ``files`` in the file system, run ``main.py`` to its end, and return what it left.

    ``budget_s``: chip time, about 15 times as long on the wall. ``extra_flash``: bytes that the program finds behind
    the Pico's own flash. ``adc_codes``: what the converter gives, one a conversion; then mid-scale. Raises
    EngineMissing, FirmwareMissing, BudgetSpent.
    """
    chip = Chip(pack_image(files), extra_flash)
    Emg(adc_codes).attach(chip)
    output = bytearray()

    def on_data(data: bytes) -> None:
        output.extend(data)
        if _PROMPT in output:
            chip.interrupt()

    chip.usb.on_data = on_data
    _knock(chip)
    while _PROMPT not in output:
        if chip.has_reached(budget_s):
            raise BudgetSpent(
                f"The program on the emulated Pico had not ended after {chip.seconds:.1f} s of chip time."
            )
        chip.step(budget_s)
        progress(min(chip.seconds / budget_s, 1.0))
    return PicoRun(unpack_image(chip.image), output.decode(errors="replace"), chip.seconds)


def _knock(chip: Chip) -> None:
    """Ask for a prompt every 100 ms: one that came up before the port was open may be lost."""
    chip.usb.send(b"\r")
    chip.at(chip.seconds + _KNOCK_EVERY_S, lambda: _knock(chip))


def missing() -> EngineError | None:
    """Return why this engine cannot run, if it cannot: a package or the UF2."""
    try:
        micropython_uf2()
        mpy_cross_path()
        pack_image({})
        device_maker()
    except EngineError as error:
        return error
    return None


def chip_seconds(blocks: int) -> float:
    """Return an upper bound of the chip time that ``blocks`` take: boot, the core, and writing down what it said."""
    return 2.0 + blocks * 0.004


def replay_files(raw: NDArray[np.uint16], settings: Settings, *, trace: bool) -> tuple[dict[str, bytes], bytes]:
    """Return the files and the extra flash with which ``main.py`` replays ``raw``. Raises EngineError."""
    samples = replay.raw_bytes(raw)
    if len(samples) > RECORDING_MAX:
        limit_s = RECORDING_MAX // 2 // RAW_RATE_HZ
        raise EngineFailed(f"The emulated Pico holds {limit_s} s.", "Use --engine cpython: the result is the same.")
    body = _RAW_FROM_FLASH.format(address=FLASH_ADDRESS + EXTRA_FLASH_OFFSET, size=len(samples))
    files = {
        **native_files(),
        "job.json": replay.job_file(settings, trace),
        "main.py": replay.main_source(body),
    }
    return files, samples


def replay_core(raw: NDArray[np.uint16], settings: Settings, *, trace: bool = False) -> Blocks:
    """Run the core alone over ``raw``, as fast as it goes. Raises EngineError."""
    files, samples = replay_files(raw, settings, trace=trace)
    blocks = block_count(raw)
    done = run_main(files, budget_s=chip_seconds(blocks), extra_flash=samples)
    return replay.read_results(done.files, blocks, trace)
