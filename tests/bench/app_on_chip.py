"""What the whole app costs on the emulated Pico: how long its processor is awake, and what for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from buzzband.bundle import band_files, unpacked_files
from buzzband.transports.link import Link
from buzzband.twin import Emg, Twin, TwinStream

SECONDS = 4
SETTINGS = {"rest": 100, "reference": 5000, "target_permille": 500, "calibration": "stored"}
RAW_RATE_HZ = 4800
CYCLES_PER_S = 125_000_000
BOOT_S = 2.5

# In place of the app's main: turns of a session, their times summed up by what a turn did, sleep left out.
PROGRAM = """
import json, sys
sys.path.insert(0, "/a")
from time import ticks_add, ticks_diff, ticks_us
from buzzband_fw import app

band = app.App()
until_tick = band._until_tick
slept_us = 0
sums = {}

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
        due, blocks, slept_us = band._move_due, band.muscle.blocks, 0
        start = ticks_us()
        band.turn()
        us = ticks_diff(ticks_us(), start) - slept_us
        what = kind(due, blocks, us)
        total, longest = sums.get(what, (0, 0))
        sums[what] = total + us, max(longest, us)
    elapsed_us = ticks_diff(ticks_us(), begin)
finally:
    band.stop()
with open("app.json", "w") as file:
    json.dump([elapsed_us, sums], file)
"""


def measure() -> dict[str, float]:
    """Return shares of the processor in percent, and what the app tells of itself."""
    return {**_awake(), **_turns()}


@contextmanager
def _worn(**files: str) -> Iterator[Twin]:
    """A band in a set: a contraction of 250 ms after every 500 ms of rest."""
    rng = np.random.default_rng(3)
    burst = np.concatenate([3 * rng.standard_normal(2400), 900 * rng.standard_normal(1200)])
    codes = np.clip(np.rint(2048 + np.tile(burst, 8)), 0, 4095).astype(np.uint16)
    more = {name.replace("_", "."): text.encode() for name, text in files.items()}
    app = unpacked_files if "main.py" in more else band_files
    with Twin({**app(SETTINGS), **more}, emg=Emg(codes, loop=True), pty=False) as twin:
        yield twin


def _awake() -> dict[str, float]:
    """Let the app run as it is and count the processor's cycles; what it waits for flash is no cycle."""
    with _worn() as twin:
        twin.wait_until(lambda: twin.emg.samples_fed > RAW_RATE_HZ // 2, BOOT_S)
        cycles = twin.chip.mcu.core.cycles
        twin.run_for(SECONDS)
        awake_s = (twin.chip.mcu.core.cycles - cycles) / CYCLES_PER_S
        stream = TwinStream(twin)
        link = Link(stream, clock=stream.seconds)
        status, hello = link.status(), link.hello()
    return {
        "awake in a set, % of the time": 100 * awake_s / SECONDS,
        "worst turn armed, µs": status.worst_armed_us,
        "worst other turn, µs": status.worst_us,
        "worst turn with flash, µs": status.worst_flash_us,
        "cues": status.cues,
        "free RAM in a session, bytes": hello.free_ram_bytes,
        "boot to first sample, ms": hello.boot_ms,
    }


def _turns() -> dict[str, float]:
    """Take the time of each turn, which adds to what lies between them."""
    program = PROGRAM.replace("BLOCKS", str(50 * SECONDS)).replace("FLASH_US", "20_000")
    with _worn(main_py=program) as twin:
        twin.wait_until(lambda: b">>>" in twin.serial.output, SECONDS + BOOT_S)
        elapsed_us, sums = json.loads(twin.files()["app.json"])
    shares = {f"{kind}, % of the time": 100 * us / elapsed_us for kind, (us, _) in sorted(sums.items())}
    return {**shares, **{f"longest {kind}, µs": longest for kind, (_, longest) in sorted(sums.items())}}
