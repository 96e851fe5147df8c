"""A whole session on the chip: power-on, calibration, two sets, rest, off. The log tells what the motor does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from builders import tell
from buzzband.recordings.band_log import SessionLog
from buzzband.recordings.synth.wearers import Wearer
from buzzband.transports.replies import Hello, Status
from buzzband.twin import Emg, Mpu6050Model, Twin
from buzzband_fw.core import words
from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.link import messages
from chip.feeling import LiveWearer, assert_told, words_in
from chip.worn import awake_s, link_to, logs

SETTINGS = {"exercise": "curl", "mode": "reach"}
SOMEBODY = Wearer("good", answer_s=0.15)  # after the end of a word: it takes him that long to know it
PROMPTS = [words.BREATHE_IN, words.BREATHE_OUT] * 2 + [words.SQUEEZE, words.RELEASE] * 3
GRADES = range(words.COUNT + 1, words.COUNT + 4)
SETS, REPS = 2, 4
BOOT_S = 2.0
READY_S = 30.0
SET_OVER_S = 9.5  # from the last rep to the word, and the word
MOMENT_S = 1.0
LONG_PRESS_MS = 1300
OFF_S = 3.0
ARMED_US = 1500
AWAKE_SHARE = 0.15
FREE_RAM = 17_000  # 60,000 are aimed for


@dataclass
class Outside:
    """What a session looked like from outside. ``shares``: of the time for which the processor was awake."""

    begun_s: float = 0.0
    first_block: int = 0
    pressed_s: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.pico(60)
def test_log_and_motor_tell_the_same_session_from_power_on_to_power_off(twin) -> None:
    someone = LiveWearer(SOMEBODY)
    worn = twin(Emg(someone), SETTINGS, imu=Mpu6050Model())
    someone.twin = worn
    seen = Outside()
    calibrate(worn, seen)
    lift(worn, someone, seen)
    status, hello = link_to(worn).status(), link_to(worn).hello()
    switch_off(worn, seen)
    shares = {name: f"{100 * share:.1f} %" for name, share in seen.shares.items()}
    tell(f"session after {seen.begun_s:.1f} s; awake {shares}; {hello}; {status}; {worn.chip_s:.1f} s in all")

    assert worn.resets == ()
    (log,) = logs(worn)
    assert_calibrated(worn, seen, log)
    assert_told_alike(worn, seen, log)
    assert_lifted(log)
    assert_well(seen, hello, status)


def calibrate(worn: Twin, seen: Outside) -> None:
    """Wait until the session begins, and see with which block."""
    worn.wait_until(lambda: worn.emg.samples_fed, BOOT_S)
    with share_of(worn, seen, "calibrating"):
        while len(words_in(worn.motor.bursts)) <= len(PROMPTS):
            worn.run_for(0.1)
    link = link_to(worn)
    while (status := link.status()).state != messages.RUNNING:
        assert worn.chip_s < READY_S
        worn.run_for(0.02)
    seen.begun_s = worn.chip_s
    seen.first_block = status.blocks - status.recorded


def lift(worn: Twin, someone: LiveWearer, seen: Outside) -> None:
    """Two sets, a rest after the first, and a moment after the second."""
    for number in range(1, SETS + 1):
        with share_of(worn, seen, f"set {number}"):
            worn.run_for(someone.lift(REPS))
        with share_of(worn, seen, f"rest {number}"):
            worn.run_for(SET_OVER_S if number < SETS else MOMENT_S)


def switch_off(worn: Twin, seen: Outside) -> None:
    """Press long."""
    seen.pressed_s = worn.chip_s
    worn.button.press(LONG_PRESS_MS)
    worn.run_for(OFF_S)


@contextmanager
def share_of(worn: Twin, seen: Outside, what: str) -> Iterator[None]:
    """See for which share of the time inside the block the processor is awake."""
    before_s, awake_before_s = worn.chip_s, awake_s(worn)
    yield
    seen.shares[what] = (awake_s(worn) - awake_before_s) / (worn.chip_s - before_s)


def assert_calibrated(worn: Twin, seen: Outside, log: SessionLog) -> None:
    """The motor has prompted and graded; the settings in flash and the header hold what was found."""
    felt = [word for at_s, word in words_in(worn.motor.bursts) if at_s < seen.begun_s]
    assert felt[:-1] == PROMPTS
    assert felt[-1] in GRADES
    calibration, settings = log.header["calibration"], log.header["settings"]
    saved = json.loads(worn.files()["settings.json"])
    tell(f"calibration {calibration}, rest {saved['rest']}, reference {saved['reference']}")
    assert (calibration["how"], calibration["grade"]) == ("squeezes", felt[-1] - words.COUNT)
    assert 0 < saved["rest"] < saved["reference"]
    assert (settings["rest"], settings["reference"]) == (saved["rest"], saved["reference"])
    assert len(saved["signature"]) > 0


def assert_told_alike(worn: Twin, seen: Outside, log: SessionLog) -> None:
    """Every burst of the session is of a word in the log, and every such word is felt; then it says goodbye."""
    bursts = [burst for burst in worn.motor.bursts if burst.start_s > seen.begun_s]
    ended_s = worn.emg.time_s((seen.first_block + log.end.blocks) * BLOCK_RAW)
    cues = [(worn.emg.time_s((seen.first_block + cue.block + 1) * BLOCK_RAW - 1), cue.word) for cue in log.cues]
    assert_told([burst for burst in bursts if burst.start_s < ended_s], cues)
    assert [word for _, word in words_in([burst for burst in bursts if burst.start_s >= ended_s])] == [words.GOODBYE]
    assert seen.pressed_s + 1.0 <= ended_s <= seen.pressed_s + 1.1
    assert not worn.motor.high


def assert_lifted(log: SessionLog) -> None:
    """The log is whole, and holds both sets."""
    assert (log.damaged, log.missing, log.faults) == (0, (), ())
    assert log.valid.all()
    assert log.end.name == "button"
    assert [each.reps for each in log.lifting.counted_sets()] == [REPS] * SETS
    told = [cue.word for cue in log.cues]
    tell(f"words {told}, {len(log.lifting.reps)} reps, {log.end.blocks} blocks")
    assert told.count(words.DONE) == 1  # the second set ends with the session


def assert_well(seen: Outside, hello: Hello, status: Status) -> None:
    """The band keeps its promises of time and room."""
    assert seen.begun_s <= READY_S
    assert max(seen.shares.values()) <= AWAKE_SHARE
    assert hello.free_ram_bytes >= FREE_RAM
    assert status.lost_blocks == 0
    assert status.worst_armed_us <= ARMED_US
