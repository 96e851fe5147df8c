"""A logged session once more: the words are those of the band, with its settings and with others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from buzzband.engines.band import VirtualBand
from buzzband.engines.job import Settings
from buzzband.engines.rerun import rerun, retargeted
from buzzband.recordings.band_log import Crossings, SessionLog, read_log
from buzzband.recordings.lifting import Rep
from buzzband.recordings.tellings import Telling, tellings
from buzzband.testing import Recordings, Take
from buzzband_fw.core import quality, tempo, words
from recordings.log_builder import SESSION, LogWriter
from session_files import session_files

CONTRACTIONS = 6
APART_BLOCKS = 2  # what the target saw is restored from other averages, and with another target the blanks were others
REST_RAW = 4800 * 6 // 5


@pytest.fixture(scope="module")
def take() -> Take:
    return Recordings().contractions(CONTRACTIONS, on_s=1.2, off_s=1.8)


def worn(take: Take, **changes: Any) -> bytes:
    """What a band logs of the take, and 10 s more in which the set ends."""
    codes = np.concatenate((take.codes, np.tile(take.codes[:REST_RAW], 9)))
    with VirtualBand(codes, {**take.settings, **changes}) as band:
        band.play()
        (data,) = session_files(band.files()).values()
    return data


def again(data: bytes, take: Take, **changes: Any) -> tuple[SessionLog, tuple[tuple[int, int], ...]]:
    log = read_log(data)
    track = rerun(log, tellings(data, log.session_id), take.core, replace(take.core, **changes))
    return log, track.cues


def alike(log: SessionLog, cues: tuple[tuple[int, int], ...], blocks: int = 1) -> bool:
    """Whether the words are those of the log, each within so many blocks."""
    logged = [(cue.block, cue.word) for cue in log.cues]
    return [word for _, word in logged] == [word for _, word in cues] and all(
        abs(there - here) <= blocks for (there, _), (here, _) in zip(logged, cues, strict=True)
    )


@pytest.mark.parametrize(
    "changes", [{"mode": "tempo", "tempo": "1-1-1"}, {"mode": "below", "target_permille": 1200}], ids=str
)
def test_words_that_follow_what_was_told_come_again_with_the_same_block(take: Take, changes: Mapping[str, Any]) -> None:
    log = read_log(data := worn(take, **changes))
    chosen = replace(take.core, **changes)
    cues = rerun(log, tellings(data, log.session_id), chosen, chosen).cues
    assert [cue.word for cue in log.cues].count(words.ON_TARGET if "tempo" in changes else words.FELL_SHORT) > 0
    assert alike(log, cues, blocks=0)


def test_the_words_of_a_session_come_again(take: Take) -> None:
    log, cues = again(worn(take), take)
    assert [word for _, word in cues].count(words.ON_TARGET) == CONTRACTIONS
    assert alike(log, cues)


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "hold", "hold_s": 1},
        {"mode": "silent"},
        {"mode": "tempo", "tempo": "1-1-1"},
        {"load_kg": 80, "one_rm_kg": 100},
    ],
    ids=str,
)
def test_with_other_settings_the_words_are_those_of_a_band_that_has_them(
    take: Take, changes: Mapping[str, Any]
) -> None:
    wished = read_log(worn(take, **changes))
    _, cues = again(worn(take), take, **changes)
    assert cues
    assert alike(wished, cues)


@pytest.mark.parametrize("target", [300, 800])
def test_with_another_target_it_is_reached_where_a_band_would_have_said_so(take: Take, target: int) -> None:
    wished = read_log(worn(take, target_permille=target))
    _, cues = again(worn(take), take, target_permille=target)
    reached = tuple(cue for cue in cues if cue[1] == words.ON_TARGET)
    then = replace(wished, cues=tuple(cue for cue in wished.cues if cue.word == words.ON_TARGET))
    assert alike(then, reached, APART_BLOCKS)
    assert len(reached) == CONTRACTIONS


def test_the_target_follows_fatigue_by_the_logged_rates() -> None:
    made = LogWriter().header()
    for n in range(6):
        made.activation(1 + 300 * n, [0] * 80)
        made.activation(161 + 300 * n, list(range(0, 600, 12)) + [600] * 20)
    data = made.bytes()
    settings = Settings(50, 300, 12_000, 500, fatigue=True)
    felt = [Rep(0, n, 0, 8, 0, 300 * n + 200, 300, 400, 300, 600, 500, 300) for n in range(6)]
    reps = [Telling(300 * n + 330, 3, True, True, rep) for n, rep in enumerate(felt)]
    tired = [with_rates(read_log(data), rate) for rate in (100, 60)]
    fresh, late = (rerun(log, reps, settings, settings).cues for log in tired)
    assert [word for _, word in fresh].count(words.ON_TARGET) == 6
    assert [word for _, word in late].count(words.ON_TARGET) < 6


def with_rates(log: SessionLog, last_hz: int) -> SessionLog:
    """Return the log with a rate after each of six reps, from the fourth on another one."""
    rates = (100, 100, 100, last_hz, last_hz, last_hz)
    return replace(log, crossings=tuple(Crossings(300 * n + 340, rate) for n, rate in enumerate(rates)))


def test_no_word_is_told_where_the_log_has_no_activation(take: Take) -> None:
    data = worn(take)
    log = read_log(data)
    block = next(cue.block for cue in log.cues if cue.word == words.ON_TARGET)
    valid = log.valid.copy()
    valid[block // 2 - 100 : block // 2 + 100] = False
    cues = rerun(replace(log, valid=valid), (), take.core, take.core).cues
    assert all(abs(at - block) > 100 for at, _ in cues)
    assert cues


def test_what_the_band_did_not_trust_is_not_trusted_again(take: Take) -> None:
    log = read_log(worn(take))
    flags = log.flags.copy()
    flags[:] |= quality.HUM
    cues = rerun(replace(log, flags=flags), (), take.core, take.core).cues
    assert words.ON_TARGET not in [word for _, word in cues]


def test_reps_are_those_of_the_log_unless_the_exercise_is_another(take: Take) -> None:
    data = worn(take)
    log = read_log(data)
    told = tellings(data, log.session_id)
    same = rerun(log, told, take.core, replace(take.core, target_permille=400)).lifting
    assert same.counted() == log.lifting.counted()
    other = rerun(log, told, take.core, replace(take.core, exercise="hinge")).lifting
    assert len(other.counted()) != len(log.lifting.counted()) or other.reps != log.lifting.reps


@pytest.mark.parametrize(
    ("flags", "peak", "now", "off"),
    [
        (0, 190, 500, False),  # low then, too, but the electrodes could not be trusted
        (tempo.MUSCLE_OFF, 190, 500, True),
        (tempo.MUSCLE_OFF, 190, 400, False),
        (0, 250, 500, False),
        (0, 250, 700, True),
    ],
)
def test_the_target_says_in_which_reps_the_muscle_was_off(flags: int, peak: int, now: int, off: bool) -> None:
    then = Settings(50, 0, 1000, 500)
    rep = Rep(0, 0, 0, 1, flags | tempo.TOO_FAST, 0, 500, 0, 500, peak, 100, 50)
    found = retargeted(rep, then, replace(then, target_permille=now))
    assert (found.muscle_off, found.too_fast) == (off, True)


def test_a_session_that_lacks_its_reps_is_run_with_those_that_the_core_finds(take: Take) -> None:
    data = worn(take)
    log = read_log(data)
    cues = rerun(log, (), take.core, take.core).cues
    assert [word for _, word in cues] == [cue.word for cue in log.cues]
    assert log.session_id != SESSION
