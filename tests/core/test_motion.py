import math

import numpy as np
import pytest

from builders import course, steps_of, turning
from buzzband_fw.core import motion
from buzzband_fw.core.motion import AWAY, MUSCLE, PER_DEGREE, REST, SOURCES, SPEED, SPEED_PER_DPS, TILT, TURN

G = 4096
DPS = 32.8
AXES = pytest.mark.parametrize("axis", [0, 1, 2])
STEPS_PER_S = 50
BIAS = 15
BIAS_PER_DPS = 2 * DPS * (1 << 8)


def felt(acc=(G, 0, 0), dps=(0, 0, 0), seconds=1.0):
    """The steps of a limb that feels the same all the time."""
    frame = [*acc, *(round(DPS * speed) for speed in dps)]
    return [frame * 2] * round(seconds * STEPS_PER_S)


def placed(*parts, learns=True):
    """The state, and the positions after each step."""
    state, positions, found = motion.new_state(), [0] * SOURCES, []
    for frames in (step for part in parts for step in part):
        motion.move(frames, state, positions)
        if not learns:
            state[BIAS : BIAS + 3] = [0, 0, 0]
        found.append(list(positions))
    return state, np.array(found)


def resting(pose):
    """The state in which ``pose`` is that of rest."""
    state = motion.new_state()
    state[REST : REST + 6] = pose
    return state


@AXES
def test_1_g_along_an_axis_is_a_tilt_of_4096_from_the_first_step_on(axis):
    acc = [G * (other == axis) for other in range(3)]
    _, positions = placed(felt(acc))
    assert positions[[0, -1], TILT : TILT + 3].tolist() == [acc, acc]


def test_a_tilt_beyond_4_g_stays_at_the_limit():
    _, positions = placed(felt((32767, -32768, 0)))
    assert positions[-1, :3].tolist() == [16383, -16383, 0]


@AXES
def test_a_turn_of_90_degrees_is_90_degrees(axis):
    dps = [90 * (other == axis) for other in range(3)]
    _, positions = placed(felt(seconds=1), felt(dps=dps, seconds=1), felt(seconds=0.5))
    assert positions[-1, TURN + axis] / PER_DEGREE == pytest.approx(90, rel=0.025)


def test_the_speed_is_that_of_the_fastest_axis():
    state, _ = placed(felt(seconds=1), felt(dps=(20, -200, 100), seconds=0.8))
    assert state[SPEED] / SPEED_PER_DPS == pytest.approx(200, rel=0.02)


def test_a_movement_is_seen_6_steps_late():
    _, positions = placed(steps_of(turning(course((2, 0), (2, 80), (1, 80)))))
    half = np.argmax(positions[:, TURN + 2] > 40 * PER_DEGREE)
    assert half - 3 * STEPS_PER_S == pytest.approx(motion.DELAY_STEPS, abs=1)


def test_a_gyro_that_is_off_is_learnt_in_2_s_of_stillness_and_turns_nothing_then():
    _, positions = placed(felt(dps=(10, -10, 5), seconds=30))
    turned = positions[10 * STEPS_PER_S :, TURN : TURN + 3] - positions[3 * STEPS_PER_S, TURN : TURN + 3]
    learnt = positions[3 * STEPS_PER_S, TURN : TURN + 3]
    assert np.abs(turned).max() < np.abs(learnt).max()  # what came before it was learnt leaks away
    assert np.abs(np.diff(positions[3 * STEPS_PER_S :, TURN : TURN + 3], axis=0)).max() <= 1


def test_what_has_been_learnt_follows_in_82_s():
    state, _ = placed(felt(dps=(10, 0, 0), seconds=3), felt(dps=(12, 0, 0), seconds=82))
    assert state[BIAS] / BIAS_PER_DPS == pytest.approx(12 - 2 / math.e, abs=0.1)


def test_more_than_25_degrees_a_second_is_no_bias():
    _, positions = placed(felt(dps=(30, 0, 0), seconds=4))
    assert positions[-1, TURN] / PER_DEGREE == pytest.approx(4 * 30, rel=0.08)


def test_a_limb_that_moves_is_not_taken_for_still():
    moving = steps_of(turning(course(*[(1, 60), (1, 0)] * 5)))
    state, _ = placed(moving)
    assert state[BIAS : BIAS + 3] == [0, 0, 0]


def test_of_a_turn_a_third_is_left_after_41_s():
    _, positions = placed(felt(dps=(0, 0, 90), seconds=1), felt(seconds=42), learns=False)
    turned, left = positions[75, TURN + 2], positions[75 + 41 * STEPS_PER_S, TURN + 2]
    assert left / turned == pytest.approx(1 / math.e, abs=0.01)


@pytest.mark.parametrize("raw", [32767, -32768])
def test_turning_on_and_on_at_full_scale_never_wraps(raw):
    _, positions = placed([[0, 0, 0, raw, raw, raw] * 2] * (40 * STEPS_PER_S))
    side = positions[:, TURN : TURN + 3] * np.sign(raw)
    assert (np.diff(side, axis=0) >= 0).all()
    assert side[-1].tolist() == [16383] * 3 if raw > 0 else [16384] * 3


def test_negative_values_may_come_unsigned():
    signed = steps_of(turning(course((1, 0), (1, -70))))
    unsigned = [[value & 0xFFFF for value in step] for step in signed]
    assert placed(signed)[1].tolist() == placed(unsigned)[1].tolist()


@pytest.mark.parametrize(
    "apart", [(0, 0, 0), (100, 0, 0), (3000, 4000, 0), (-5000, 5000, 5000), (2, -2, 2), (16000, -300, 40)]
)
def test_away_is_the_distance_from_rest(apart):
    rest = [500, -700, 900, 20, 30, -40]
    positions = [here + off for here, off in zip(rest, apart + apart[::-1], strict=True)] + [0, 0, 0]
    motion.feel(0, resting(rest), positions)
    distance = math.hypot(*apart)
    assert positions[AWAY : AWAY + 2] == pytest.approx([distance] * 2, rel=0.01, abs=4)


def test_away_ends_at_16382_along_each_axis():
    positions = [16383] * 6 + [0] * 3
    motion.feel(0, resting([-16384] * 6), positions)
    assert positions[AWAY] == pytest.approx(16382 * math.sqrt(3), rel=0.01)


def test_the_muscle_is_4_to_1_permille_after_half_a_second():
    state, positions = motion.new_state(), [0] * SOURCES
    for _ in range(STEPS_PER_S):
        motion.feel(500, state, positions)
    assert positions[MUSCLE] == pytest.approx(2000, rel=0.02)


def test_the_muscle_ends_at_4000_permille():
    state, positions = motion.new_state(), [0] * SOURCES
    for _ in range(4 * STEPS_PER_S):
        motion.feel(30_000, state, positions)
    assert 15_990 <= positions[MUSCLE] <= 16_000
