"""The band does not feel its own buzz: it neither latches on it nor takes it for a contraction."""

import numpy as np
import pytest

from builders import (
    FULL_EFFORT,
    MID_SCALE,
    blocks_of,
    calibrated,
    chain_envelope,
    codes,
    cue_times_s,
    decided,
    effort,
    muscle,
    tell,
)
from buzzband.recordings import synth
from buzzband_fw.core.activation import new_scale, permille
from buzzband_fw.core.pipeline import Pipeline
from closed_loop import run_closed_loop

LEAK = 0.6 * FULL_EFFORT
MOTOR_HZ = pytest.mark.parametrize("motor_hz", [175.0, 200.0, 235.0])
TARGET_PERCENT = pytest.mark.parametrize("target_percent", [20, 50])
REPS = 6
# on and off in s: as in a set, and so short that the motor still runs when the muscle has let go
CADENCES = pytest.mark.parametrize(("on_s", "off_s", "rise_s"), [(3.0, 2.0, 0.3), (0.4, 0.8, 0.15)])


@MOTOR_HZ
@TARGET_PERCENT
@CADENCES
def test_one_cue_for_each_contraction_with_the_motor_shaking_the_electrodes(
    motor_hz, target_percent, on_s, off_s, rise_s
):
    activation = synth.contractions([0.8] * REPS, on_s=on_s, off_s=off_s, rise_s=rise_s)
    raw, settings = codes(muscle(activation, seed=5)), calibrated(target_percent)
    clean = cue_times_s(decided(raw, settings))
    starts = off_s + np.arange(REPS) * (on_s + off_s)
    for rise_ms, coast_ms in ((60, 90), (100, 120)):
        motor = synth.Motor(4800, frequency_hz=motor_hz, amplitude=LEAK, rise_ms=rise_ms, coast_ms=coast_ms)
        shaken = cue_times_s(run_closed_loop(raw, settings, motor))
        tell(f"{motor_hz:g} Hz, target {target_percent} %, {on_s:g} s: {len(clean)} cues clean, {len(shaken)} shaken")
        assert len(shaken) == len(clean) == REPS
        assert (shaken >= starts).all()
        assert (shaken <= starts + on_s + 0.1).all()  # the envelope lags by 85 ms: none falls into the rest


def peak_permille(signal, settings):
    envelope = int(chain_envelope(codes(signal)).max())
    return permille(envelope, new_scale(settings.rest, settings.reference))


@pytest.mark.parametrize(("motor_hz", "least", "most"), [(175.0, 200, 270), (200.0, 100, 160), (235.0, 60, 120)])
def test_at_rest_the_leak_alone_would_be_a_fair_part_of_full_effort(motor_hz, least, most):
    motor, settings = synth.Motor(4800, frequency_hz=motor_hz, amplitude=LEAK), calibrated(50)
    shaken = np.concatenate([motor.block(False, 4800), motor.block(True, 2400), motor.block(False, 4800)])
    reached = peak_permille(shaken + effort(synth.REST, 2.5, seed=6), settings)
    tell(f"a leak of 0.6 of full effort at {motor_hz:g} Hz reads {reached} permille")
    assert least < reached < most


def words_around_a_buzz(blanked):
    """The words at rest while the motor says half a second of something else, target 20 %."""
    settings, motor = calibrated(20), synth.Motor(4800, amplitude=LEAK)
    rest = effort(synth.REST, 4, seed=7) + MID_SCALE
    pipeline, words = Pipeline(64, settings.mains_hz, settings.rest, settings.reference, settings.target_permille), 0
    for index, block in enumerate(blocks_of(rest)):
        on = 100 <= index < 150
        if blanked and index == 100:
            pipeline.cue.blank(500)
        words += pipeline.process((np.array(block) + motor.block(on, 48)).round().astype(int).tolist(), 0)
    return words


def test_another_words_buzz_at_rest_gives_no_cue_because_it_blanks():
    assert words_around_a_buzz(blanked=True) == 0
    assert words_around_a_buzz(blanked=False) > 0
