"""The same source gives the same numbers on every interpreter."""

import numpy as np
import pytest

from buzzband.engines import Blocks, Settings
from buzzband.engines.cpython import run_core
from buzzband.engines.micropython import replay_core
from buzzband.recordings.adc import digitise
from buzzband.recordings.examples import example
from pico_bench import PicoBench

SETTINGS = Settings(mains_hz=50, rest=265, reference=29522, target_permille=500)
SECONDS = 20


@pytest.fixture(scope="module")
def raw() -> np.ndarray:
    """The first 20 s of a real recording: five flexions of a biceps."""
    return digitise(example("fatigue").channels[0]).raw[: SECONDS * 4800]


@pytest.fixture(scope="module")
def expected(raw: np.ndarray) -> Blocks:
    return run_core(raw, SETTINGS, trace=True)


def assert_same(found: Blocks, expected: Blocks) -> None:
    assert expected.samples is not None
    assert expected.samples.shape == (SECONDS * 100, 2, 12)
    assert np.count_nonzero(expected.word) == 5
    for name in ("samples", "envelope", "gated", "flags", "word"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


@pytest.mark.real_data
@pytest.mark.usefixtures("micropython_port")
def test_micropython_gives_every_envelope_sample_of_a_real_recording(raw: np.ndarray, expected: Blocks) -> None:
    assert_same(replay_core(raw, SETTINGS, trace=True), expected)


@pytest.mark.real_data
@pytest.mark.long
@pytest.mark.pico(2.5)
def test_the_pico_gives_every_envelope_sample_of_a_real_recording(
    raw: np.ndarray, expected: Blocks, pico_bench: PicoBench
) -> None:
    assert_same(pico_bench.replay(raw, SETTINGS), expected)
