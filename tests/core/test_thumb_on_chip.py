"""The chain in assembler does on the chip, to the bit, what its stages do on this interpreter."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from pico_bench import PicoBench

SEED = 5

BODY = """
from buzzband_fw.core.chain import Chain, places, stages
from buzzband_fw.core.comb import comb, new_state as new_comb
from buzzband_fw.core.envelope import new_state as new_envelope, smooth
from buzzband_fw.core.golden import checksum, noise
from buzzband_fw.core.intake import intake, new_state as new_intake
from buzzband_fw.core.lowpass import lowpass, new_state as new_lowpass
from buzzband_fw.core.portable import int32s, uint16s

def raw(seed, level):
    values = [2048 + (value - 2048) * level // 256 for value in noise(64, seed)]
    return uint16s([min(max(value, 0), 4095) for value in values])

def run_chain(mains_hz, shared, pieces, hear):
    chain, told = Chain(64, mains_hz, 16), []
    if shared:
        chain.share()
    arrays = chain.block, chain.envelope, chain._intake, chain._comb, chain._lowpass, chain._smooth
    without_envelope = places(arrays[:-1] + (0,))
    for seed, level, position, length, smoothed in pieces:
        ring = raw(seed, level)
        if smoothed:
            found = hear(lambda: chain.condition(ring, position, length))
        else:
            found = hear(lambda: stages(ring, position, length, without_envelope))
        told.append([found] + [checksum(array) for array in arrays])
    return told

def run_stage(stage, state, seed, factor, lengths):
    told = []
    for length in lengths:
        block = int32s([(value - 2048) * factor for value in noise(16, seed)])
        stage(block, length, state)
        told.append([checksum(block), checksum(state)])
        seed += 1
    return told

def run_smooth(state, seed, lengths):
    told = []
    for length in lengths:
        envelope = int32s([7] * 16)
        last = smooth(int32s(noise(16, seed)), length, state, envelope)
        told.append([last, checksum(envelope), checksum(state)])
        seed += 1
    return told

def run_rails(state):
    told, block = [], int32s([7])
    for total in (161, 162, 163, 164, 16216, 16217, 16218, 16219):
        intake(uint16s([(total + n) // 4 for n in range(4)]), 0, block, 1, state)
        told.append([block[0], checksum(state)])
    return told

def run_all(chains, lengths, hear):
    told = [run_chain(*chain, hear) for chain in chains]
    told += [run_stage(comb, new_comb(mains_hz), 9, 16, lengths) for mains_hz in (50, 60)]
    told += [run_stage(lowpass, new_lowpass(), 10, factor, lengths) for factor in (0, 29)]
    told.append(run_smooth(new_envelope(), 11, lengths))
    told.append(run_rails(new_intake(4)))
    return told
"""

ON_CHIP = (
    BODY
    + """
import json
from micropython import heap_lock, heap_unlock

def hear(call):
    heap_lock()
    found = call()
    heap_unlock()
    return found

with open("cases.json") as file:
    chains, lengths = json.load(file)
with open("told.json", "w") as file:
    json.dump(run_all(chains, lengths, hear), file)
"""
)


def some_chains(rng: random.Random) -> list[Any]:
    """Both mains, alone and shared, each with pieces that whisper, shout and sit at the rails, some with no envelope.

    A piece: seed and level of its samples, its place in the ring or rounds later, its length, with an envelope or not.
    """
    return [
        [mains_hz, shared, [
            [rng.randrange(1 << 16), rng.choice([0, 3, 60, 256, 4000]), 4 * rng.randrange(1 << 20) + shared * second,
             rng.choice([1, 12, rng.randrange(17)]), rng.random() < 0.9]
            for _ in range(12)
        ]]
        for mains_hz, shared, second in ((50, 0, 0), (60, 0, 0), (50, 1, 0), (60, 1, 1))
    ]  # fmt: skip


@pytest.mark.pico(1.6)
def test_the_chain_and_each_stage_on_the_chip_are_those_of_python(pico_bench: PicoBench) -> None:
    rng = random.Random(SEED)
    cases = [some_chains(rng), [0, 12, 1, 16, *(rng.randrange(17) for _ in range(8))]]
    names: dict[str, Callable[..., list[Any]]] = {}
    exec(BODY, names)
    expected = names["run_all"](*cases, lambda call: call())
    told = pico_bench.run_firmware(ON_CHIP, files={"cases.json": json.dumps(cases).encode()})["told.json"]
    assert json.loads(told) == expected
