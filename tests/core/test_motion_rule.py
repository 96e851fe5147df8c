"""Motion's kernels do, to the unit, what their rule says in plain Python: averages, angles, stillness, distances."""

import random
from math import isqrt

import pytest

from buzzband_fw.core import motion
from buzzband_fw.core.motion import AWAY, MUSCLE, REST, SOURCES, SPEED, TILT, TURN

SPEED_MAX = 1640  # of a gyro that may be at rest, 25 °/s in the sum of two frames
STILL_WITHIN = 164  # 2.5 °/s
LEARNING_STEPS = 100


class Average:
    """The mean of the last ``2 ** shift`` steps or so, kept as so many times itself."""

    def __init__(self, shift, value):
        self.shift = shift
        self.sum = value << shift

    def take(self, value):
        self.sum += value - self.value
        return self.value

    @property
    def value(self):
        return self.sum >> self.shift


class Axis:
    """One axis of the gyro: its speed, less a bias in 256ths, and the angle that it has turned by."""

    def __init__(self, value):
        self.fast, self.smooth, self.slow = Average(2, value), Average(2, value), Average(5, value)
        self.angle = self.bias = self.speed = 0

    def take(self, value):
        """Return whether the axis may be at rest."""
        speed = self.smooth.take(self.fast.take(value))
        slow = self.slow.value
        self.slow.take(speed)
        self.speed = speed - (self.bias >> 8)
        self.angle = clipped(self.angle + self.speed - (self.angle >> 11), 16383 * 64)
        return abs(speed - slow) <= STILL_WITHIN and abs(slow) <= SPEED_MAX

    def learn(self, share):
        """Let the bias move towards the speed by one part of ``share``."""
        self.bias += (self.smooth.sum * 64 - self.bias) // share


class Limb:
    """Tilt, turn and speed as motion.py's docstrings tell."""

    def __init__(self):
        self.tilts = self.axes = None
        self.still = self.learnt = 0

    def take(self, sums):
        """Take the sums of both frames; return three tilts, three turns and the speed."""
        if self.axes is None:
            self.tilts = [(Average(2, value), Average(2, value)) for value in sums[:3]]
            self.axes = [Axis(value) for value in sums[3:]]
        for (fast, smooth), value in zip(self.tilts, sums[:3], strict=True):
            smooth.take(fast.take(value))
        resting = [axis.take(value) for axis, value in zip(self.axes, sums[3:], strict=True)]
        told = [clipped(smooth.sum >> 3, 16383) for _, smooth in self.tilts]
        told += [axis.angle >> 6 for axis in self.axes] + [max(abs(axis.speed) for axis in self.axes)]
        self.still = self.still + 1 if all(resting) else 0
        if self.learnt == LEARNING_STEPS:
            self._learn(4096)
        elif self.still > 25:
            self.learnt += 1
            self._learn(self.learnt)
        return told

    def _learn(self, share):
        for axis in self.axes:
            axis.learn(share)


def clipped(value, limit):
    return max(-limit, min(value, limit))


def course(seed):
    """Frames of a limb that is still, trembles about as much as one at rest may, and moves, with a gyro that is off."""
    chance = random.Random(seed)
    bias = [chance.choice((-820, -300, 0, 5, 820, 821)) for _ in range(3)]
    for _ in range(14):
        tremor = chance.choice((0, 0, 3, 75, 82, 90, 3000))
        held = [chance.randint(-5000, 5000) for _ in range(3)]
        held += [middle + chance.choice((0, 0, 0, -4000, 9000)) for middle in bias]
        for _ in range(chance.choice((20, 26, 60, 130, 250))):
            shake = chance.randint(-tremor, tremor)
            yield [value + shake for value in held] + [value - chance.randint(0, 1) for value in held]


def differences(frames):
    """Return the first step at which kernel and rule differ, with what both tell; None if they never do."""
    state, positions, limb = motion.new_state(), [0] * SOURCES, Limb()
    for number, frame in enumerate(frames):
        motion.move(frame, state, positions)
        told = [*positions[TILT : TILT + 3], *positions[TURN : TURN + 3], state[SPEED]]
        expected = limb.take([frame[i] + frame[i + 6] for i in range(6)])
        if told != expected:
            return number, told, expected
    return None


@pytest.mark.parametrize("seed", range(6))
def test_tilt_turn_and_speed_are_as_the_rule_says(seed):
    assert differences(course(seed)) is None


@pytest.mark.parametrize("raw", [820, 821, -820, -821])
def test_up_to_25_degrees_a_second_are_learnt(raw):
    rest = [0, 0, 4096, raw, 0, 0, 0, 0, 4096, 820 if raw > 0 else -820, 0, 0]
    assert differences([rest] * 200 + [[0] * 12] * 100) is None


@pytest.mark.parametrize("way", [1, -1])
def test_stillness_is_within_2_5_degrees_a_second_of_the_slow_average(way):
    """A limb that begins to turn evenly: the first average is ahead of the slow one by more each time."""
    for speed in range(196, 236):
        begins = [[0] * 12] * 20 + [[0, 0, 0, 0, way * speed, 0] + [0] * 6] * 50
        assert differences(begins) is None, speed


@pytest.mark.parametrize("values", [(32767, 32767), (-32768, -32768), (16384, -16384), (20000, -30000)])
def test_the_limits_are_as_the_rule_says(values):
    frame = [values[0]] * 3 + [values[1]] * 3
    assert differences([frame * 2] * 900 + [[-value // 2 for value in frame] * 2] * 300) is None


def test_the_distance_from_rest_is_the_root_of_the_sum_of_squares_to_2():
    chance = random.Random(3)
    for _ in range(300):
        size = chance.choice((3, 50, 1000, 16383))
        rest = [chance.randint(-size, size) for _ in range(6)]
        positions = [chance.randint(-size, size) for _ in range(6)] + [0] * 3
        state = motion.new_state()
        state[REST : REST + 6] = rest
        motion.feel(0, state, positions)
        for kind in (0, 1):
            apart = [abs(positions[axis] - rest[axis] >> 1) for axis in range(3 * kind, 3 * kind + 3)]
            root = isqrt(sum(min(each, 8191) ** 2 for each in apart))
            assert positions[AWAY + kind] % 2 == 0
            assert abs(positions[AWAY + kind] // 2 - root) <= 1


def test_the_muscle_is_in_two_averages_of_4_and_8_steps():
    chance = random.Random(4)
    fast, slow = Average(2, 0), Average(3, 0)
    state, positions = motion.new_state(), [0] * SOURCES
    for _ in range(400):
        permille = chance.choice((0, chance.randint(0, 1500), 3999, 4000, 4001, 9000))
        motion.feel(permille, state, positions)
        assert positions[MUSCLE] == slow.take(fast.take(4 * min(permille, 4000)))


def test_before_the_first_frame_nothing_is_known():
    assert not any(motion.new_state())
