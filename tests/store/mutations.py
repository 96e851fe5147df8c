"""Files that settings.json may have become: what flash, a text editor or an enemy make of good ones."""

import json
import random
from collections.abc import Callable, Iterator

from buzzband_fw.store.schema import SCHEMA

FLAT = {"mains_hz": 60, "rest": 265, "reference": 9000, "target_permille": 600, "exercise": "curl", "autostart": False}
WORN = {
    "motor": "lra",
    "wearer": "Zoë",
    "wearers": {
        "Zoë": {"rest": 300, "reference": 8000, "tempo": "2-1-3", "load_kg": 80, "signature": [1, -2, 3]},
        "Ben": {"hold_s": 30, "mode": "hold", "fatigue": True},
    },
}
GOOD = [json.dumps(document, ensure_ascii=False).encode() for document in ({}, FLAT, WORN)]

_ODD = [
    "null",
    "true",
    "-1",
    "1e999",
    "NaN",
    "-Infinity",
    "9" * 400,
    '"\\ud800"',
    '""',
    "[]",
    "{}",
    "[[]]",
    '{"a":1}',
    "2.5",
]
_LARGE = 1 << 20


def flipped(data: bytes, rng: random.Random) -> bytes:
    """Bits turned over."""
    spoilt = bytearray(data or b"{}")
    for _ in range(rng.randint(1, 4)):
        spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def cut(data: bytes, rng: random.Random) -> bytes:
    """Ends early."""
    return data[: rng.randrange(len(data) + 1)]


def spliced(data: bytes, rng: random.Random) -> bytes:
    """The beginning of one and the end of another."""
    other = rng.choice(GOOD)
    return cut(data, rng) + other[rng.randrange(len(other)) :]


def inserted(data: bytes, rng: random.Random) -> bytes:
    """Any bytes in between, most often no UTF-8."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.randint(1, 40)) + data[at:]


def odd_value(_data: bytes, rng: random.Random) -> bytes:
    """A value of a type or size that cannot be, twice perhaps, or in a wearer's."""
    names = [*SCHEMA, "wearers", "colour"]
    pairs = ",".join(f'"{rng.choice(names)}": {rng.choice(_ODD)}' for _ in range(rng.randint(1, 5)))
    within = f'{{"wearer": "Ben", "wearers": {{"Ben": {{{pairs}}}, "": {{}}}}}}'
    return (within if rng.random() < 0.4 else f"{{{pairs}}}").encode()


def nested(_data: bytes, rng: random.Random) -> bytes:
    """Deep, closed or not."""
    depth = rng.choice([30, 300, 1500, 4000])
    opened, closed = rng.choice([("[", "]"), ('{"rest":', "}"), ('{"wearers":[', "]}")])
    return (opened * depth + closed * rng.choice([0, depth])).encode()


def doubled(data: bytes, rng: random.Random) -> bytes:
    """The same names twice, or two objects."""
    return data + data if rng.random() < 0.3 else data[:-1] + b", " * (len(data) > 2) + rng.choice(GOOD)[1:]


def large(data: bytes, rng: random.Random) -> bytes:
    """Longer than a file of settings may be."""
    filler = rng.choice([b" ", b"[", b"9", b"\xff"])
    size = _LARGE if rng.random() < 0.02 else rng.choice([2040, 2048, 10_000])
    return data[:1] + filler * size + data[1:]


KINDS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flipped, cut, spliced, inserted, odd_value, nested, doubled, large,
)  # fmt: skip


def mutated(count: int, seed: int = 1) -> Iterator[bytes]:
    """That many files, each kind in turn."""
    rng = random.Random(seed)
    for number in range(count):
        yield KINDS[number % len(KINDS)](rng.choice(GOOD), rng)
