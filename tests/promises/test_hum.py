"""Hum as large as the muscle leaves the envelope its contrast, and every contraction its cue."""

import numpy as np
import pytest

from builders import FULL_EFFORT, calibrated, chain_envelope, codes, cue_times_s, decided, muscle, tell
from buzzband.recordings import synth

CONTRAST_MIN = 5
MAINS = pytest.mark.parametrize("mains_hz", [50, 60])
SHIFTS = pytest.mark.parametrize("shift_hz", [-0.2, 0.0, 0.2])
REPS = synth.contractions([1.0] * 4, on_s=3.0, off_s=3.0)


def hum(n, hz, share, seed=1):
    """Hum whose fundamental has ``share`` of the RMS of full effort, with 0.3 of that at its third harmonic."""
    return synth.hum(
        n,
        4800,
        np.random.default_rng(seed),
        hz=hz,
        amplitude=share * FULL_EFFORT,
        drift_hz=0,
        harmonics=(1.0, 0.0, 0.3),
    )


def contrast(signal, mains_hz):
    """Mean envelope in full contractions over that at rest; a second after the end of each the filters have settled."""
    envelope = chain_envelope(codes(signal), mains_hz)
    at = np.arange(len(envelope)) / 1200
    level = REPS.at(at)
    settled = (at > 1) & (at % 6 > 1) & (at % 6 < 3)
    return envelope[level > 0.99].mean() / envelope[settled].mean()


@MAINS
@SHIFTS
def test_hum_as_large_as_the_muscle_leaves_a_contrast_of_5(mains_hz, shift_hz):
    emg = muscle(REPS, seed=8)
    found = contrast(emg + hum(len(emg), mains_hz + shift_hz, 1.0), mains_hz)
    tell(f"hum at {mains_hz + shift_hz:g} Hz as large as the muscle: contrast {found:.1f}")
    assert found >= CONTRAST_MIN


def test_with_the_comb_for_the_other_mains_there_is_next_to_none():
    emg = muscle(REPS, seed=8)
    found = contrast(emg + hum(len(emg), 50, 1.0), 60)
    tell(f"hum at 50 Hz through the comb for 60 Hz: contrast {found:.1f}")
    assert found < 2


def test_exact_hum_leaves_the_contrast_as_it_is_without():
    emg = muscle(REPS, seed=8)
    assert contrast(emg + hum(len(emg), 50, 1.0), 50) > 0.9 * contrast(emg, 50)


@MAINS
@SHIFTS
@pytest.mark.parametrize(("share", "moved_s"), [(0.2, 0.03), (1.0, 0.15)])
def test_hum_as_large_as_the_muscle_leaves_every_cue(mains_hz, shift_hz, share, moved_s):
    emg, settings = muscle(REPS, seed=8), calibrated(50, mains_hz=mains_hz)
    clean = cue_times_s(decided(codes(emg), settings))
    hummed = cue_times_s(decided(codes(emg + hum(len(emg), mains_hz + shift_hz, share)), settings))
    assert len(hummed) == len(clean) == 4
    moved = np.abs(hummed - clean).max()
    tell(f"hum of {share:g} at {mains_hz + shift_hz:g} Hz moves a cue by at most {moved * 1000:.0f} ms")
    assert moved <= moved_s
