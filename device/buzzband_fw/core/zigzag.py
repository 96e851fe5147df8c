"""Zigzag: finds the swings in positions that go up and down, however large, by a hysteresis that adapts to them.

A swing leads from one extreme to the next. It has *settled* as soon as the position rests at its far end or has begun
to come back; it has *turned* once it has come back so far that the extreme is certain.
"""

from buzzband_fw.core.motion import SOURCES
from buzzband_fw.core.portable import const, int32s, micropython, ptr16, ptr32

HISTORY_STEPS = const(512)  # 10 s
ACTIVATION = const(9)  # column of the history behind those of the sources
NO_VALUE = const(4096)  # flag in that column: the motor may have shaken the electrodes
OFFSET = const(32768)  # makes positions unsigned in the history
TURNED = const(9)  # the bit of source 0 among the events; that its swing has settled is bit 0

STRIDE = const(15)  # of the state of one source
DIRECTION = const(0)  # of the swing that is under way: 1 up, -1 down
BASE = const(1)  # where it comes from, when it was there, how far it has got, and when
EXTREME_AT = const(4)
AMPLITUDE = const(5)
FLOOR = const(6)
SETTLED = const(7)
LAST = const(8)  # the swing that has turned: base, when, extreme, when
LAST_EXTREME_AT = const(11)

_SOURCES = const(9)
_STEPS = const(512)
_MASK = const(511)
_ACTIVATION = const(9)
_OFFSET = const(32768)
_TURNED = const(9)
_STRIDE = const(15)
_DIRECTION = const(0)
_BASE = const(1)
_EXTREME = const(3)
_EXTREME_AT = const(4)
_AMPLITUDE = const(5)
_FLOOR = const(6)
_SETTLED = const(7)
_LAST = const(8)
_MARK = const(12)  # the last position that was clearly further, by a sixteenth of the swing, and when
_MARK_AT = const(13)
_SPREAD = const(14)  # of the last seconds but one
_REST_STEPS = const(18)  # 0.36 s without getting clearly further
_FORGET_STEPS = const(100)  # 2 s
_AWAY = const(6)  # the sources of core/motion.py that tell how far away the limb is, and where the pose of rest lies
_REST = const(27)
_LONG_STEPS = const(50)  # 1 s without getting further away
_LAST_EXTREME_AT = const(11)
_TURNED_0 = const(512)


def new_state(floors):
    """Return the state of all sources. ``floors``: the least swing of each that counts."""
    state = int32s([0] * (STRIDE * SOURCES))
    for source in range(SOURCES):
        state[source * STRIDE + DIRECTION] = 1
        state[source * STRIDE + FLOOR] = floors[source]
        state[source * STRIDE + _SPREAD] = 32767
    return state


@micropython.viper
def follow(positions: ptr32, activation: int, step: int, forget: int, state: ptr32, history: ptr16) -> int:
    """Take the positions at ``step`` and return which sources' swings have settled, bits 0 to 8, or turned, 9 to 17.

    A swing turns when the position has come back by three eighths of what swings are on average, at least by ``FLOOR``.
    If ``forget``, the average fades after 2 s without a new extreme.
    """
    history[_ACTIVATION * _STEPS + (step & _MASK)] = activation
    events = 0
    for source in range(_SOURCES):
        x = positions[source]
        history[source * _STEPS + (step & _MASK)] = x + _OFFSET
        s = source * _STRIDE
        amplitude = state[s + _AMPLITUDE]
        threshold = amplitude * 3 >> 3
        if threshold < state[s + _FLOOR]:
            threshold = state[s + _FLOOR]
        direction = state[s + _DIRECTION]
        swing = (state[s + _EXTREME] - state[s + _BASE]) * direction
        ahead = (x - state[s + _EXTREME]) * direction
        if step == 0:
            state[s + _BASE] = x
            ahead = 1
        if ahead > 0:
            state[s + _EXTREME] = x
            state[s + _EXTREME_AT] = step
            if (x - state[s + _MARK]) * direction << 4 > swing:
                state[s + _MARK] = x
                state[s + _MARK_AT] = step
        elif ahead + threshold < 0:
            if swing >= threshold:
                events |= 1 << (source + _TURNED)
                for i in range(4):
                    state[s + _LAST + i] = state[s + _BASE + i]
                if amplitude == 0:
                    state[s + _AMPLITUDE] = swing
                elif swing << 3 > amplitude * 5:
                    state[s + _AMPLITUDE] += (swing - amplitude) >> 2
                else:
                    state[s + _AMPLITUDE] -= amplitude >> 4
            state[s + _DIRECTION] = 0 - direction
            state[s + _BASE] = state[s + _EXTREME]
            state[s + _BASE + 1] = state[s + _EXTREME_AT]
            state[s + _EXTREME] = x
            state[s + _EXTREME_AT] = step
            state[s + _MARK] = x
            state[s + _MARK_AT] = step
            state[s + _SETTLED] = 0
            continue
        elif forget and step - state[s + _EXTREME_AT] > _FORGET_STEPS:
            state[s + _AMPLITUDE] = amplitude - (amplitude >> 4)
        if state[s + _SETTLED] == 0 and swing >= threshold and swing << 3 > amplitude * 5:
            if step - state[s + _MARK_AT] >= _REST_STEPS or swing + ahead * 6 < 0:
                state[s + _SETTLED] = 1
                events |= 1 << source
    return events


@micropython.viper
def find_floor(history: ptr16, source: int, step: int, count: int, state: ptr32, floor: int, least: int):
    """Let what counts as a swing follow from how still the limb was in the last seconds but one.

    It is 5/4 of what the positions differ by at most in the ``count`` steps before ``step``, or of what they did last
    time if that was less, from ``least`` to ``floor``.
    """
    low = 65535
    high = 0
    s = source * _STRIDE
    source *= _STEPS  # now its column: viper keeps the first three arguments in registers, and no other variable
    first = step - count
    while step > first:
        step -= 1
        x = history[source + (step & _MASK)]
        if x < low:
            low = x
        if x > high:
            high = x
    spread = high - low
    before = state[s + _SPREAD]
    state[s + _SPREAD] = spread
    if before < spread:
        spread = before
    spread = spread * 5 >> 2
    if spread > floor:
        spread = floor
    if spread < least:
        spread = least
    state[s + _FLOOR] = spread


@micropython.viper
def take_rest(events: int, idle: int, step: int, state: ptr32, history: ptr16, motion: ptr32):
    """Let the pose be that of rest where a way back has ended, or, if ``idle``, where the limb has long been still.

    ``events``: what ``follow`` has returned. ``motion``: the state of core/motion.py.
    """
    for kind in range(2):
        source = _AWAY + kind
        s = source * _STRIDE
        at = 0 - 1
        if events >> source & 1 and state[s + _DIRECTION] < 0:
            at = state[s + _EXTREME_AT]
        elif events >> source & _TURNED_0 and state[s + _DIRECTION] > 0:
            at = state[s + _LAST_EXTREME_AT]
        elif idle:
            if step - state[s + _EXTREME_AT] > _LONG_STEPS or step == 1:
                at = step
        if at >= 0:
            for axis in range(3 * kind, 3 * kind + 3):
                motion[_REST + axis] = history[axis * _STEPS + (at & _MASK)] - _OFFSET
