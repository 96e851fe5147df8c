"""The motor's pin, whatever happens: low at boot, and within 10 ms of an exception, a reset and the watchdog's bite."""

import pytest

from buzzband.twin import ResetCause

CAP_S = 1.0
LOW_WITHIN_S = 0.010
WATCHDOG_S = 0.5

# What goes wrong, once the motor has been on for 60 ms. In place of the app's own turn.
PROVOKED = """
import sys
sys.path.insert(0, "/a")
from time import ticks_diff, ticks_ms
from buzzband_fw import app

turn = app.App.turn
since = None

def spoilt(self, _count):
    global since
    turn(self)
    if since is None and self.muscle.blocks > 3:
        self.voice.say(1)
        since = ticks_ms()
    elif since is not None and ticks_diff(ticks_ms(), since) > 60:
        {what}

app.App.turn = spoilt
"""
LONG_WORD = """
from buzzband_fw import voice

voice.PHASES = bytes((0, 255, 0))
"""
START = """
if {first}:
    app.main()
"""
ONCE = "'provoked' not in __import__('os').listdir() and open('provoked', 'w').close() is None"


def provoked(what: str, more: str = "") -> dict[str, bytes]:
    """Files with which that happens at the first start, and nothing at the second."""
    return {"main.py": (PROVOKED.format(what=what) + more + START.format(first=ONCE)).encode()}


@pytest.mark.parametrize(
    ("what", "cause", "after_s"),
    [
        pytest.param(
            "raise ValueError('provoked')",
            ResetCause.PROGRAM,
            0.06 + 0.03,
            id="exception",
            marks=[pytest.mark.pico(2.5), pytest.mark.long],
        ),
        pytest.param(
            "while True: pass", ResetCause.WATCHDOG, 0.06 + WATCHDOG_S + 0.03, id="hang", marks=pytest.mark.pico(3)
        ),
    ],
)
def test_it_goes_low_when_the_app_fails(twin, recording, what: str, cause: ResetCause, after_s: float) -> None:
    worn = twin((), recording.contractions(1).settings, files=provoked(what), erase_ms=5)
    worn.wait_until(lambda: worn.resets, 2.9)
    worn.run_for(0.001)  # the end of a burst shows when a period of the PWM is missing
    (reset,) = worn.resets
    assert reset.cause is cause
    (burst,) = worn.motor.bursts
    assert burst.duration_s <= after_s
    assert burst.end_s <= reset.at_s + LOW_WITHIN_S
    assert not worn.motor.high


@pytest.mark.pico(2.4)
def test_it_goes_low_with_a_reset_and_stays_low_through_the_boot(twin, recording) -> None:
    worn = twin((), recording.contractions(1).settings, files=provoked("pass"), erase_ms=5)
    worn.wait_until(lambda: worn.motor.on, 2.3)
    worn.reset()
    at_s = worn.chip_s
    worn.run_for(0.05)
    (burst,) = worn.motor.bursts
    assert burst.end_s <= at_s + LOW_WITHIN_S
    assert not worn.motor.high


@pytest.mark.long
@pytest.mark.pico(4.3)
def test_no_word_keeps_it_on_for_longer_than_the_cap(twin, recording) -> None:
    worn = twin((), recording.contractions(1).settings, files=provoked("pass", LONG_WORD), erase_ms=5)
    worn.wait_until(lambda: worn.motor.bursts, 4.2)
    (burst,) = worn.motor.bursts
    assert CAP_S - 0.01 < burst.duration_s <= CAP_S + 0.011
