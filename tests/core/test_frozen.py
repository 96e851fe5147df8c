"""Frozen: a core that goes on from the integers of another one does what that one does."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from builders import blocks_of, codes, muscle
from buzzband.engines.thawed import restore
from buzzband.recordings import synth
from buzzband_fw.core import modes
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.fatigue import Fatigue
from buzzband_fw.core.frozen import SIZE_MAX, Frozen
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.sets import CONFIRMED, REP, SET
from buzzband_fw.core.takeover import Takeover
from buzzband_fw.core.tempo import Rep
from buzzband_fw.core.top import Top
from buzzband_fw.store.schema import values_of

TARGET = 300
REST, REFERENCE = 300, 12_000
OUTPUTS = {"counts", "block", "_block", "envelope", "samples"}  # of the last block: nothing goes on from them
EVERY_BLOCKS = 130
EVENTS = (CONFIRMED, REP)


class Told:
    """A set in which every rep is as the last one: what the cue asks of ``core.Sets``."""

    def __init__(self) -> None:
        self.exercise = SimpleNamespace(pace=0)
        self.reps = SimpleNamespace(now=1000, muscle_told=True)
        self.rep, self.top, self.count = Rep(), Top(), 4
        self.rep.start, self.top.peak, self.top.lift_peak = 950, 900, 100

    def topped(self) -> Top:
        self.top.number += 1
        return self.top

    def alike(self) -> bool:
        return True


def pipeline(mode: str, ring_samples: int = 1 << 6) -> Pipeline:
    values = SimpleNamespace(**{**values_of({}), "mode": mode, "target_permille": TARGET, "hold_s": 1})
    scale = new_scale(REST, REFERENCE)
    made = Pipeline(ring_samples, 50, REST, REFERENCE, TARGET)
    cue = Cue(REST, REFERENCE, TARGET, mode=modes.chosen(values, scale))
    cue.fatigue, cue.takeover = Fatigue(scale, TARGET, True), Takeover()
    made.follow(cue)
    return made


def raw() -> list[list[int]]:
    felt = codes(muscle(synth.contractions([0.9] * 6, on_s=1.0, off_s=1.0), seed=5))
    felt[4800 * 6 : 4800 * 7] = 4095  # a rail, and so a fault and SENSOR_OFF
    return blocks_of(felt)


def run(core: Pipeline, blocks: list[list[int]], told: Any, first: int) -> list[tuple[int, int, int]]:
    """What the core says to the blocks, with events every now and then."""
    said = []
    for number, block in enumerate(blocks, first):
        if number % EVERY_BLOCKS == 0:
            core.cue.told(EVENTS[number // EVERY_BLOCKS % 2], told, 3)
        if number == 1000:
            core.cue.told(SET, told, 3)
        core.cue.takeover.add(500, number % 700)
        word = core.process(block, 0)
        said.append((core.envelope, core.cue.gated, word | core.cue.flags << 8))
    return said


def attributes(core: Pipeline) -> dict[str, Any]:
    """Every number that the core keeps, by the way to it; not what it was made with, and not its outputs."""
    owners = {"": core, "chain": core.chain, "cue": core.cue, "mode": core.cue.mode}
    owners |= {"fatigue": core.cue.fatigue, "takeover": core.cue.takeover}
    return {
        f"{way}.{name}": list(value) if isinstance(value, list) else int(value)
        for way, owner in owners.items()
        for name, value in vars(owner).items()
        if name not in OUTPUTS | {"asks"} or (way, name) == ("", "envelope")
        if isinstance(value, (int, list))
    }


@pytest.mark.parametrize("mode", modes.NAMES)
@pytest.mark.parametrize("after", [1, 131, 400, 707, 990])
def test_what_goes_on_from_a_frozen_core_does_what_that_does(mode: str, after: int) -> None:
    blocks, told = raw(), Told()
    whole = pipeline(mode)
    run(whole, blocks[:after], told, 0)
    frozen = Frozen(whole)
    state = [0] * SIZE_MAX
    frozen.save(state)
    other = pipeline(mode, 1 << 7)
    restore(other, state[: frozen.size])
    again = Told()
    again.top.number = told.top.number
    assert run(other, blocks[after:], again, after) == run(whole, blocks[after:], told, after)


@pytest.mark.parametrize("mode", modes.NAMES)
def test_every_number_that_may_change_is_in_it(mode: str) -> None:
    whole, other = pipeline(mode), pipeline(mode)
    run(whole, raw(), Told(), 0)
    frozen = Frozen(whole)
    state = [0] * SIZE_MAX
    frozen.save(state)
    restore(other, state[: frozen.size])
    assert attributes(other) == attributes(whole)
    assert attributes(pipeline(mode)) != attributes(whole)


def test_a_state_of_another_mode_is_refused() -> None:
    frozen = Frozen(pipeline("tempo"))
    state = [0] * SIZE_MAX
    frozen.save(state)
    with pytest.raises(ValueError, match="another mode"):
        restore(pipeline("reach"), state[: frozen.size])


def test_the_ring_is_the_new_one_s() -> None:
    whole, other = pipeline("reach"), pipeline("reach", 1 << 9)
    frozen, state = Frozen(whole), [0] * SIZE_MAX
    frozen.save(state)
    restore(other, state[: frozen.size])
    assert other.chain.ring_mask() == (1 << 9) - 1
    assert np.count_nonzero(state) > 0
