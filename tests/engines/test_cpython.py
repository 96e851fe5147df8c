import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.engines import Settings
from buzzband.engines.cpython import condition, run_core
from buzzband_fw.core.pipeline import Pipeline

SETTINGS = Settings(mains_hz=50, rest=200, reference=9000, target_permille=400)


def bursts(blocks: int, seed: int) -> np.ndarray:
    """Noise that swells and fades every two seconds, long enough for words, blanking and quality windows."""
    rng = np.random.default_rng(seed)
    level = 15 + 400 * np.maximum(0, np.sin(np.arange(blocks * 48) / 4800 * np.pi)) ** 2
    return np.clip(rng.normal(2048, level), 0, 4095).astype(np.uint16)


@settings(max_examples=20, deadline=None)
@given(blocks=st.integers(0, 700), seed=st.integers(0, 1000))
def test_window_by_window_gives_what_the_band_gives_block_by_block(blocks: int, seed: int) -> None:
    raw = bursts(blocks, seed)
    pipeline = Pipeline(1 << 20, SETTINGS.mains_hz, SETTINGS.rest, SETTINGS.reference, SETTINGS.target_permille)
    ring = raw.tolist()
    told = []
    for index in range(blocks):
        word = pipeline.process(ring, index * 48)
        told.append((pipeline.envelope, pipeline.cue.gated, pipeline.cue.flags, word))
    found = run_core(raw, SETTINGS)
    assert list(zip(found.envelope, found.gated, found.flags, found.word, strict=True)) == told


def test_the_test_above_sees_words_and_blanks() -> None:
    found = run_core(bursts(700, 1), SETTINGS)
    assert np.count_nonzero(found.word) >= 2
    assert np.count_nonzero(found.flags & 8) == 24 * np.count_nonzero(found.word)


def test_a_last_block_that_is_not_whole_is_left_out() -> None:
    assert len(run_core(bursts(3, 1)[:-1], SETTINGS)) == 2


def test_nothing_gives_nothing() -> None:
    assert len(run_core(np.zeros(0, np.uint16), SETTINGS, trace=True)) == 0


def test_a_trace_holds_both_envelopes_and_the_gated_one_stands_still_while_blanked() -> None:
    found = run_core(bursts(400, 2), SETTINGS, trace=True)
    assert found.samples is not None
    np.testing.assert_array_equal(found.samples[:, 0, -1], found.envelope)
    np.testing.assert_array_equal(found.samples[:, 1, -1], found.gated)
    blanked = np.flatnonzero(found.flags & 8)
    assert len(blanked)
    np.testing.assert_array_equal(found.samples[blanked, 1], found.samples[blanked - 1, 1])


@pytest.mark.parametrize("blocks", [1, 25, 30])
def test_progress_ends_at_one(blocks: int) -> None:
    shares: list[float] = []
    condition(bursts(blocks, 1), 50, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
