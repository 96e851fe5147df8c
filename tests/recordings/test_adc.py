"""A recording as the converter's codes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband.errors import BadSamples
from buzzband.recordings import adc
from buzzband.recordings.adc import auto_gain, digitise
from buzzband.recordings.model import Channel

RATES_HZ = (500, 1000, 2000, 10_000)


def channel(samples: object, rate_hz: float = 1000.0) -> Channel:
    return Channel("EMG", rate_hz, np.asarray(samples, np.float64), "mV")


def sine(hz: float, rate_hz: float, seconds: float = 4.0) -> np.ndarray:
    wave: np.ndarray = np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)
    return wave


def noise(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


def amplitude(codes: np.ndarray, hz: float) -> float:
    """Of that frequency, without the first and the last half second."""
    inner = codes[2400:-2400].astype(float) - 2048
    return float(2 * abs(np.mean(inner * np.exp(-2j * np.pi * hz * np.arange(len(inner)) / 4800))))


def test_samples_at_4800_hz_are_kept_as_they_are() -> None:
    values = np.array([-2048, -1000.4, -0.6, 0, 0.4, 999.6, 2048.4])  # their mean is 0 to within 0.03
    assert digitise(channel(values, 4800), gain=1.0).raw.tolist() == [0, 1048, 2047, 2048, 2048, 3048, 4095]


def test_the_mean_becomes_mid_scale() -> None:
    assert digitise(channel([100.0, 102.0] * 2400, 4800), gain=10.0).raw.tolist() == [2038, 2058] * 2400


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("hz", [30, 100, 140])
def test_a_sine_keeps_its_amplitude_to_1_percent(rate_hz: float, hz: float) -> None:
    raw = digitise(channel(sine(hz, rate_hz), rate_hz), gain=1000.0).raw
    assert amplitude(raw, hz) == pytest.approx(1000, rel=0.01)


@pytest.mark.parametrize("rate_hz", [*RATES_HZ, 100, 999.97, 1925.93, 44_100, 100_000])
def test_the_length_is_kept(rate_hz: float) -> None:
    raw = digitise(channel(noise(round(3 * rate_hz)), rate_hz)).raw
    assert len(raw) == pytest.approx(round(3 * rate_hz) / rate_hz * 4800, abs=1)


@pytest.mark.parametrize("rate_hz", [500, 1000, 1925.93, 4800, 10_000])
@pytest.mark.parametrize("pieces", [1, 2, 3, 8])
def test_piece_by_piece_gives_the_same_as_at_once(rate_hz: float, pieces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = digitise(channel(noise(5003), rate_hz))
    monkeypatch.setattr(adc, "_CHUNK_SAMPLES", -(-5003 // pieces))
    parts = digitise(channel(noise(5003), rate_hz))
    assert parts.gain == whole.gain
    assert parts.raw.tolist() == whole.raw.tolist()


@given(
    samples=st.lists(st.floats(-1e99, 1e99), min_size=1, max_size=200),
    rate_hz=st.sampled_from([100.0, 1000.0, 4800.0, 10_000.0]),
    gain=st.none() | st.floats(1e-12, 1e12),
)
def test_codes_lie_within_12_bits(samples: list[float], rate_hz: float, gain: float | None) -> None:
    made = digitise(channel(samples, rate_hz), gain)
    assert made.raw.dtype == np.uint16
    assert made.raw.max(initial=0) <= 4095
    assert np.isfinite(made.gain)
    assert made.gain > 0


@pytest.mark.parametrize("rate_hz", [500, 1000, 4800, 10_000])
def test_what_is_too_large_stays_at_the_rail(rate_hz: float) -> None:
    square = np.sign(sine(2, rate_hz) + 1e-9)
    raw = digitise(channel(square, rate_hz), gain=1e9).raw
    assert np.mean((raw == 0) | (raw == 4095)) > 0.99


@pytest.mark.parametrize("level", [0.0, 1.0, 1.2345, -7e9, 1e-310])
@pytest.mark.parametrize("rate_hz", [500, 1000, 4800, 10_000])
def test_a_flat_line_has_gain_1_and_stays_flat(level: float, rate_hz: float) -> None:
    made = digitise(channel(np.full(20_000, level), rate_hz))
    assert made.gain == 1.0
    assert set(made.raw.tolist()) == {2048}


def test_auto_gain_looks_at_the_99_9th_percentile_of_what_is_left_without_the_mean() -> None:
    samples = np.zeros(10_000)
    samples[::2] = 3.0  # the mean is 1.5, and so is every distance from it
    samples[1] = 1e3
    assert auto_gain(channel(samples)) == pytest.approx(0.6 * 2048 / 1.5, rel=0.1)


@pytest.mark.parametrize("scale", [1e-90, 1e-6, 1e6, 1e90])
def test_auto_gain_makes_up_for_any_unit(scale: float) -> None:
    plain, scaled = digitise(channel(noise(5000))), digitise(channel(scale * noise(5000)))
    assert scaled.gain * scale == pytest.approx(plain.gain)
    assert np.abs(scaled.raw.astype(int) - plain.raw).max() <= 1


@pytest.mark.parametrize("offset", [-1e4, 1.0, 32768.0])
def test_an_offset_leaves_no_trace_at_the_ends(offset: float) -> None:
    plain = digitise(channel(noise(3000)), gain=300.0)
    moved = digitise(channel(noise(3000) + offset), gain=300.0)
    assert np.abs(moved.raw.astype(int) - plain.raw).max() <= 1


@pytest.mark.parametrize("large", [1.1e100, -1.1e100, 1e308])
def test_numbers_that_no_signal_can_hold_are_refused_by_channel(large: float) -> None:
    with pytest.raises(BadSamples, match=r"'EMG'.*1\.?1?e\+") as raised:
        digitise(channel([0.0, large]))
    assert raised.value.hint


def test_the_recording_itself_is_left_as_it_was() -> None:
    samples = noise(5000)
    kept = samples.copy()
    digitise(channel(samples, 4800), gain=1e9)
    assert (samples == kept).all()
