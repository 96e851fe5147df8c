"""Target: says once, per contraction, that the muscle has reached the activation the wearer aims for."""

from array import array

from buzzband_fw.core.portable import const, micropython, ptr32

STEP_MS = const(10)
REARM_MS = const(200)
REARM_PERCENT = const(60)

_TARGET = const(0)
_REARM = const(1)
_ARMED = const(2)
_BELOW_MS = const(3)
ARMED = const(2)  # index: 1 while the next crossing counts


def new_state(target_permille):
    """Return the state for a target; it arms once the muscle has been seen at rest."""
    return array("i", (target_permille, target_permille * REARM_PERCENT // 100, 0, 0))


@micropython.viper
def reached(permille: int, state: ptr32) -> int:
    """Take one clean activation value, 10 ms after the last, and return 1 if it is the first to reach the target.

    Re-arms after 200 ms below 60 % of the target: on real recordings the only rule of those tried that gave one cue for
    every contraction and no second one (docs/how-it-works.md). Values from while the motor runs are not to be passed.
    """
    if state[_ARMED]:
        if permille < state[_TARGET]:
            return 0
        state[_ARMED] = 0
        state[_BELOW_MS] = 0
        return 1
    if permille >= state[_REARM]:
        state[_BELOW_MS] = 0
        return 0
    state[_BELOW_MS] += STEP_MS
    if state[_BELOW_MS] >= REARM_MS:
        state[_ARMED] = 1
    return 0
