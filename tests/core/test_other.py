import numpy as np
import pytest

from builders import codes, effort
from buzzband_fw.core import other as module
from buzzband_fw.core.chain import BLOCK_RAW, Chain
from buzzband_fw.core.envelope import average, new_average
from buzzband_fw.core.other import STEP_SAMPLES, Other
from buzzband_fw.core.quality import FLAT, RAIL

STEP_RAW = 4 * STEP_SAMPLES
RING = 1 << 14
REST, REFERENCE = 200, 10_000
IDLE = 2048


def ring_of(other, first=None):
    """A ring that the two channels share."""
    first = np.full(len(other), IDLE) if first is None else first
    mixed = np.where(np.arange(len(other)) % 2, other, first)
    return np.pad(mixed, (0, RING - len(other)), constant_values=IDLE).tolist()


def run(ring, seconds, blanked=()):
    """The other muscle's chain after so many seconds, and what it said after each step."""
    other, said = Other(RING, 50, REST, REFERENCE), []
    for step in range(round(seconds * 50)):
        other.step(ring, step * STEP_RAW, step in blanked)
        said.append(other.permille())
    return other, said


@pytest.fixture(scope="module")
def working():
    return codes(effort(1.0, 3, seed=2))


def test_a_step_is_two_blocks():
    assert STEP_RAW == 2 * BLOCK_RAW


def test_it_says_what_its_muscle_does_between_rest_and_reference(working):
    other, said = run(ring_of(working), 2)
    assert other.gated == other.envelope[-1] > 2 * REST
    assert said[-1] == (other.gated - REST) * 1000 // (REFERENCE - REST)


def test_it_does_not_see_the_first_channel(working):
    quiet = codes(effort(0.01, 3, seed=5))
    _, alone = run(ring_of(quiet), 2)
    _, beside = run(ring_of(quiet, first=working), 2)
    assert beside == alone


def test_it_equals_a_chain_and_an_average_that_get_the_same_in_blocks(working):
    ring = ring_of(working)
    chain, state, envelope = Chain(RING, 50), new_average(), [0] * 12
    chain.share()
    for position in range(1, 100 * BLOCK_RAW, BLOCK_RAW):
        chain.condition(ring, position, 12)
        last = average(chain.block, 0, 12, state, envelope)
    assert run(ring, 1)[0].gated == last


def test_its_envelope_stands_still_while_the_motor_speaks_and_then_goes_on_from_there(working):
    ring = ring_of(working)
    shaken = range(30, 40)
    other, said = run(ring, 1, blanked=shaken)
    assert {said[step] for step in shaken} == {said[29]}
    chain, state, envelope = Chain(RING, 50, STEP_SAMPLES), new_average(), [0] * STEP_SAMPLES
    chain.share()
    for step in range(50):
        chain.condition(ring, step * STEP_RAW + 1, STEP_SAMPLES)
        if step not in shaken:
            average(chain.block, 0, STEP_SAMPLES, state, envelope)
    assert other.gated == envelope[-1]


@pytest.mark.parametrize(("wrong", "flag"), [(4095, RAIL), (IDLE, FLAT)])
def test_what_is_no_muscle_counts_as_0(working, wrong, flag):
    spoilt = working.copy()
    spoilt[1 * 4800 :] = wrong
    other, said = run(ring_of(spoilt), 2.9)
    assert said[49] > 200
    assert other.flags & flag
    assert said[-1] == 0


def test_a_quiet_muscle_is_no_fault():
    assert run(ring_of(codes(effort(0.01, 3, seed=5))), 2.9)[0].flags == 0


def test_at_first_nothing_is_felt_and_nothing_is_wrong():
    other = Other(RING, 50, REST, REFERENCE)
    assert (other.gated, other.flags, other.permille()) == (0, 0, 0)


def test_its_quality_is_judged_every_260_ms_first_after_120(monkeypatch):
    judged = []
    monkeypatch.setattr(module, "judge", lambda counts, state: judged.append(list(counts)) or len(judged))
    other = Other(RING, 50, REST, REFERENCE)
    flags = []
    for step in range(45):
        other.step(ring_of(np.full(RING, 4095)), step * STEP_RAW, False)
        flags.append(other.flags)
    assert [step + 1 for step in range(1, 45) if flags[step] != flags[step - 1]] == [6, 19, 32, 45]
    assert [counts[0] for counts in judged] == [6 * 24, 13 * 24, 13 * 24, 13 * 24]  # all at a rail
