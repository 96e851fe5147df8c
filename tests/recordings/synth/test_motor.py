import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.recordings import synth

RATE = 4800
BLOCK = 48  # 10 ms


def buzz(on_ms, off_ms, **options):
    """Return one buzz and what follows it, per 10 ms the largest |x|."""
    switched = np.arange((on_ms + off_ms) * RATE // 1000) < on_ms * RATE // 1000
    return synth.vibration(switched, RATE, **options)


def envelope(signal):
    return np.abs(signal).reshape(-1, 2 * BLOCK).max(axis=1)


def test_at_full_speed_it_has_its_frequency_and_its_rms():
    signal = buzz(1500, 0, frequency_hz=175, amplitude=0.4)[RATE // 2 :]
    spectrum = np.abs(np.fft.rfft(signal))
    assert signal.std() == pytest.approx(0.4, rel=0.01)
    assert spectrum.argmax() * RATE / len(signal) == pytest.approx(175, abs=1)


def test_it_rises_to_90_per_cent_in_its_rise_time():
    peaks = envelope(buzz(400, 0, amplitude=1, frequency_hz=235, rise_ms=60)) / np.sqrt(2)
    assert peaks[0] < 0.5
    assert peaks[2] < 0.92
    assert peaks[3] > 0.88
    assert peaks[10:] == pytest.approx(1, abs=0.05)


def test_it_coasts_to_10_per_cent_in_its_coasting_time():
    peaks = envelope(buzz(400, 300, amplitude=1, frequency_hz=235, coast_ms=100))[20:] / np.sqrt(2)
    assert peaks[2] > 0.25
    assert peaks[5] <= 0.101
    assert peaks[-1] < 0.002


def test_its_frequency_rises_with_its_speed():
    signal = buzz(1000, 0, rise_ms=200, frequency_hz=200)
    crossings = np.flatnonzero(np.diff(np.signbit(signal)))
    assert np.diff(crossings)[:5].mean() > 1.5 * np.diff(crossings)[-20:].mean()


def test_a_motor_that_is_off_is_silent():
    assert not synth.vibration(np.zeros(RATE, dtype=np.bool_), RATE).any()
    assert len(synth.vibration(np.zeros(0, dtype=np.bool_), RATE)) == 0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 200)), max_size=20))
def test_blocks_of_any_length_give_the_same_as_one_piece(blocks):
    motor = synth.Motor(RATE)
    pieces = [motor.block(on, n) for on, n in blocks]
    switched = np.concatenate([np.zeros(0, np.bool_), *(np.full(n, on) for on, n in blocks)])
    whole = synth.vibration(switched, RATE)
    assert np.concatenate([np.zeros(0), *pieces]) == pytest.approx(whole, abs=1e-9)


def test_a_rate_that_cannot_hold_the_vibration_is_refused():
    with pytest.raises(ValueError, match="175"):
        synth.Motor(300)
