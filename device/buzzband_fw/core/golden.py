"""Golden vectors: what every stage makes of a fixed input, as checksums. They tell if an interpreter can be trusted.

MicroPython 1.26 and 1.27 compile viper kernels wrongly on the RP2040; so might others. The input is made by integer
arithmetic alone and holds silence, both rails, noise, a square wave at 50 Hz and contractions. What the checksums stand
for is not only a memory of what the code did: tests/core compares each stage with scipy.
"""

from buzzband_fw.core.activation import envelope_at, new_scale, permille
from buzzband_fw.core.comb import comb
from buzzband_fw.core.comb import new_state as new_comb
from buzzband_fw.core.envelope import average, new_average, smooth
from buzzband_fw.core.envelope import new_state as new_envelope
from buzzband_fw.core.intake import intake
from buzzband_fw.core.intake import new_state as new_intake
from buzzband_fw.core.lowpass import lowpass
from buzzband_fw.core.lowpass import new_state as new_lowpass
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.portable import const, int32s, uint16s
from buzzband_fw.core.quality import judge
from buzzband_fw.core.quality import new_state as new_quality
from buzzband_fw.core.target import new_state as new_target
from buzzband_fw.core.target import reached

_BLOCKS = const(40)
_RING = const(2048)
_PHASES = ((40, 2), (40, 200), (50, 2), (40, 200), (30, 4000), (110, 0))  # blocks, level: two cues, rail, flat
_CHECKSUM_MASK = const(0xFFFFFF)  # 24 bits: the product below stays a small integer


def noise(length, seed):
    """Return ``length`` integers from 0 to 4095: the upper bits of a linear congruential generator, modulus 2^16."""
    values = []
    for _ in range(length):
        seed = (seed * 8121 + 28411) & 0xFFFF
        values.append(seed >> 4)
    return values


def raw_samples():
    """Return one ring of raw samples: silence, both rails, full-scale noise, hum, then a contraction that fades."""
    values = [2048] * 64 + [0] * 64 + [4095] * 64 + noise(576, 1)
    values += [2048 + (700 if n // 48 & 1 else -700) for n in range(384)]
    loud = noise(_RING - len(values), 2)
    return uint16s(values + [2048 + (value - 2048) * (len(loud) - n) // len(loud) for n, value in enumerate(loud)])


def checksum(values, start=0):
    """Return a 24-bit checksum of integers, going on from ``start``."""
    total = start
    for value in values:
        total = (total * 31 + value) & _CHECKSUM_MASK
    return total


def _check_intake():
    ring, block, state, total = raw_samples(), int32s([0] * 12), new_intake(_RING), 0
    for n in range(_BLOCKS):
        intake(ring, n * 48, block, 12, state)
        total = checksum(block, total)
    return checksum(state, total)


def _check_in_place(stage, state, seed):
    total = 0
    for n in range(_BLOCKS):
        block = int32s([(value - 2048) << 4 for value in noise(12, seed + n)])
        stage(block, 12, state)
        total = checksum(block, total)
    return checksum(state, total)


def _check_smooth():
    envelope, state, total = int32s([0] * 12), new_envelope(), 0
    for n in range(_BLOCKS):
        total = checksum((smooth(int32s(noise(12, 7 + n)), 12, state, envelope),), total)
        total = checksum(envelope, total)
    return total


def _check_average():
    block, envelope, state, total = int32s(noise(480, 7)), int32s([0] * 480), new_average(), 0
    for n in range(_BLOCKS):
        total = checksum((average(block, n * 12, 12, state, envelope),), total)
    return checksum(envelope, total)


def _check_activation():
    scale = new_scale(300, 20000)
    total = checksum([permille(value << 4, scale) for value in noise(64, 9)])
    return checksum([envelope_at(value >> 2, scale) for value in noise(64, 10)], total)


def _check_target():
    state = new_target(new_scale(0, 4000), 500)
    envelopes = [value >> 3 for value in noise(40, 11)] + [3000] * 3 + [1199] * 29 + [3000] + [1199] * 30 + [1999, 2000]
    return checksum([reached(value, state) for value in envelopes * 2])


def _check_quality():
    state = new_quality(8000)
    counts = [(value & 7, (value >> 3) * 1000, (value >> 6) * 4000) for value in noise(64, 12)]
    counts += [(0, 0, 0)] * 9 + [(0, 4000000, 400000)] * 9
    return checksum([judge(count, state) for count in counts])


def _check_pipeline(mains_hz):
    pipeline, total = Pipeline(512, mains_hz, 200, 9000, 400), 0
    for blocks, level in _PHASES:
        ring = uint16s([min(max(2048 + ((value - 2048) * level >> 8), 0), 4095) for value in noise(512, 13)])
        for n in range(blocks):
            word = pipeline.process(ring, n % 10 * 48)
            total = checksum((word, pipeline.envelope, pipeline.cue.gated, pipeline.cue.flags), total)
    return total


VECTORS = (
    ("intake", 0x4B7DC2, _check_intake),
    ("comb, 50 Hz", 0xCF1475, lambda: _check_in_place(comb, new_comb(50), 3)),
    ("comb, 60 Hz", 0xA9B9B8, lambda: _check_in_place(comb, new_comb(60), 4)),
    ("lowpass", 0xF70029, lambda: _check_in_place(lowpass, new_lowpass(), 5)),
    ("envelope", 0xDD3271, _check_smooth),
    ("gated envelope", 0x78A873, _check_average),
    ("activation", 0x4CA91F, _check_activation),
    ("target", 0x607A40, _check_target),
    ("quality", 0xEC0A01, _check_quality),
    ("pipeline, 50 Hz", 0x845056, lambda: _check_pipeline(50)),
    ("pipeline, 60 Hz", 0x9B9A4F, lambda: _check_pipeline(60)),
)


def run():
    """Return (name, expected checksum, found checksum) for every vector."""
    return [(name, expected, check()) for name, expected, check in VECTORS]
