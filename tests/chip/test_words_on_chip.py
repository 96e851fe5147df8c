"""Every word on the emulated chip: the motor's pin does what the table says."""

import pytest

from builders import tell
from buzzband_fw.core import words
from chip.feeling import phases_ms, words_in

WORDS = range(1, words.WORDS)
A_FEW = (words.RELEASE, words.ON_TARGET)
BOOT_S = 0.5

SAYS = """
import sys
sys.path.insert(0, "/a")
from time import sleep_ms
from buzzband_fw.hal import motor
from buzzband_fw.voice import Voice

voice = Voice(motor.find(None, "pwm", 3700))
for word in WORDS:
    voice.say(word)
    while voice.speaking:
        sleep_ms(10)
        voice.step()
    sleep_ms(END_MS)
"""


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(A_FEW, id="a few", marks=pytest.mark.pico(2)),
        pytest.param(WORDS, id="all", marks=[pytest.mark.pico(66), pytest.mark.long]),
    ],
)
def test_a_word_is_its_row_of_the_table_at_the_motors_pin(twin, said) -> None:
    program = SAYS.replace("WORDS", repr(tuple(said))).replace("END_MS", str(words.END_MS))
    worn = twin(files={"main.py": program.encode()}, erase_ms=5)
    lasts_s = sum(words.duration_ms(word) + words.END_MS for word in said) / 1000
    worn.wait_until(lambda: b">>>" in worn.serial.output, BOOT_S + 1.05 * lasts_s)
    assert b"Traceback" not in worn.serial.output, worn.serial.output
    assert [word for _, word in words_in(worn.motor.bursts)] == list(said)
    off_ms = max(
        abs(found - expected)
        for burst_phases, word in zip(split(worn.motor.bursts, said), said, strict=True)
        for found, expected in zip(burst_phases, words.pulses_ms(word), strict=True)
    )
    tell(f"{len(said)} words, {len(worn.motor.bursts)} pulses, off by {off_ms:.1f} ms at most; {worn.chip_s:.1f} s")


def split(bursts, said):
    """The phases of each word in turn."""
    at = 0
    for word in said:
        count = len(words.pulses_ms(word)) // 2 + 1
        yield phases_ms(bursts[at : at + count])
        at += count
