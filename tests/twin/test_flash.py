"""Flash: how long it takes, what goes on meanwhile, and what a cut of power leaves of it."""

import random

import numpy as np
import pytest

from buzzband.firmware import FILE_SYSTEM_OFFSET
from buzzband.twin import Emg, Operation, Tear
from twin.bench import RING, TwinBench, ask, wait_for_prompt

ERASE = Operation(at_s=0.0, address=0, size=4)
PROGRAM = Operation(at_s=0.0, address=0, size=4, data=b"\x0f\x0f\x0f\x0f")
OLD = b"\x33\x33\x33\x33"

RAM_ADDRESS = 0x20000000
LAST_BLOCK = "rp2.Flash().ioctl(4, 0) - 1"
RAW_FLASH = f"""
import rp2
from time import ticks_diff, ticks_us
flash, block = rp2.Flash(), {LAST_BLOCK}
def took_us(call):
    start = ticks_us()
    call()
    return ticks_diff(ticks_us(), start)
"""


@pytest.mark.parametrize(
    ("operation", "tear", "left"),
    [
        (ERASE, Tear.NOTHING, OLD),
        (ERASE, Tear.HALF, b"\xff\xff\x33\x33"),
        (ERASE, Tear.WHOLE, b"\xff\xff\xff\xff"),
        (PROGRAM, Tear.NOTHING, OLD),
        (PROGRAM, Tear.HALF, b"\x03\x03\x33\x33"),
        (PROGRAM, Tear.WHOLE, b"\x03\x03\x03\x03"),
    ],
)
def test_a_torn_operation_leaves(operation: Operation, tear: Tear, left: bytes) -> None:
    assert operation.torn(OLD, tear, random.Random(1)) == left


@pytest.mark.parametrize("operation", [ERASE, PROGRAM])
def test_torn_bits_are_old_ones_and_new_ones(operation: Operation) -> None:
    left = {operation.torn(OLD, Tear.BITS, random.Random(seed)) for seed in range(50)}
    old, new = (int.from_bytes(data) for data in (OLD, operation.result(OLD)))
    assert all((int.from_bytes(data) ^ old) & ~(old ^ new) == 0 for data in left)
    assert len(left) > 25


def test_noise_is_anything_after_an_erase_and_only_clears_bits_in_a_program() -> None:
    erased, programmed = (
        [int.from_bytes(operation.torn(OLD, Tear.NOISE, random.Random(seed))) for seed in range(50)]
        for operation in (ERASE, PROGRAM)
    )
    assert any(value & ~int.from_bytes(OLD) for value in erased)
    assert not any(value & ~int.from_bytes(OLD) for value in programmed)
    assert any(value & 0x30303030 != 0x30303030 for value in programmed)


@pytest.mark.parametrize(
    ("erase_ms", "program_us"),
    [
        pytest.param(45, 400, marks=pytest.mark.pico(0.1)),
        pytest.param(400, 3000, marks=[pytest.mark.pico(0.5), pytest.mark.long]),
        pytest.param(0, 0, marks=pytest.mark.pico(0.05)),
    ],
)
def test_an_erase_and_the_programs_of_a_block_take_their_time(
    twin_bench: TwinBench, erase_ms: float, program_us: float
) -> None:
    twin = twin_bench.run(RAW_FLASH, erase_ms=erase_ms, program_us=program_us)
    overhead_us = 300  # the processor's own
    assert 0 <= int(ask(twin, "took_us(lambda: flash.ioctl(6, block))")) - 1000 * erase_ms < overhead_us
    page_us = int(ask(twin, "took_us(lambda: flash.writeblocks(block, bytes(256), 0))"))
    assert 0 <= page_us - program_us < overhead_us


@pytest.mark.pico(0.03)
def test_operations_are_counted_and_kept_when_asked_for(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(RAW_FLASH, erase_ms=0)
    twin.flash.keep_journal = True
    ask(twin, "flash.ioctl(6, block), flash.writeblocks(block, b'abc' * 100, 0)")
    assert (twin.flash.erases, twin.flash.programs, twin.flash.operations) == (1, 2, 3)
    address = FILE_SYSTEM_OFFSET + 351 * 4096
    found = [(operation.address, operation.size, operation.is_erase) for operation in twin.flash.journal]
    assert found == [(address, 4096, True), (address, 256, False), (address + 256, 256, False)]
    assert twin.flash.journal[1].data == (b"abc" * 100)[:256]


@pytest.mark.parametrize(
    "erase_ms",
    [
        pytest.param(45, marks=pytest.mark.pico(0.21)),
        pytest.param(400, marks=[pytest.mark.pico(1.4), pytest.mark.long]),
    ],
)
def test_no_sample_is_lost_while_a_file_is_written(twin_bench: TwinBench, erase_ms: float) -> None:
    codes = np.random.default_rng(1).integers(0, 4096, 15_000)
    twin = twin_bench.run(
        RING
        + """
with open("big", "wb") as file:
    file.write(bytes(6144))
mem32[0x4004C000] = 1
while not mem32[0x4004C000] & 1 << 8:
    pass
overflowed, count = mem32[0x4004C008] >> 11 & 1, taken()
dma.active(0)
""",
        emg=Emg(codes),
        erase_ms=erase_ms,
    )
    count = int(ask(twin, "count"))
    assert count > 4096 * (erase_ms > 45)
    assert (ask(twin, "overflowed"), twin.emg.samples_fed, twin.emg.starts) == ("0", count, [0])
    kept = np.arange(max(0, count - 4096), count)
    start = int(ask(twin, "addressof(ring)")) - RAM_ADDRESS
    ring = np.frombuffer(bytes(twin.chip.mcu.sram[start : start + 8192]), "<u2")
    np.testing.assert_array_equal(ring[kept % 4096], codes[kept])


@pytest.mark.pico(0.05)
@pytest.mark.parametrize("tear", list(Tear))
def test_power_fails_in_the_operation_that_was_named_and_the_chip_boots_from_what_is_left(
    twin_bench: TwinBench, tear: Tear
) -> None:
    twin = twin_bench.run(RAW_FLASH, erase_ms=0)
    ask(twin, "flash.ioctl(6, block)")
    twin.cut_at(1, tear, seed=3)
    twin.serial.write(b"flash.writeblocks(block, bytes(768), 0)\r")
    twin.run_for(0.05)
    assert (twin.powered, twin.flash.programs) == (False, 2)
    last = twin.image[-4096:]
    assert last[:256] == bytes(256)
    assert last[256:512] == Operation(0.0, 0, 256, bytes(256)).torn(b"\xff" * 256, tear, random.Random(3))
    assert last[512:] == b"\xff" * 3584
    twin.power_cycle()
    wait_for_prompt(twin)
    assert ask(twin, "flash.writeblocks(block, bytes(256), 512)") == ""
    assert twin.image[-4096:][512:768] == bytes(256)


@pytest.mark.pico(0.04)
def test_a_twin_boots_from_the_image_of_another(twin_bench: TwinBench) -> None:
    first = twin_bench.run("with open('new.txt', 'w') as file: file.write('made')", erase_ms=0)
    second = twin_bench.boot(image=first.image)
    wait_for_prompt(second)
    assert ask(second, "open('new.txt').read()") == "'made'"
