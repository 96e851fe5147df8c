"""How much of flash an hour of wearing takes: reps, cues and frames included."""

import numpy as np
import pytest

from app.lifter import lifter
from builders import Raw, tell
from buzzband.engines.cpython import run_core
from buzzband.engines.job import Settings, track
from buzzband.engines.whole_app import on_cpython
from buzzband.recordings.band_log import intact_records
from buzzband_fw.store import records

KB_PER_HOUR = 100
FLASH_KB = 1000
SET_S, REST_S = 40, 160  # 18 sets an hour
RAW_PER_S = 4800


def quiet(raw: Raw, settings: Settings, seconds: float) -> Raw:
    """So much rest: the stretches of a second and more in which the muscle does next to nothing, over and over."""
    still = np.repeat(track(run_core(raw, settings), settings).permille < 100, 96)
    edges = np.flatnonzero(np.diff(still.astype(int), prepend=0, append=0)).reshape(-1, 2)
    parts = [raw[start:end] for start, end in edges.tolist() if end - start >= RAW_PER_S]
    return np.resize(np.concatenate(parts), round(seconds * RAW_PER_S))


def hour_kb(raw: Raw, settings: Settings, **options: object) -> float:
    """What the band keeps of an hour of this. The header comes once, so it does not count."""
    recorded = on_cpython(raw, settings, **options)  # type: ignore[arg-type]
    sizes: dict[int, int] = {}
    for record in intact_records(recorded.data, recorded.session_id):
        sizes[record.kind] = sizes.get(record.kind, 0) + record.end - record.start
    hours = len(raw) / RAW_PER_S / 3600
    kb = (sum(sizes.values()) - sizes[records.HEADER]) / 1000 / hours
    log = recorded.log
    shares = {kind: round(size / 1000 / hours, 1) for kind, size in sizes.items()}
    tell(
        f"{len(raw) / RAW_PER_S:.0f} s, {len(log.lifting.counted())} reps, {len(log.cues)} cues: {kb:.1f} KB/h {shares}"
    )
    assert log.valid[:-60].all()
    return kb


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["fatigue", "bursts", "taps", "thumb"])
def test_an_hour_of_sets_and_rests_of_a_real_muscle_fits_100_kb(recording, name: str) -> None:
    take = recording.example(name)
    calm = quiet(take.codes, take.core, REST_S)
    raw = np.concatenate([calm[: 2 * RAW_PER_S], take.codes[: SET_S * RAW_PER_S], calm, calm[-2 * RAW_PER_S :]])
    kb = hour_kb(raw, take.core)
    assert kb <= KB_PER_HOUR
    assert FLASH_KB / kb >= 10


def test_an_hour_of_curls_with_an_imu_fits_100_kb() -> None:
    who = lifter(reps=10, lead_out_s=REST_S)
    assert hour_kb(who.raw, who.settings, frames=who.frames) <= KB_PER_HOUR
