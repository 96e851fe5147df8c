"""What is written in assembler does on the chip what crc.py and link/cobs.py say."""

import binascii
import json
import random

import pytest

from buzzband_fw.link.cobs import stuff
from pico_bench import PicoBench

SEED = 3
CASES = 24

PROGRAM = """
import json
from buzzband_fw import crc
from buzzband_fw.link.cobs import stuff

with open("cases.json") as file:
    cases = json.load(file)
state = crc.new_state()
told = []
for start, text in cases:
    data = bytearray(bytes.fromhex(text) + bytes(4))
    wire = bytearray(len(data) - 2)
    size = stuff(len(data) - 4, wire, data)
    crc.seal(data, start, len(data) - 4, state)
    told.append((size, wire.hex(), data[-4:].hex()))
with open("told.json", "w") as file:
    json.dump(told, file)
"""


def cases() -> list[tuple[int, bytes]]:
    """Where the checksum begins, and bytes: of all lengths, with many zeros and with none."""
    rng = random.Random(SEED)
    lengths = [0, 1, 2, 253, *(rng.randrange(254) for _ in range(CASES - 4))]
    return [(rng.randrange(n + 1), bytes(rng.randrange(n % 7, 4 + n % 250) for _ in range(n))) for n in lengths]


@pytest.mark.pico(0.6)
def test_stuffing_and_checksum_on_the_chip_are_those_of_python(pico_bench: PicoBench) -> None:
    told = json.loads(
        pico_bench.run_firmware(
            PROGRAM, files={"cases.json": json.dumps([(start, data.hex()) for start, data in cases()]).encode()}
        )["told.json"]
    )
    for (start, data), (size, wire, seal) in zip(cases(), told, strict=True):
        expected = bytearray(len(data) + 2)
        assert size == stuff(len(data), expected, data) == len(data) + 2
        assert wire == expected.hex()
        assert seal == binascii.crc32(data[start:]).to_bytes(4, "little").hex()
