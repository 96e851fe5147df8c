"""What the recorder costs a cue, with erases of 45 ms: hardly anything; and a rest: a moment that is short."""

import functools
import json
from dataclasses import dataclass

import numpy as np
import pytest

from app.bench import calibration, rest, settings
from builders import RAW_RATE_HZ, Raw, codes, effort, tell
from buzzband.bundle import FLASH_BLOCK_SIZE, pack_image
from buzzband.engines.cpython import run_core
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband_fw.core.chain import BLOCK_MS
from chip.worn import crossings, feel, latencies_ms
from counts import count
from journal.little_flash import JournalBand
from journal.scenarios import APP, MOMENT_S, RESERVE, SETTINGS_FILE, band, curls, filled, image
from session_files import session_files

HOLD_S = 20.0
LONG_HOLD_S = 70.0
LATE_SHARE_MAX = 0.005
CROSSES_S = 2.0
DELAY_MS = 12
COMMIT_MS = 150
LAGS_S = (0.02, 0.01, 0.03, 0.0, 0.04, 0.05, -0.01, -0.02)  # how long after flash is touched a word is due, about
FEW = 5
BEGUN_S = 0.5  # by then the session's file is made
HOLDS_S = (3.4, 4.0, 4.4, 4.6, 5.2)  # on the chip: around the times at which a commit is due
APART_S = 0.002  # what one turn leaves to the next

FILES = {**APP, SETTINGS_FILE: json.dumps(settings()).encode()}


@dataclass(frozen=True)
class Told:
    """``cue_s``: when the motor started. ``touched_s``: when flash was busy, from and to."""

    cue_s: float
    touched_s: tuple[tuple[float, float], ...]


@functools.cache
def held() -> Raw:
    """A hold just below the target, in which a word may be due at any time."""
    return codes(effort(0.35, LONG_HOLD_S, seed=7))


def crossing(hold_s: float, records: bool = True) -> Told:
    """Cross the target after ``hold_s`` near it; without room for a session nothing is recorded."""
    raw = np.concatenate([rest(0.5), held()[: round(hold_s * RAW_RATE_HZ)], codes(effort(0.9, 1.0, seed=8))])
    flash = pack_image(FILES) if records else filled(FILES, RESERVE - FLASH_BLOCK_SIZE)
    with JournalBand(flash, raw) as worn:
        worn.run_for(hold_s + CROSSES_S)
        (burst,) = worn.motor
        sessions = session_files(worn.files())
        assert bool(sessions) is records
        for name, data in sessions.items():
            assert_nothing_lost(read_log(data, name))
        return Told(burst.start_s, stalls_s(worn))


def stalls_s(worn: JournalBand) -> tuple[tuple[float, float], ...]:
    """Return when flash was busy, from and to, in one piece where nothing else was done between."""
    found: list[tuple[float, float]] = []
    for start_us, end_us in worn.flash.touched:
        start_s = start_us / 1e6
        if found and start_s - found[-1][1] < APART_S:
            start_s = found.pop()[0]
        found.append((start_s, end_us / 1e6))
    return tuple(found)


def assert_nothing_lost(log: SessionLog) -> None:
    assert log.valid.all()
    assert not [fault for fault in log.faults if not fault.name.startswith("imu_")]


@functools.cache
def holds_s() -> tuple[float, ...]:
    """Return after how long in a hold a word is due just when flash is touched, the longest touches first."""
    alone, whole = crossing(HOLD_S / 2, records=False), crossing(HOLD_S)
    answer_s = alone.cue_s - HOLD_S / 2
    touched = sorted(whole.touched_s, key=lambda touch: touch[0] - touch[1])
    held_s = [start_s - answer_s + lag_s for start_s, _ in touched for lag_s in LAGS_S]
    return tuple(dict.fromkeys(round(each, 2) for each in held_s if MOMENT_S < each < HOLD_S))


@pytest.mark.parametrize("share", ["few", pytest.param("all", marks=pytest.mark.long)])
def test_a_word_that_is_due_when_flash_is_written_is_hardly_later_than_without_a_recorder(share: str) -> None:
    chosen = holds_s()[:FEW] if share == "few" else holds_s()
    delays_ms = [1000 * (crossing(each).cue_s - crossing(each, records=False).cue_s) for each in chosen]
    tell(f"{len(delays_ms)} crossings of {len(holds_s())}: at most {max(delays_ms):.1f} ms later")
    count("cue delay, simulated", crossings=len(delays_ms), delay_ms_max=round(max(delays_ms), 1))
    assert max(delays_ms) <= DELAY_MS


def test_in_a_hold_that_goes_on_for_long_a_word_is_due_while_flash_is_erased_once_in_200_times_at_most() -> None:
    touched = [each for each in crossing(LONG_HOLD_S).touched_s if BEGUN_S < each[0] < LONG_HOLD_S]
    late_s = sum(end_s - start_s for start_s, end_s in touched if 1000 * (end_s - start_s) > DELAY_MS)
    tell(f"{len(touched)} commits; for {1000 * late_s:.0f} ms of {LONG_HOLD_S:.0f} s a word would be late")
    count("cue delay in a long hold, simulated", commits=len(touched), late_ms=round(1000 * late_s), of_s=LONG_HOLD_S)
    assert late_s / LONG_HOLD_S <= LATE_SHARE_MAX


def test_what_is_written_in_a_session_stops_the_band_for_no_more_than_150_ms_and_costs_no_sample() -> None:
    with band(image()) as worn:
        worn.run_for(curls_s := len(curls().raw) / RAW_RATE_HZ)
        found_ms = [1000 * (end_s - start_s) for start_s, end_s in stalls_s(worn) if start_s > BEGUN_S]
        worn.press()
        worn.run_for(MOMENT_S)
        ((name, data),) = session_files(worn.files()).items()
    assert_nothing_lost(read_log(data, name))
    tell(f"{len(found_ms)} stalls in {curls_s:.0f} s, at most {max(found_ms):.0f} ms")
    count("commits of a set, simulated", stalls=len(found_ms), stall_ms_max=round(max(found_ms)))
    assert max(found_ms) <= COMMIT_MS


def near_then_above() -> Raw:
    """Every few seconds the target is crossed out of a hold near it, each time after another while."""
    parts = [rest(1.0)]
    for number, hold_s in enumerate(HOLDS_S):
        parts += [held()[: round(hold_s * RAW_RATE_HZ)], codes(effort(0.9, 0.4, seed=number)), rest(0.6)]
    return np.concatenate(parts)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.pico(sum(HOLDS_S) + len(HOLDS_S) + 4)
def test_on_the_chip_too_the_motor_starts_hardly_later(twin) -> None:
    raw, core = near_then_above(), calibration()
    expected = run_core(raw, core, trace=True)
    worn = twin(raw, settings())
    feel(worn, len(raw), len(raw) / RAW_RATE_HZ + 3)
    found_ms = latencies_ms(worn, crossings(expected, core))
    worn.button.press(100)
    worn.run_for(0.6)
    (data,) = session_files(worn.files()).values()
    assert_nothing_lost(read_log(data))
    tell(f"{len(found_ms)} crossings: motor after {found_ms.min():.1f} to {found_ms.max():.1f} ms")
    count("cue delay, chip", crossings=len(found_ms), motor_ms_max=round(float(found_ms.max()), 1))
    assert len(found_ms) == len(HOLDS_S)
    assert found_ms.max() <= BLOCK_MS + DELAY_MS
