import numpy as np
import pytest

from buzzband.recordings import synth
from buzzband.recordings.adc import auto_gain, digitise

MADE = synth.build(synth.Session((synth.Set(reps=3), synth.Set(reps=2))), 1)


def within_sets(n, rate_hz, margin_s):
    """Which of ``n`` samples lie inside the sets of ``MADE``, or no further from them than the margin; shape (n,)."""
    times = np.arange(n) / rate_hz
    return np.any(
        [(times > one.start_s - margin_s) & (times < one.end_s + margin_s) for one in MADE.truth.sets], axis=0
    )


def test_without_imu_only_the_emg_is_left():
    made = synth.without_imu(MADE)
    assert [channel.label for channel in made.recording.channels] == ["EMG"]
    assert made.recording.channels[0] is MADE.recording.channels[0]


@pytest.mark.parametrize("lose", [synth.with_flat_emg, synth.with_railed_emg])
def test_an_emg_is_lost_in_the_sets_only_and_the_movement_stays(lose):
    made, good = lose(MADE).recording, MADE.recording
    outside = ~within_sets(len(good.channels[0].samples), 1000, 2.1)
    assert np.array_equal(made.channels[0].samples[outside], good.channels[0].samples[outside])
    assert not np.array_equal(made.channels[0].samples, good.channels[0].samples)
    assert made.channels[1:] == good.channels[1:]
    assert lose(MADE).truth is MADE.truth


def test_a_flat_emg_is_one_code_throughout_the_sets():
    channel = synth.with_flat_emg(MADE).recording.channels[0]
    assert not channel.samples[within_sets(len(channel.samples), 1000, 0)].any()


def test_a_railed_emg_is_at_the_ends_of_the_converter_throughout_the_sets():
    good, railed = MADE.recording.channels[0], synth.with_railed_emg(MADE).recording.channels[0]
    raw = digitise(railed, auto_gain(good)).raw
    lost = raw[within_sets(len(raw), 4800, 0)]
    assert np.mean((lost == 0) | (lost == 4095)) > 0.9
