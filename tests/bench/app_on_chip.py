"""What the whole app costs on the emulated Pico: how long its processor is awake, what for, and what it leaves of RAM.

The packed app runs as it is, once without an IMU and once with one; what is measured between its turns, or of its heap,
is measured on the same app with the names of its source.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np

from buzzband.bundle import band_files, unpacked_files
from buzzband.recordings import synth
from buzzband.recordings.frames import frames_of
from buzzband.transports.link import Link
from buzzband.twin import Emg, Mpu6050Model, Twin, TwinStream

SECONDS = 30  # a set, its end, and what is merged behind it
TURNS_S = 4
SETTINGS = {"rest": 100, "reference": 5000, "target_permille": 500, "calibration": "stored"}
RAW_RATE_HZ = 4800
CYCLES_PER_S = 125_000_000
BLOCK_US = 10_000
BOOT_S = 2.5
SETTLED_BLOCKS = 50  # at first the app catches up with the samples that came while it opened the session

# In place of the app's main: turns of a session, their times summed up by what a turn did, sleep left out.
PROGRAM = """
import json, sys
from array import array
sys.path.insert(0, "/a")
from time import ticks_add, ticks_diff, ticks_us
from buzzband_fw import app

band = app.App()
until_tick = band._until_tick
slept_us = 0
sums = {}
moments_us = array("i", bytes(4 * BLOCKS))

def timed():
    global slept_us
    start = ticks_us()
    until_tick()
    slept_us = ticks_diff(ticks_us(), start)

def kind(due, blocks, us):
    if us > FLASH_US:
        return "flash"
    if due:
        return "movement"
    if band.muscle.blocks == blocks:
        return "listening"
    return "even block" if blocks & 1 else "odd block"

band._until_tick = timed
try:
    band.start()
    begin = ticks_us()
    while band.muscle.blocks < BLOCKS:
        due, blocks, slept_us = band._moves or band.movement.hurry, band.muscle.blocks, 0
        start = ticks_us()
        band.turn()
        us = ticks_diff(ticks_us(), start) - slept_us
        if band.muscle.blocks != blocks:
            moments_us[blocks] = ticks_diff(start, begin)
        what = kind(due, blocks, us)
        total, longest = sums.get(what, (0, 0))
        sums[what] = total + us, max(longest, us)
    elapsed_us = ticks_diff(ticks_us(), begin)
finally:
    band.stop()
with open("app.json", "w") as file:
    json.dump([elapsed_us, sums, list(moments_us)], file)
"""

# The same, for the heap: nothing is collected, so what is in use in the end is the high-water mark.
ALLOCATING = """
import gc, json, sys
sys.path.insert(0, "/a")
from buzzband_fw import app

kept = 0

def apart(work):
    def run(clear_ms=0):
        global kept
        before = gc.mem_alloc()
        work(clear_ms)
        kept += gc.mem_alloc() - before
    return run

band = app.App()
try:
    band.start()
    keeper = band.band.keeper
    keeper.commit, keeper.tidy, keeper.keep_part = apart(keeper.commit), apart(keeper.tidy), apart(keeper.keep_part)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    while band.muscle.blocks < BLOCKS:
        band.turn()
    after = gc.mem_alloc()
finally:
    band.stop()
with open("app.json", "w") as file:
    json.dump([after - before - kept, kept], file)
"""


def measure() -> dict[str, Any]:
    """Return what the app shows of itself without an IMU and with one, and what is known of its turns."""
    with ProcessPoolExecutor(2) as pool:
        bare, moved = pool.submit(_worn_for_a_while, False), pool.submit(_worn_for_a_while, True)
        turns, allocated = pool.submit(_turns), pool.submit(_allocated)
        worn = {"without an IMU": bare.result(), "with an IMU": moved.result()}
        return {"worn": worn, "turns": {**allocated.result(), **turns.result()}}


@contextmanager
def _worn(main: str = "", moved: bool = False) -> Iterator[Twin]:
    """A band in a set: a contraction of 250 ms after every 500 ms of rest, on an arm that curls if it is ``moved``.

    ``main``: a program in place of the app's.
    """
    rng = np.random.default_rng(3)
    burst = np.concatenate([3 * rng.standard_normal(2400), 900 * rng.standard_normal(1200)])
    codes = np.clip(np.rint(2048 + np.tile(burst, 8)), 0, 4095).astype(np.uint16)
    files = {**unpacked_files(SETTINGS), "main.py": main.encode()} if main else band_files(SETTINGS)
    imu = Mpu6050Model(_curls()) if moved else None
    with Twin(files, emg=Emg(codes, loop=True), imu=imu, pty=False) as twin:
        yield twin


def _curls() -> list[int]:
    """Return how an arm moves in a set, as the numbers that an IMU gives."""
    made = synth.build(synth.Session((synth.Set(reps=6),), lead_in_s=BOOT_S, lead_out_s=1), 3)
    frames, _ = frames_of(made.recording)
    if frames is None:
        raise RuntimeError("a synthetic session has no movement")
    numbers: list[int] = frames.ravel().tolist()
    return numbers


def _worn_for_a_while(moved: bool) -> dict[str, float]:
    """Let the app run as it is and count the processor's cycles; what it waits for flash is no cycle."""
    with _worn(moved=moved) as twin:
        twin.wait_until(lambda: twin.emg.samples_fed > RAW_RATE_HZ // 2, BOOT_S)
        cycles, erases, programs = twin.chip.mcu.core.cycles, twin.flash.erases, twin.flash.programs
        twin.run_for(SECONDS)
        awake_s = (twin.chip.mcu.core.cycles - cycles) / CYCLES_PER_S
        erases, programs = twin.flash.erases - erases, twin.flash.programs - programs
        stream = TwinStream(twin)
        link = Link(stream, clock=stream.seconds)
        status, hello = link.status(), link.hello()
    return {
        "awake in a set, % of the time": 100 * awake_s / SECONDS,
        "worst turn armed, µs": status.worst_armed_us,
        "worst other turn, µs": status.worst_us,
        "worst turn with flash, µs": status.worst_flash_us,
        f"cues in {SECONDS} s": status.cues,
        "sectors of flash erased a minute": 60 * erases / SECONDS,
        "pages of flash programmed a minute": 60 * programs / SECONDS,
        "free RAM in a session, bytes": hello.free_ram_bytes,
        "boot to first sample, ms": hello.boot_ms,
    }


def _turns() -> dict[str, float]:
    """Take the time of each turn, which adds to what lies between them, and the moment at which each block is begun."""
    program = PROGRAM.replace("BLOCKS", str(100 * TURNS_S)).replace("FLASH_US", "4_000")
    with _worn(program) as twin:
        twin.wait_until(lambda: b">>>" in twin.serial.output, TURNS_S + BOOT_S)
        elapsed_us, sums, moments_us = json.loads(twin.files()["app.json"])
    late_us = lateness_us(moments_us[SETTLED_BLOCKS:])
    return {
        **{f"{kind}, % of the time": 100 * us / elapsed_us for kind, (us, _) in sorted(sums.items())},
        **{f"longest {kind}, µs": longest for kind, (_, longest) in sorted(sums.items())},
        **{f"begin of a block after the earliest, µs, {name}": us for name, us in late_us.items()},
    }


def lateness_us(moments_us: list[int]) -> dict[str, float]:
    """Return how much later than the earliest blocks begin, against the 10 ms in which they come."""
    late_us = np.array(moments_us) - BLOCK_US * np.arange(len(moments_us))
    late_us -= late_us.min()
    return {
        "median": float(np.median(late_us)),
        "95 %": float(np.percentile(late_us, 95)),
        "worst": float(late_us.max()),
    }


def _allocated() -> dict[str, float]:
    """Return the bytes that turns take of the heap, and those that files take in them."""
    with _worn(ALLOCATING.replace("BLOCKS", str(100 * TURNS_S))) as twin:
        twin.wait_until(lambda: b">>>" in twin.serial.output, TURNS_S + BOOT_S)
        turns, commits = json.loads(twin.files()["app.json"])
    return {
        f"bytes allocated by all turns of {TURNS_S} s": turns,
        "bytes allocated by what these wrote to flash": commits,
    }
