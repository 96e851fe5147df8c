"""What people do between sets: each an activity that moves the band and works the muscle without being a repetition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from buzzband.recordings.model import Samples
from buzzband.recordings.synth.activation import RATE_HZ, REST, smooth_step
from buzzband.recordings.synth.movement import Motion
from buzzband.recordings.synth.noise import band_noise, band_noises
from buzzband.recordings.synth.placement import Habit

FADE_S = 0.6  # an activity begins and ends in so much time, with the limb hanging
STEP_HZ = 1.8
SHOCK_HZ = 14.0  # of what hits the floor: a heel, a weight; it dies away within a fifth of a second
SHOCK_S = 0.04
SHOCK_M = 0.0004  # 0.3 g at SHOCK_HZ
SECOND_LIFT_S = 3.0  # with less time a weight is lifted once


@dataclass(frozen=True, eq=False)
class Scene:
    """A piece of life at 100 Hz: the segment's motion, and the muscle's activation, ``level`` of shape (n,)."""

    motion: Motion
    level: Samples


@dataclass(frozen=True)
class Activity:
    """Something to do: how often in comparison with others, how long, and how it is done."""

    name: str
    weight: float
    lasts_s: tuple[float, float]
    act: Callable[[int, Habit, np.random.Generator], Scene]


@dataclass(frozen=True)
class Doing:
    """What was done from when to when."""

    name: str
    start_s: float
    end_s: float


def stand(n: int, habit: Habit, rng: np.random.Generator) -> Scene:
    """Return a limb that hangs, or for once stays somewhere else: arms crossed, a hand on the hip, sitting."""
    where_deg = habit.lift_deg * rng.choice([0.0, 0.0, 1.0]) * rng.uniform([-0.4, -0.4, 0.5], [0.4, 0.4, 1.5])
    return Scene(Motion(_within(n)[:, np.newaxis] * where_deg, np.zeros((n, 3))), np.full(n, REST))


def fidget(n: int, habit: Habit, rng: np.random.Generator) -> Scene:
    """Return small movements about all axes, some of them with a little effort, and shifts of weight."""
    within = _within(n)
    stir = within * np.clip(band_noise(n, RATE_HZ, (0.1, 0.5), rng), 0, 2)
    turn = 0.1 * habit.swing_deg * stir[:, np.newaxis] * band_noises(n, 3, RATE_HZ, (0.3, 2.0), rng)
    path = 0.015 * within[:, np.newaxis] * band_noises(n, 3, RATE_HZ, (0.1, 0.8), rng)
    level = REST + 0.03 * stir * np.abs(band_noise(n, RATE_HZ, (0.2, 2.0), rng))
    return Scene(Motion(turn, path), np.clip(level, 0, 1))


def walk(n: int, habit: Habit, rng: np.random.Generator) -> Scene:
    """Return steps: the limb swings once in two of them, the body bounces with each, the heel knocks."""
    step_hz = STEP_HZ * (1 + 0.06 * rng.standard_normal()) * (1 + 0.03 * band_noise(n, RATE_HZ, (0.05, 0.5), rng))
    steps = np.cumsum(step_hz) / RATE_HZ + rng.uniform()
    stride, step = np.pi * steps, 2 * np.pi * steps
    within = _within(n)[:, np.newaxis]
    swing = habit.swing_deg / 2 * (np.sin(stride) + 0.15 * np.sin(step + 1))
    aside = habit.swing_deg / 10 * rng.standard_normal(2)
    turn = np.column_stack([aside[0] * np.sin(stride + 0.5), aside[1] * np.cos(stride), swing])
    down = 0.02 * np.cos(step) + _shock((steps % 1) / step_hz)
    path = np.column_stack([down, 0.01 * np.sin(step), 0.02 * np.sin(stride)])
    level = REST + 0.03 * within[:, 0] * np.clip(np.sin(stride), 0, 1)
    return Scene(Motion(within * turn, within * path), level)


def rerack(n: int, habit: Habit, rng: np.random.Generator) -> Scene:
    """Return a weight picked up and put down, once or twice: no two movements alike."""
    if n < SECOND_LIFT_S * RATE_HZ or rng.uniform() < 0.5:
        return _lift(n, habit, rng)
    first, second = _lift(n // 2, habit, rng), _lift(n - n // 2, habit, rng)
    turn = np.concatenate([first.motion.turn_deg, second.motion.turn_deg])
    path = np.concatenate([first.motion.path_m, second.motion.path_m])
    return Scene(Motion(turn, path), np.concatenate([first.level, second.level]))


def _lift(n: int, habit: Habit, rng: np.random.Generator) -> Scene:
    """Return one weight picked up, moved and put down."""
    pieces = rng.uniform(0.6, 1.4, 4)
    knots_s = np.concatenate([[0.0], np.cumsum(pieces) / pieces.sum()]) * n / RATE_HZ
    turns = habit.lift_deg * rng.uniform(0.2, 1.0, (3, 1)) * np.array([0.3, 0.4, 1.0]) * rng.choice([-1, 1, 1], (3, 3))
    turn = np.column_stack([_course(knots_s, [0, *axis, 0], n) for axis in turns.T])
    path = np.column_stack([_course(knots_s, [0, *rng.uniform(-0.2, 0.3, 3), 0], n) for _ in range(3)])
    path[:, 0] += 2 * _shock(np.arange(n) / RATE_HZ - knots_s[3])
    return Scene(Motion(turn, path), _course(knots_s, [REST, *rng.uniform(0.1, 0.6, 3), REST], n))


def drink(n: int, habit: Habit, rng: np.random.Generator) -> Scene:
    """Return a bottle raised to the mouth, held there and put down, with little effort."""
    raised = smooth_step(np.arange(n) / (0.25 * n)) * smooth_step((n - 1 - np.arange(n)) / (0.25 * n))
    axis = np.array([0.2, -0.2, 1.0]) * rng.uniform(0.8, 1.2, 3)
    return Scene(
        Motion(habit.drink_deg * raised[:, np.newaxis] * axis, np.zeros((n, 3))),
        REST + rng.uniform(0.03, 0.15) * raised,
    )


def _within(n: int) -> Samples:
    """Return 1, rising from 0 and falling to 0 at the ends; shape (n,)."""
    from_end_s = np.minimum(np.arange(n), np.arange(n)[::-1]) / RATE_HZ
    return smooth_step(from_end_s / FADE_S)


def _shock(since_s: Samples) -> Samples:
    """Return in metres how a body shakes at a time after it was hit, same shape."""
    after = np.maximum(since_s, 0)
    shock: Samples = SHOCK_M * np.exp(-after / SHOCK_S) * np.sin(2 * np.pi * SHOCK_HZ * after)
    return shock


def _course(knots_s: Samples, values: Sequence[float], n: int) -> Samples:
    """Return minimum-jerk movements through ``values`` at ``knots_s``, shape (n,)."""
    times_s = np.arange(n) / RATE_HZ
    after = np.clip(np.searchsorted(knots_s, times_s, side="right"), 1, len(knots_s) - 1)
    share = smooth_step((times_s - knots_s[after - 1]) / (knots_s[after] - knots_s[after - 1]))
    course: Samples = np.array(values)[after - 1] + share * np.diff(values)[after - 1]
    return course


STAND = Activity("standing", 0.35, (3.0, 40.0), stand)
FIDGET = Activity("fidgeting", 0.2, (3.0, 15.0), fidget)
WALK = Activity("walking", 0.2, (4.0, 40.0), walk)
RERACK = Activity("re-racking", 0.15, (2.0, 4.0), rerack)
DRINK = Activity("drinking", 0.1, (3.0, 8.0), drink)
GYM = (STAND, FIDGET, WALK, RERACK, DRINK)


def live(
    start_s: float, end_s: float, activities: Sequence[Activity], habit: Habit, rng: np.random.Generator
) -> list[tuple[Doing, Scene]]:
    """Return activities drawn by their weights, one after the other, until the next would be cut too short."""
    weights = np.array([activity.weight for activity in activities])
    lived: list[tuple[Doing, Scene]] = []
    while True:
        activity = activities[int(rng.choice(len(activities), p=weights / weights.sum()))]
        stop_s = min(start_s + rng.uniform(*activity.lasts_s), end_s)
        if stop_s < start_s + activity.lasts_s[0]:
            return lived
        scene = activity.act(round((stop_s - start_s) * RATE_HZ), habit, rng)
        lived.append((Doing(activity.name, start_s, stop_s), scene))
        start_s = stop_s
