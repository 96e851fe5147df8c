"""Placement: hot and cold while the band is slid over the muscle, and a signature that tells the place again.

The finder ticks like a Geiger counter: while the wearer squeezes lightly, the closer the muscle's envelope comes to the
best so far, the sooner the next tick. It listens only while the motor is silent.

A signature is what a calibration measured, in logarithms, and how the band lay. At the next wearing ``nearness``
compares: span and zero crossings fall with the distance from where they were best; gravity across the limb tells how
far the band is turned about it, if the limb was held level both times. How well, and what it takes:
docs/calibration.md.
"""

from buzzband_fw.core import words
from buzzband_fw.core.activation import SPAN_MIN
from buzzband_fw.core.cue import AFTER_MOTOR_MS
from buzzband_fw.core.portable import const, int32s
from buzzband_fw.core.words import SILENCE, duration_ms

NEAR = const(1)  # what ``nearness`` tells
OFF = const(2)
UNSURE = const(3)

COLD = const(1)  # what the finder's ``heat`` tells; 0 is a muscle at rest
WARM = const(2)
HOT = const(3)

_BLOCK_MS = const(10)
_LISTEN_BLOCKS = (300, 240, 90, 30)  # for each heat: 3 s at rest, which is silent, then 2.4, 0.9, 0.3 s
_HOT_PERCENT = const(80)  # of the best so far: at 1 cm from the middle of a muscle 92 % is left, at 3 cm 49 %
_WARM_PERCENT = const(55)
_FADES = const(7)  # the best fades by 2^-7 with each look, so that one hard squeeze does not hide all that follows
_SQUEEZED = const(2)  # times rest
_FAULTS = const(3)  # rail, flat: core/quality.py

_LOG_BITS = const(8)
_SPAN = const(0)  # of a signature
_CROSSINGS = const(1)
_GRAVITY = const(3)
_GRAVITY_SHIFT = const(6)
_ACROSS_MIN = const(32)  # half of gravity, with that shift: the limb is within 60° of level
_NEAR_SCORE = const(205)  # a factor of 1.74 in span alone, or 2.7 cm about a limb of 32 cm
_OFF_SCORE = const(215)


def log2(value):
    """Return 256 log2 of a positive integer below 2^28, rounded down: by squaring, a bit at a time."""
    whole = 0
    while value >> whole > 1:
        whole += 1
    mantissa = value << 14 >> whole if whole <= 14 else value >> whole - 14
    for _ in range(_LOG_BITS):
        mantissa = mantissa * mantissa >> 14
        whole <<= 1
        if mantissa >> 15:
            mantissa >>= 1
            whole += 1
    return whole


def signature(rest, reference, crossings_hz, gravity):
    """Return what to keep of a calibration: log2 of span, zero crossings and contrast, and gravity, in 64ths.

    ``gravity``: along x, y, z at rest, 4096 to 1 g (the first positions of core/motion.py), x along the limb; None
    without an IMU. ``crossings_hz``: 0 if not counted.
    """
    span = max(reference - rest, SPAN_MIN)
    kept = [log2(span), log2(max(crossings_hz, 1)), log2(max(reference * 16 // max(rest, 1), 1))]
    return kept + [gravity[axis] >> _GRAVITY_SHIFT if gravity else 0 for axis in range(3)]


def nearness(then, now):
    """Return NEAR, OFF or UNSURE for two signatures: the root of the sum of squares of all that they tell."""
    span = min(abs(now[_SPAN] - then[_SPAN]), 8191)
    crossings = 0
    if then[_CROSSINGS] and now[_CROSSINGS]:
        crossings = min(2 * abs(now[_CROSSINGS] - then[_CROSSINGS]), 8191)
    turn = turned(then, now)
    if turn is None:
        turn = 0
    score = span * span + crossings * crossings + turn * turn
    if score < _NEAR_SCORE * _NEAR_SCORE:
        return NEAR
    return OFF if score >= _OFF_SCORE * _OFF_SCORE else UNSURE


def turned(then, now):
    """Return how far the band has turned about the limb: 75 to 1 cm on a limb of 32 cm, None where nobody knows.

    Gravity's components across the limb turn with the band. A limb that hangs has none.
    """
    y, z = then[_GRAVITY + 1], then[_GRAVITY + 2]
    v, w = now[_GRAVITY + 1], now[_GRAVITY + 2]
    least = _ACROSS_MIN * _ACROSS_MIN
    if y * y + z * z < least or v * v + w * w < least:
        return None
    along = y * v + z * w
    across = abs(y * w - z * v)
    if along <= across >> 2:
        return 8191  # 76° or more
    return min(across * 384 // along, 8191)  # 1 cm is 11°, a tangent of 50 / 256


class Finder:
    """Hot and cold. ``heat``: COLD, WARM or HOT against the ``best`` so far; 0 while the muscle is at rest."""

    def __init__(self, rest=0):
        """``rest``: the envelope of a muscle at rest if it is known; else the least that is heard counts as that."""
        self.heat = self.best = 0
        self._rest = rest
        self._state = int32s((0, 0, 0))  # blocks of deafness left, blocks heard, their sum
        self._said_off = False

    def step(self, envelope, flags):
        """Take envelope and the flags of core/cue.py after 10 ms; return what is due: a tick, or SENSOR_OFF."""
        state = self._state
        if state[0]:
            state[0] -= 1
            return SILENCE
        if flags & _FAULTS:
            state[1] = state[2] = 0
            if self._said_off:
                return SILENCE
            self._said_off = True
            return self._say(words.SENSOR_OFF)
        self._said_off = False
        state[1] += 1
        state[2] += envelope
        if state[1] % _LISTEN_BLOCKS[HOT]:
            return SILENCE
        heat = self._look(state[2] // state[1])
        if not heat and state[1] < _LISTEN_BLOCKS[0]:
            return SILENCE
        if state[1] < _LISTEN_BLOCKS[heat]:
            return SILENCE
        state[1] = state[2] = 0
        return self._say(words.ON_TARGET) if heat else SILENCE

    def _look(self, mean):
        """Take the mean of what has been heard since the last tick."""
        if not self._rest or mean < self._rest:
            self._rest = max(mean, 1)
        if mean < _SQUEEZED * self._rest:
            self.heat = 0
            return 0
        self.best = max(self.best - (self.best >> _FADES), mean)
        percent = mean * 100 // self.best
        self.heat = HOT if percent >= _HOT_PERCENT else WARM if percent >= _WARM_PERCENT else COLD
        return self.heat

    def _say(self, word):
        self._state[0] = (duration_ms(word) + AFTER_MOTOR_MS + _BLOCK_MS - 1) // _BLOCK_MS
        return word
