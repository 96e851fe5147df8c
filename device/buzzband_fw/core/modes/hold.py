"""Hold: a pulse when the target is reached, one for each second that it is held, a long one at the goal.

The clock runs while the activation is at 80 % of the target or more, and through a blank if both sides of it are. It
stands below that. The hold is over as the target re-arms: after 300 ms below 60 %. The next one begins anew.
"""

from buzzband_fw.core.activation import envelope_at
from buzzband_fw.core.hold import HOLD_PERCENT
from buzzband_fw.core.modes import mode
from buzzband_fw.core.portable import const, int32s, micropython, ptr32
from buzzband_fw.core.target import REARM_PERCENT, RISE_MS
from buzzband_fw.core.words import DONE, ON_TARGET, SILENCE

TICK_MS = const(1000)

_STEP_MS = const(10)
_REARM_MS = const(300)
_REACH = const(0)
_HOLD = const(1)
_REARM = const(2)
_GOAL_MS = const(3)
_STAGE = const(4)
_HELD_MS = const(5)
_TICK_MS = const(6)  # of the next tick
_BELOW_MS = const(7)
_BLANK_MS = const(8)  # that the hold may have lasted through
_SETTLED = const(9)  # blocks since then
_SETTLING = const(9)  # the envelope stood still in the blank: in 90 ms it falls by two thirds

_IDLE = const(0)  # stages: waits for the muscle to rest, for the target, holds, has reached the goal
_ARMED = const(1)
_HOLDING = const(2)
_REACHED = const(3)

TICKED = const(1)  # what the kernel returns: begun or a second more; the goal
AT_GOAL = const(2)


@micropython.viper
def holding(envelope: int, state: ptr32) -> int:
    """Take the envelope 10 ms after the last one, or after a blank; return TICKED, AT_GOAL or 0."""
    stage = state[_STAGE]
    if stage == _ARMED:
        if envelope < state[_REACH]:
            return 0
        state[_STAGE] = _HOLDING
        state[_HELD_MS] = 0
        state[_TICK_MS] = 1000
        state[_BELOW_MS] = 0
        state[_BLANK_MS] = 0
        state[_SETTLED] = 0
        return 1
    if envelope < state[_HOLD]:
        state[_BLANK_MS] = 0
        state[_SETTLED] = 0
    if envelope < state[_REARM]:
        state[_BELOW_MS] += _STEP_MS
        if state[_BELOW_MS] >= _REARM_MS:
            state[_STAGE] = _ARMED
        return 0
    state[_BELOW_MS] = 0
    if stage != _HOLDING:
        return 0
    if envelope < state[_HOLD]:
        return 0
    held = state[_HELD_MS] + _STEP_MS
    if state[_BLANK_MS] > 0:
        state[_SETTLED] += 1
        if state[_SETTLED] >= _SETTLING:
            held += state[_BLANK_MS]
            state[_BLANK_MS] = 0
            state[_SETTLED] = 0
    state[_HELD_MS] = held
    if held >= state[_GOAL_MS]:
        state[_STAGE] = _REACHED
        return 2
    if held < state[_TICK_MS]:
        return 0
    state[_TICK_MS] = held - held % 1000 + 1000
    return 1


class Mode(mode.Mode):
    """See the module."""

    def __init__(self, scale, target_permille, settings=None, exercise=None):
        mode.Mode.__init__(self, scale, target_permille, settings, exercise)
        goal_ms = TICK_MS * (10 if settings is None else settings.hold_s)
        self.kernel = holding
        self.gate = int32s((0, 0, 0, goal_ms, _IDLE, 0, 0, 0, 0, 0))
        self.retarget(target_permille)

    def due(self, what):
        """Return ON_TARGET for a tick, DONE for the goal."""
        return DONE if what == AT_GOAL else ON_TARGET

    def rep_told(self, sets):
        """Return silence: holds are not reps."""
        return SILENCE

    def set_over(self, sets):
        """Return silence: DONE is the word for the goal."""
        return SILENCE

    def at_work(self):
        """Return whether a hold or a set goes on."""
        return self.in_set or self.gate[_STAGE] == _HOLDING

    def skip(self, ms):
        """Let the clock run on, if the hold turns out to go on."""
        if self.gate[_STAGE] == _HOLDING:
            self.gate[_BLANK_MS] += ms
            self.gate[_SETTLED] = 0

    def lapse(self):
        """Give the hold up: what is felt now may be no muscle. What is held once it can be felt again, begins anew."""
        self.gate[_STAGE] = _ARMED
        self.gate[_BELOW_MS] = self.gate[_BLANK_MS] = 0

    def retarget(self, target_permille):
        """Move the target, and what goes by it."""
        self.target_permille = target_permille
        for index, percent in ((_REACH, 100), (_HOLD, HOLD_PERCENT), (_REARM, REARM_PERCENT)):
            self.gate[index] = envelope_at(target_permille * percent // 100, self._scale)

    def clear_ms(self, gated):
        """Return for how long no word can be due: the clock is known, and so is when the next hold may begin."""
        gate = self.gate
        if gate[_STAGE] == _ARMED:
            return RISE_MS if gated * 4 < gate[_REACH] else 0
        rearm_ms = max(_REARM_MS - gate[_BELOW_MS], _STEP_MS)
        if gate[_STAGE] != _HOLDING:
            return rearm_ms
        tick_ms = min(gate[_TICK_MS], gate[_GOAL_MS]) - gate[_HELD_MS] - gate[_BLANK_MS] - _STEP_MS
        return min(max(tick_ms, 0), rearm_ms)
