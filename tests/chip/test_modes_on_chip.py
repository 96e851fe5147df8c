"""Every cue mode on the emulated chip: the core's words, in the log and at the motor's pin."""

import functools
from dataclasses import replace

import pytest

from app.lifter import MAINS_HZ, SETTLED_BLOCKS, TARGET_PERMILLE, Lifter
from builders import tell
from buzzband.engines.cpython import condition, run_core
from buzzband.engines.job import Settings, track
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.services import calibration
from buzzband.twin import Mpu6050Model
from buzzband_fw.core import words
from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.core.words import WITHHELD
from chip.feeling import assert_told
from chip.worn import awake_s, feel, link_to, logs

ARMED_US = 1500
BELOW_ARMED_US = 1600  # its word follows from an event: that turn takes more
AWAKE_SHARE = 0.15
BOOT_S = 2.5
ENDS_S = 1.5
TEMPO = synth.Tempo(0.6, 0.1, 0.7, 0.1)

# how many seconds of the set, what changes, and the words that come in it
SETS = {
    "reach": (6.5, {}, {words.ON_TARGET, words.TOO_FAST}),
    "below": (6.9, {"target_permille": 1600}, {words.FELL_SHORT, words.TOO_FAST}),
    "hold": (5.5, {"hold_s": 1}, {words.ON_TARGET, words.DONE}),
    "tempo": (8.8, {"tempo": "1-0-1"}, {words.ON_TARGET}),
    "faded": (6.5, {}, {words.ON_TARGET, words.TOO_FAST}),
    "steady": (4.7, {"steady_off_s": 1, "target_permille": 2000}, {words.FELL_SHORT}),
    "silent": (6.5, {}, {words.ON_TARGET | WITHHELD, words.TOO_FAST | WITHHELD}),
}


@functools.cache
def curls() -> Lifter:
    """A set of six."""
    session = synth.Session((synth.Set(reps=6, tempo=TEMPO),), lead_in_s=0.5, lead_out_s=0.5)
    made = synth.build(session, 3).recording
    raw = digitise(made.channels[0]).raw
    frames, _ = frames_of(made)
    assert frames is not None
    scale = calibration.from_recording(condition(raw, MAINS_HZ).envelope[SETTLED_BLOCKS:], None, None)
    return Lifter(raw, frames, Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE, "curl"))


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "mode",
    [pytest.param(mode, marks=pytest.mark.pico(BOOT_S + seconds + ENDS_S)) for mode, (seconds, *_) in SETS.items()],
)
def test_a_mode_says_at_the_motors_pin_and_in_the_log_what_the_core_says(twin, mode: str) -> None:
    seconds, changes, spoken = SETS[mode]
    settings = replace(curls().settings, mode=mode, **changes)
    raw = curls().raw[: int(100 * seconds) * BLOCK_RAW]
    expected = track(run_core(raw, settings, frames=curls().frames), settings).cues
    assert {word for _, word in expected} == spoken

    worn = twin(raw, settings.as_dict(), imu=Mpu6050Model(curls().frames.ravel()))
    feel(worn, 2400, BOOT_S)
    before_s, awake_before_s = worn.chip_s, awake_s(worn)
    feel(worn, len(raw), seconds)
    share = (awake_s(worn) - awake_before_s) / (worn.chip_s - before_s)
    said = worn.motor.bursts
    status = link_to(worn).status()
    worn.button.press(100)
    worn.run_for(ENDS_S - 0.5)

    (log,) = logs(worn)
    cues = tuple((cue.block, cue.word) for cue in log.cues if cue.block < len(raw) // BLOCK_RAW)
    assert cues == expected
    assert_told(said, [(worn.emg.time_s((block + 1) * BLOCK_RAW - 1), word) for block, word in cues])
    tell(f"{mode}: {cues}; awake {100 * share:.1f} %; {link_to(worn).hello()}; {status}")
    assert log.faults == ()
    assert status.lost_blocks == 0
    assert status.worst_armed_us <= (BELOW_ARMED_US if mode == "below" else ARMED_US)
    assert share <= AWAKE_SHARE
