"""The input that a logged activation came from, and a limb that turns by a logged angle."""

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from buzzband.recordings import restored
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.activation import permille as permille_of
from buzzband_fw.core.chain import BLOCK_SAMPLES
from buzzband_fw.core.envelope import new_state, smooth
from buzzband_fw.core.motion import AWAY, PER_DEGREE, feel, move
from buzzband_fw.core.motion import REST as REST_POSE
from buzzband_fw.core.motion import new_state as new_motion

REST, REFERENCE = 300, 12_000
SETTLED = 10  # values until the start is forgotten: the averages did not begin at rest on the first of them


def logged(permille: ArrayLike, rest: int = REST, reference: int = REFERENCE) -> list[int]:
    """What the core's own envelope of the restored input is, as the log would have it."""
    values = np.asarray(permille)
    rows = restored.rectified(values, np.ones(len(values), np.bool_), rest, reference)
    state, envelope, scale = new_state(), [0] * BLOCK_SAMPLES, new_scale(rest, reference)
    ends = [smooth(row, BLOCK_SAMPLES, state, envelope) for row in rows]
    return [permille_of(end, scale) for end in ends[1::2]]


def a_muscle(seconds: float, seed: int = 1, reference: int = REFERENCE) -> NDArray[np.int64]:
    """Activation after every second block of a rectified signal that swells and fades, in steps of four permille."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(seconds * 1200)) / 1200
    signal = (1 - np.cos(2 * np.pi * times / 3)) * np.abs(rng.standard_normal(len(times))) * reference / 32
    state, envelope, scale = new_state(), [0] * len(times), new_scale(REST, reference)
    smooth(signal.astype(int).tolist(), len(times), state, envelope)
    return np.array([permille_of(value, scale) for value in envelope[23::24]]) + 2 >> 2 << 2


@pytest.mark.parametrize("reference", [REST + 400, REFERENCE, 900_000])
def test_the_envelope_of_what_is_restored_is_that_of_the_log(reference: int) -> None:
    values = a_muscle(20, reference=reference)
    again = np.array(logged(values, reference=reference))
    assert values.max() > 400
    assert (again + 2 >> 2 << 2 == values)[SETTLED:].mean() > 0.99


def test_a_gap_is_a_straight_line() -> None:
    values, valid = np.full(100, 200), np.ones(100, np.bool_)
    values[50:] = 600
    values[40:60], valid[40:60] = 4000, False
    rows = np.array(list(restored.rectified(values, valid, 0, 16_000)))
    levels = rows.reshape(-1, 24).mean(axis=1)
    assert levels[10:35] == pytest.approx(200, abs=1)  # a bend is heard of some values before it
    assert np.diff(levels)[48:58] == pytest.approx(np.full(10, 400 / 21), abs=5)


def test_what_no_muscle_does_stays_within_what_the_averages_take() -> None:
    wild = np.tile([0, 4000], 50)
    rows = np.array(list(restored.rectified(wild, np.ones(100, np.bool_), 0, 1_048_575)))
    assert abs(rows).max() < 1 << 17


def test_a_limb_is_as_far_from_rest_as_the_log_says() -> None:
    angle = np.interp(np.arange(75), [20, 30, 45, 55], [0, 90, 90, 30]).astype(np.uint8)
    frames = restored.frames(angle, 8 * len(angle))
    state, positions, away = new_motion(), [0] * 9, []
    for step in frames.reshape(-1, 12).tolist():
        move(step, state, positions)
        if not away:
            state[REST_POSE : REST_POSE + 6] = positions[:6]
        feel(0, state, positions)
        away.append(positions[AWAY + 1] / PER_DEGREE)
    assert frames.shape == (600, 6)
    assert away[75] == pytest.approx(0, abs=1)
    assert away[175] == pytest.approx(90, abs=5)
    assert away[299] == pytest.approx(30, abs=6)
