"""What the whole app costs on the emulated Pico: the share of the processor, awake and by kind of turn."""

import json

import numpy as np

from buzzband.bundle import band_files
from buzzband.twin import Emg, Twin

SECONDS = 4
SETTINGS = {"rest": 100, "reference": 5000, "target_permille": 500}

# In place of the app's main: the turns of a session with cues, their times summed up by what a turn did.
PROGRAM = """
import json, sys
sys.path.insert(0, "/a")
from time import ticks_diff, ticks_us
from buzzband_fw import app

band = app.App()
sums = {}
note = app.App._note_turn

def measured(self, armed, elapsed_us):
    flash = self.band.wrote_flash
    note(self, armed, elapsed_us)
    kind = "flash" if flash else "block" if self._next == 3 else "after block" if self._next else "listening"
    count, total = sums.get(kind, (0, 0))
    sums[kind] = count + 1, total + elapsed_us

app.App._note_turn = measured
try:
    band.start()
    start = ticks_us()
    while band.muscle.blocks < BLOCKS:
        band.turn()
    elapsed = ticks_diff(ticks_us(), start)
    worst = band.report.worst_armed_us, band.report.worst_us, band.report.worst_flash_us
finally:
    band.stop()
with open("app.json", "w") as file:
    json.dump([elapsed, sums, worst, band.band.cues, band.report.free_ram_bytes, band.report.boot_ms], file)
"""


def measure() -> dict[str, float]:
    """Return shares of the processor in percent, by kind of turn, and what else the app told."""
    rng = np.random.default_rng(3)
    burst = np.concatenate([3 * rng.standard_normal(2400), 900 * rng.standard_normal(1200)])
    codes = np.clip(np.rint(2048 + np.tile(burst, 8)), 0, 4095).astype(np.uint16)
    files = {**band_files(SETTINGS), "main.py": PROGRAM.replace("BLOCKS", str(100 * SECONDS)).encode()}
    with Twin(files, emg=Emg(codes, loop=True), pty=False) as twin:
        twin.wait_until(lambda: b">>>" in twin.serial.output, SECONDS + 3)
        elapsed_us, sums, worst, cues, free_ram, boot_ms = json.loads(twin.files()["app.json"])
    told: dict[str, float] = {f"{kind}, % of the processor": 100 * us / elapsed_us for kind, (_, us) in sums.items()}
    told["awake without flash, % of the processor"] = sum(
        100 * us / elapsed_us for kind, (_, us) in sums.items() if kind != "flash"
    )
    told.update(zip(("worst turn armed, µs", "worst other turn, µs", "worst turn with flash, µs"), worst, strict=True))
    told.update({"cues": cues, "free RAM in a session, bytes": free_ram, "boot to first sample, ms": boot_ms})
    return told
