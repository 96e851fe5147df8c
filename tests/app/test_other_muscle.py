"""Two muscles on one converter: each is felt as if it were alone, and none is taken for the other."""

from array import array
from typing import Any

import numpy as np
import pytest

from builders import Raw, codes, effort
from buzzband.engines.band_world import private_modules
from buzzband.engines.private_modules import FOLDER
from buzzband_fw.core.words import ON_TARGET
from engines.layer_bench import BareWorld

STEP_US = 2000  # how often the app looks
BLOCK_US = 10_000
CALIBRATION = {"rest": 300, "reference": 20_000, "target_permille": 300}
OTHER = {"other_muscle": True, "other_rest": 300, "other_reference": 20_000}
LEVELS = (0.02, 0.02, 0.8, 0.02)
WORKING, IDLE = LEVELS, (0.02,) * len(LEVELS)


def efforts(levels: tuple[float, ...], seed: int) -> Raw:
    """A second of each level."""
    return np.concatenate([codes(effort(level, 1, seed=seed + n)) for n, level in enumerate(levels)])


class MuscleBench:
    """A ``Muscle`` on the machine layer. What it says is noted block by block."""

    def __init__(self, first: Raw, other: Raw, **settings: Any) -> None:
        samples = (array("H", each.astype("<u2").tobytes()) for each in (first, other))
        self.world = BareWorld(codes=next(samples), other=next(samples))
        own = private_modules(self.world, {"/a": FOLDER.parent}, {})
        own.path.append("/a")
        self.modules = own.loaded
        chosen = own._import("buzzband_fw.store.settings", wanted=("Settings",)).Settings({**CALIBRATION, **settings})
        ring = own._import("buzzband_fw.hal.emg_adc", wanted=("aligned_ring",)).aligned_ring()
        self.muscle = own._import("buzzband_fw.muscle", wanted=("Muscle",)).Muscle(chosen, ring)
        self.muscle.start()
        self.words: list[int] = []
        self.own: list[int] = []
        self.others: list[int] = []

    def play(self, seconds: float) -> "MuscleBench":
        for _ in range(round(seconds * 1e6) // STEP_US):
            self.world.spend(STEP_US)
            if self.muscle.step():
                self.words.append(self.muscle.word)
                self.own.append(self.muscle.permille())
                self.others.append(self.muscle.other_permille() if self.muscle.other else 0)
        return self


def peak_block(permille: list[int]) -> int:
    return int(np.argmax(permille))


@pytest.fixture(scope="module")
def working() -> Raw:
    return efforts(WORKING, seed=10)


@pytest.fixture(scope="module")
def idle() -> Raw:
    return efforts(IDLE, seed=20)


def test_one_muscle_alone_has_no_other_and_loads_nothing_for_it(working, idle):
    bench = MuscleBench(working, idle)
    assert bench.muscle.other is bench.muscle.other_permille is None
    assert not {"buzzband_fw.core.other", "buzzband_fw.hal.emg_pair", "buzzband_fw.other_muscle"} & {*bench.modules}


def test_the_first_muscle_is_felt_and_gets_its_word_as_if_it_were_alone(working, idle):
    alone = MuscleBench(working, idle).play(3.9)
    beside = MuscleBench(working, idle, **OTHER).play(3.9)
    assert [word for word in beside.words if word] == [word for word in alone.words if word] == [ON_TARGET]
    assert beside.words.index(ON_TARGET) == pytest.approx(alone.words.index(ON_TARGET), abs=1)
    assert np.abs(np.array(beside.own) - alone.own).max() < 0.05 * max(alone.own)
    assert max(beside.others) < 100


def test_the_other_muscle_is_felt_on_the_same_scale_and_gets_no_word(working, idle):
    alone = MuscleBench(working, idle).play(3.9)
    beside = MuscleBench(idle, working, **OTHER).play(3.9)
    assert not any(beside.words)
    assert max(beside.own) < 100
    assert max(beside.others) == pytest.approx(max(alone.own), rel=0.05)
    assert np.abs(np.array(beside.others) - alone.own).max() < 0.15 * max(alone.own)  # every other block it is old


def test_an_other_muscle_that_is_not_calibrated_does_nothing(working, idle):
    assert max(MuscleBench(idle, working, other_muscle=True).play(3.9).others) < 100


@pytest.mark.parametrize("lost", [1, 2])
def test_after_a_full_fifo_blocks_are_lost_and_neither_muscle_is_taken_for_the_other(working, idle, lost):
    bench = MuscleBench(idle, working, **OTHER)
    bench.play(0.5)
    assert (bench.muscle.lost_blocks, bench.muscle.fifo_overflowed()) == (0, False)
    bench.world.converter.overflow(lost)
    bench.play(3.4)
    assert 1 <= bench.muscle.lost_blocks <= 2
    assert [bench.muscle.fifo_overflowed() for _ in range(2)] == [True, False]
    assert bench.muscle.blocks * BLOCK_US == pytest.approx(3.9e6, abs=2 * BLOCK_US)
    assert not any(bench.words)
    assert max(bench.own) < 100
    assert max(bench.others) > 500
    assert 200 < peak_block(bench.others) < 330


def test_two_samples_that_change_places_unnoticed_would_be_taken_for_the_other_muscle(working, idle):
    bench = MuscleBench(idle, working, **OTHER)
    bench.play(0.5)
    bench.world.converter.overflow(1)
    bench.world.converter.overflowed = False
    assert max(bench.play(3.4).own) > 500


def test_blocks_that_the_ring_could_not_hold_are_lost_for_both(working, idle):
    bench = MuscleBench(working, np.tile(working, 3), **OTHER)
    bench.play(0.5)
    bench.world.spend(4_000_000)
    bench.play(2.5)
    assert bench.muscle.lost_blocks == pytest.approx(400, abs=2)
    assert max(bench.others[60:]) > 500
