"""Target: says once, per contraction, that the muscle has reached the activation the wearer aims for."""

from buzzband_fw.core.activation import envelope_at
from buzzband_fw.core.portable import const, int32s, micropython, ptr32

STEP_MS = const(10)
REARM_MS = const(300)
REARM_PERCENT = const(60)
RISE_MS = const(20)  # whole blocks of 85 ms ln(2.75 / 2) = 27 ms: see ``clear_ms``

_REACH = const(0)
_REARM = const(1)
_ARMED = const(2)
_BELOW_MS = const(3)


def new_state(scale, target_permille):
    """Return the state for a target on the wearer's scale; it arms once the muscle has been seen at rest."""
    state = int32s((0, 0, 0, 0))
    retarget(state, scale, target_permille)
    return state


def retarget(state, scale, target_permille):
    """Move the target; whether it is armed stays."""
    state[_REACH] = envelope_at(target_permille, scale)
    state[_REARM] = envelope_at(target_permille * REARM_PERCENT // 100, scale)


@micropython.viper
def reached(envelope: int, state: ptr32) -> int:
    """Take the envelope 10 ms after the last one and return 1 if it is the first to reach the target.

    Re-arms after 300 ms below 60 % of the target: of the rules tried on real recordings the one in the middle of those
    that give one cue for every contraction and no second one (docs/how-it-works.md). Envelopes from while the motor
    runs are not to be passed.
    """
    if state[_ARMED]:
        if envelope < state[_REACH]:
            return 0
        state[_ARMED] = 0
        state[_BELOW_MS] = 0
        return 1
    if envelope >= state[_REARM]:
        state[_BELOW_MS] = 0
        return 0
    state[_BELOW_MS] += STEP_MS
    if state[_BELOW_MS] >= REARM_MS:
        state[_ARMED] = 1
    return 0


@micropython.viper
def clear_ms(envelope: int, state: ptr32) -> int:
    """Return for how long the target cannot be reached: 0 if that may happen with the next envelope.

    Before it is armed, the rest of the 300 ms. Armed and far below, the time that the gated envelope needs to rise from
    a quarter of the target to all of it when the muscle starts with three times the target.
    """
    if not state[_ARMED]:
        return REARM_MS - state[_BELOW_MS]
    if envelope * 4 < state[_REACH]:
        return RISE_MS
    return 0
