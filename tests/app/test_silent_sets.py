"""Sets to compare: in some the band says nothing of the work, and logs and blanks as if it did."""

import functools
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from app.bench import band, link_to, logs, only_log, rest
from app.lifter import lifter
from buzzband.engines.band import VirtualBand
from buzzband.engines.whole_app import on_cpython, on_micropython
from buzzband.recordings.band_log import SessionLog
from buzzband.twin import Mpu6050Model
from buzzband_fw.core.words import DONE, ON_TARGET, WITHHELD

SETS = 3
SECOND = 0b010


@functools.cache
def lifted(play, silent_sets: int) -> SessionLog:
    """The log of three sets of curls; the motor shakes nothing."""
    worn = lifter(reps=4, sets=SETS)
    return play(worn.raw, replace(worn.settings, silent_sets=silent_sets), frames=worn.frames).log


def words_by_set(log: SessionLog) -> list[Counter[int]]:
    """The words from the start of each set on."""
    starts = [one.start_block - 100 for one in log.lifting.counted_sets()]
    found = [Counter() for _ in starts]
    for cue in log.cues:
        found[sum(start <= cue.block for start in starts) - 1][cue.word] += 1
    return found


def test_in_a_silent_set_what_is_due_is_withheld_and_the_set_says_so():
    log = lifted(on_cpython, SECOND)
    assert [one.silent for one in log.lifting.counted_sets()] == [False, True, False]
    first, second, third = words_by_set(log)
    assert first[ON_TARGET] >= 4
    assert third[ON_TARGET] >= 4
    assert second == {ON_TARGET | WITHHELD: second[ON_TARGET | WITHHELD], DONE: 1}
    assert second[ON_TARGET | WITHHELD] >= 4


def test_but_for_the_words_themselves_the_log_is_the_one_without_a_plan():
    plain, planned = lifted(on_cpython, 0), lifted(on_cpython, SECOND)
    np.testing.assert_array_equal(planned.permille, plain.permille)
    np.testing.assert_array_equal(planned.flags, plain.flags)
    assert planned.lifting.reps == plain.lifting.reps
    assert [(cue.block, cue.word & ~WITHHELD) for cue in planned.cues] == [(cue.block, cue.word) for cue in plain.cues]


@pytest.mark.usefixtures("micropython_port")
def test_on_micropython_the_log_is_the_same():
    here, there = lifted(on_cpython, SECOND), lifted(on_micropython, SECOND)
    assert here.cues == there.cues
    assert here.lifting.sets == there.lifting.sets
    both = min(len(here.flags), len(there.flags))  # one of them is ended a little sooner
    np.testing.assert_array_equal(here.flags[:both], there.flags[:both])


def test_the_motor_stands_still_in_a_silent_set():
    worn = lifter(reps=4, sets=2)
    settings = replace(worn.settings, silent_sets=0b01).as_dict()
    with VirtualBand(worn.raw, settings, imu=Mpu6050Model(worn.frames.ravel())) as virtual:
        virtual.play()
        log, bursts = only_log(virtual), virtual.motor
        start_s = virtual.world.converter.since_us / 1e6
    first, second = log.lifting.counted_sets()
    in_sets = [
        [burst for burst in bursts if one.start_block / 100 - 1 < burst.start_s - start_s < one.end_block / 100]
        for one in (first, second)
    ]
    assert in_sets[0] == []
    assert len(in_sets[1]) >= 4


def test_a_plan_that_comes_over_the_link_counts_from_the_next_session_on():
    with band(rest(1)) as virtual:
        virtual.run_for(1)
        link_to(virtual).change({"silent_sets": 0b01})
        silent = [virtual.app.band.muscle.cue.mode.silent]
        for _ in range(2):
            virtual.press()
            virtual.run_for(1)
        silent.append(virtual.app.band.muscle.cue.mode.silent)
        headers = [log.header for log in logs(virtual)]
    assert silent == [False, True]
    assert [header["settings"]["silent_sets"] for header in headers] == [0, 1]
