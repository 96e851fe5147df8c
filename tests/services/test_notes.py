import numpy as np
import pytest

from buzzband.recordings import synth
from buzzband.services.notes import line_share
from services.builders import BURSTS, bursts, channel, ran, recording

RATE_HZ = 1000.0


def told(samples: np.ndarray, **options: object) -> str:
    return "\n".join(ran(recording(channel(samples, RATE_HZ)), **options).notes)


def sine(hz: float, amplitude: float, like: np.ndarray) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(len(like)) / RATE_HZ)


def test_a_clean_recording_needs_no_notes() -> None:
    assert told(bursts()) == ""


def test_noise_without_a_muscle_is_doubted() -> None:
    assert "times the rest" in told(np.random.default_rng(1).normal(size=20_000))


def test_effort_without_rest_is_doubted() -> None:
    emg = synth.emg(synth.constant(0.8, 20), RATE_HZ, np.random.default_rng(2))
    assert "no rest, in this channel" in told(emg)


@pytest.mark.parametrize(("mains_hz", "hum_hz"), [(50, 60), (60, 50)])
def test_hum_at_the_other_mains_is_named(mains_hz: int, hum_hz: int) -> None:
    hummed = bursts() + sine(hum_hz, 0.5, bursts())
    assert f"try --mains {hum_hz}" in told(hummed, mains_hz=mains_hz)
    assert "--mains" not in told(hummed, mains_hz=hum_hz)


@pytest.mark.parametrize("seed", range(5))
def test_emg_alone_has_little_power_at_either_mains(seed: int) -> None:
    emg = channel(bursts(seed=seed, count=10))
    assert max(line_share(emg, 50), line_share(emg, 60)) < 0.02


def test_a_rate_too_low_for_the_mains_holds_no_line() -> None:
    assert line_share(channel(np.ones(1000), 110), 60) == 0


def test_one_artefact_that_sets_the_reference_is_suspected() -> None:
    emg = bursts(count=5)
    emg[200:800] += sine(40, 20, emg[200:800])
    assert "artefact" in told(emg)
    clean = ran(recording(channel(bursts(count=5))))
    assert "artefact" not in told(emg, gain=clean.gain, reference=clean.calibration.reference)


def test_two_channels_of_one_name_are_told_apart_only_by_their_order() -> None:
    twins = recording(channel(bursts()), channel(bursts()))
    assert ran(twins).notes == ("Took the first of the channels that are all called EMG.",)


@pytest.mark.parametrize("hum", [1.0, 3.0])
def test_the_start_of_the_filters_is_neither_a_rep_nor_a_reference(hum: float) -> None:
    clean = ran(recording(channel(bursts())))
    hummed = ran(recording(channel(bursts() + sine(50, hum, bursts()) + 5)), gain=clean.gain)
    assert len(hummed.reps) == BURSTS
    assert hummed.calibration.reference == pytest.approx(clean.calibration.reference, rel=0.1)
