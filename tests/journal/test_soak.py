"""Worn for days, its battery pulled now and then, synced after each wearing: every session once, and nothing grows."""

import gc
import math
import os
import random
import tracemalloc
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from builders import RAW_RATE_HZ, tell
from buzzband.archive import Archive
from buzzband.recordings.band_log import RATE_HZ, read_log
from buzzband.services.sync import sync
from buzzband.transports.link import Link
from buzzband.twin import Mpu6050Model
from buzzband_fw.core.chain import BLOCK_MS
from counts import count
from journal.kept import LOST_MOST_S
from journal.little_flash import JournalBand
from journal.scenarios import curls, image, running
from session_files import session_files

HOURS = float(os.environ.get("BUZZBAND_SOAK_H", "1"))
RUNS = 2  # side by side
FEW_HOURS = 0.02
WEARING_S = 20 * 60 if HOURS > 1 else 60
BEGINS_S = 1.0  # until a session does
CUTS = 0.25  # of all wearings end with the battery pulled
SETTLED_S = 30.0  # until whatever is loaded once has been
GROWTH_MAX = 256 << 10  # bytes
EPOCH_MS = 1_763_000_000_000


@dataclass(frozen=True)
class Worn:
    """A session as it was worn. ``pulled``: whether the battery was, to end it."""

    session_id: str
    lasted_s: float
    pulled: bool


class Wearer:
    """Somebody who wears one band again and again, and has an archive. ``worn``: what the archive should hold."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.archive = Archive(folder)
        self.worn: list[Worn] = []
        self._flash = image()
        self._chance = random.Random(seed)
        self._now_s = 0.0
        times = math.ceil(WEARING_S * RAW_RATE_HZ / len(curls().raw))
        self._raw = np.tile(curls().raw, times)
        self._frames = np.tile(curls().frames.ravel(), times)

    def wear(self, seconds: float, pulled: bool) -> None:
        """Wear it once. With its battery pulled, what there is comes with the next sync."""
        model = Mpu6050Model(self._frames)
        with JournalBand(self._flash, self._raw, imu=model, seed=self._chance.randrange(1, 1 << 30)) as band:
            band.run_for(BEGINS_S)
            session_id = running(band).session_id
            band.run_for(seconds - BEGINS_S)
            self.worn.append(Worn(session_id, band.app.band.recorded * BLOCK_MS / 1000, pulled))
            if not pulled:
                band.press()
                self._sync(band)
            self._flash = bytes(band.flash.memory.buffer)
            self._now_s += band.now_s

    def wear_for(self, hours: float) -> None:
        """Wear it so long, in wearings of chance."""
        left_s = hours * 3600
        while left_s > 0:
            seconds = self._chance.uniform(0.2, 1) * WEARING_S
            left_s -= seconds
            self.wear(seconds, pulled=left_s > 0 and self._chance.random() < CUTS)

    def _sync(self, band: JournalBand) -> None:
        link = Link(band.stream, clock=lambda: band.now_s)
        done = sync(
            ("band",),
            self.archive,
            open_link=lambda _port, _patience_s: nullcontext(link),
            now_ms=lambda: EPOCH_MS + round(1000 * (self._now_s + band.now_s)),
            patience_s=1.0,
        )
        done.require_whole()
        assert not done.bands[0].vanished
        assert not session_files(band.files())


def held_bytes() -> int:
    """Return how much memory Python holds."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.timeout(36000)
@pytest.mark.parametrize("run", range(RUNS))
@pytest.mark.parametrize("hours", [pytest.param(HOURS / RUNS, marks=pytest.mark.long), FEW_HOURS])
def test_every_session_of_many_wearings_comes_once_and_whole_and_nothing_grows(
    tmp_path: Path, hours: float, run: int
) -> None:
    wearer = Wearer(tmp_path, seed=run)
    tracemalloc.start()
    try:
        wearer.wear_for(SETTLED_S / 3600)
        before = held_bytes()
        wearer.wear_for(hours)
        grown = held_bytes() - before
    finally:
        tracemalloc.stop()
    logs = {log.session_id: read_log(log.read(), log.session_id) for log in wearer.archive.raw.logs()}
    assert len(list(wearer.archive.raw.logs())) == len(logs)
    assert set(logs) == {worn.session_id for worn in wearer.worn}
    for worn in wearer.worn:
        log = logs[worn.session_id]
        missing_s = worn.lasted_s - np.count_nonzero(log.valid) / RATE_HZ
        assert missing_s <= (LOST_MOST_S if worn.pulled else 0.04)
        assert missing_s >= -1
    worn_s = sum(worn.lasted_s for worn in wearer.worn)
    tell(f"{len(logs)} sessions, {worn_s / 3600:.2f} h, {grown / 1024:.0f} KB more held")
    count(f"wearing, run {run}", hours=round(worn_s / 3600, 2), sessions=len(logs), grown_bytes=grown)
    assert grown <= GROWTH_MAX
