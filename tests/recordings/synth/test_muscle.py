import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt, welch

from buzzband.recordings import synth

# share of a biceps' power in per cent: references/emg.md; the rest lies below 20 and above 260 Hz
BICEPS_SHARES = [(20, 50, 24), (50, 100, 46), (100, 140, 10), (140, 260, 7)]


def emg_at(level, duration_s=20.0, rate_hz=1200, seed=0):
    return synth.emg(synth.constant(level, duration_s), rate_hz, np.random.default_rng(seed))


def envelope(signal, rate_hz):
    return sosfiltfilt(butter(2, 2, fs=rate_hz, output="sos"), np.abs(signal))


def test_the_same_seed_gives_the_same_emg():
    assert np.array_equal(emg_at(0.5, 2.0, seed=7), emg_at(0.5, 2.0, seed=7))


def test_another_seed_gives_another_emg():
    one, other = emg_at(0.5, 20.0, seed=7), emg_at(0.5, 20.0, seed=8)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


@pytest.mark.parametrize("rate_hz", [1000, 1200, 4800])
def test_full_activation_has_rms_1_at_any_rate(rate_hz):
    assert np.std(emg_at(1.0, rate_hz=rate_hz)) == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("rate_hz", [1000, 4800])
@pytest.mark.parametrize("level", [0.3, 0.6, 1.0])
def test_power_is_spread_over_frequency_as_in_a_biceps(level, rate_hz):
    frequency, power = welch(emg_at(level, rate_hz=rate_hz), rate_hz, nperseg=rate_hz)
    for low, high, share in BICEPS_SHARES:
        found = 100 * power[(frequency >= low) & (frequency < high)].sum() / power.sum()
        assert found == pytest.approx(share, abs=8), f"{low}..{high} Hz"


@pytest.mark.parametrize("seed", range(3))
def test_the_rectified_mean_rises_in_a_straight_line_with_activation(seed):
    levels = np.linspace(0.05, 1, 20)
    means = [np.abs(emg_at(level, 10.0, seed=seed)).mean() for level in levels]
    assert np.corrcoef(levels, means)[0, 1] >= 0.98
    assert (np.diff(means) > 0).all()


def test_the_envelope_follows_the_activation():
    activation = synth.contractions([0.3, 0.8, 0.5, 1.0], on_s=3, off_s=2)
    signal = synth.emg(activation, 1000, np.random.default_rng(0))
    truth = activation.at(np.arange(len(signal)) / 1000)
    assert np.corrcoef(envelope(signal, 1000), truth)[0, 1] >= 0.9


def test_no_activation_gives_no_emg():
    assert not emg_at(0.0, 1.0).any()


def test_emg_has_no_offset():
    assert abs(emg_at(1.0).mean()) < 0.01


def test_emg_does_not_depend_on_the_rate_at_which_the_activation_is_given():
    slow = synth.emg(synth.constant(0.5, 4.0, rate_hz=10), 1000, np.random.default_rng(0))
    fast = synth.emg(synth.constant(0.5, 4.0, rate_hz=4800), 1000, np.random.default_rng(0))
    assert np.array_equal(slow, fast)


def test_rates_rise_in_a_line_from_8_to_between_30_and_35_hz():
    excitation = np.linspace(0, synth.BICEPS.highest_excitation, 5000)
    for unit in (0, 50, 99):
        rates = synth.BICEPS.firing_hz(excitation, unit)
        firing = rates[rates > 0]
        assert firing[0] == pytest.approx(8, abs=0.02)
        assert 30 <= firing[-1] <= 35
        assert (np.diff(firing) >= 0).all()


def test_thresholds_span_the_range_of_30_exponentially():
    ratios = synth.BICEPS.thresholds[1:] / synth.BICEPS.thresholds[:-1]
    assert np.ptp(ratios) < 1e-9
    assert synth.BICEPS.thresholds[-1] == pytest.approx(30)


def test_a_lone_unit_fires_at_intervals_that_vary_by_20_per_cent():
    muscle = synth.Muscle(units=1, potentials=((2, 2.5),))
    signal = synth.emg(synth.constant(1.0, 60.0), 1000, np.random.default_rng(0), muscle)
    strong = np.abs(signal) > 0.9 * np.abs(signal).max()
    starts = np.flatnonzero(np.diff(strong.astype(int)) == 1)
    intervals = np.diff(starts)
    assert 1000 / intervals.mean() == pytest.approx(30, abs=5.5)
    assert intervals.std() / intervals.mean() == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize("units", [1, 3, 250])
def test_any_number_of_units_is_scaled_to_full_effort(units):
    signal = synth.emg(synth.constant(1.0, 20.0), 1000, np.random.default_rng(0), synth.Muscle(units=units))
    assert np.std(signal) == pytest.approx(1, rel=0.1)


def test_a_recording_shorter_than_an_action_potential_is_made_all_the_same():
    assert len(emg_at(1.0, 0.01)) == 12
