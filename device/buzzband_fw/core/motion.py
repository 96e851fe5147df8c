"""Motion: an IMU's frames and the muscle's activation as positions that go up and down with each rep.

frames -> move -> tilt along, turn about each axis -> feel -> how far from the pose of rest
activation ---------------------------------------------> -> muscle

Gravity tells how the limb is tilted. The gyro, integrated, also tells what gravity cannot see, turning about the
vertical. The muscle goes up and down where the limb hardly turns.
"""

from buzzband_fw.core.portable import const, int32s, micropython, ptr16, ptr32

STEP_MS = const(20)  # a step takes two frames at 100 Hz
STEP_BLOCKS = const(2)
STEP_VALUES = const(12)  # two frames of ax, ay, az at 4096 LSB/g; gx, gy, gz at 32.8 LSB/(°/s)

SOURCES = const(9)  # of positions: tilt x y z, turn x y z, tilt and turn away from rest, muscle
TILT = const(0)
TURN = const(3)
AWAY = const(6)
MUSCLE = const(8)
PER_DEGREE = const(51)  # of turning: 65.6 · 50 / 64
PER_TILTED_DEGREE = const(71)  # 4096 π / 180; less the further, for away from rest is the chord, not the arc
SPEED = const(21)  # index of the speed of turning about the fastest axis
SPEED_PER_DPS = const(65)
REST = const(27)  # index of the pose of rest, six positions
DELAY_STEPS = const(6)  # of two averages in a row, 2^2 - 1 steps each

_SMOOTHED = const(6)  # behind the first averages: the second ones
_SLOW = const(12)
_BIAS = const(15)
_ANGLE = const(18)
_STARTED = const(22)
_STILL = const(23)
_LEARNT = const(24)
_MUSCLE = const(25)
_REST = const(27)
_SIZE = const(33)

_AXES = const(3)
_VALUES = const(6)
_AVERAGE = const(2)  # 2^2 steps: 80 ms
_SLOWLY = const(5)  # 0.64 s
_LEAK = const(11)  # 41 s: what is left of a bias does not add up for ever
_SCALE = const(6)  # of angles over positions
_BIAS_FRACTION = const(8)
_STILL_BAND = const(164)  # 2.5 °/s about the slow average
_BIAS_MAX = const(1640)  # 25 °/s: more than the zero-rate offset of any of these gyros
_STILL_STEPS = const(25)
_LEARNING = const(100)  # the bias is the mean of the first 2 s in which the limb is still
_FOLLOWING = const(4096)  # and then follows in 82 s: a limb that moves comes back, so its mean speed is the bias
_POSITION_MAX = const(16383)
_ANGLE_MAX = const(1048512)
_PERMILLE_MAX = const(4000)
_MUSCLE_FAST = const(2)
_MUSCLE_SLOW = const(3)
_TURN = const(3)
_AWAY = const(6)
_LAST = const(8)
_SPEED = const(21)
_DEVIATION_MAX = const(8191)


def new_state():
    """Return the state before the first frame."""
    return int32s([0] * _SIZE)


@micropython.viper
def move(frames: ptr16, state: ptr32, positions: ptr32):
    """Take the two frames of a step and write tilt and turn, both within 2^14.

    What counts is the sum of both frames: 8192 to 1 g, 65.6 to 1 °/s. It goes into two averages in a row, 80 ms each,
    scaled by 2^2: within 2^19. The first step starts them all. Tilt: gravity along each axis, 4096 to 1 g. Turn: the
    integral of the speed less the gyro's bias, 51 to 1°; it leaks with a time constant of 41 s. The bias is the mean of
    the first 2 s of stillness, and follows slowly from then on.
    """
    for i in range(_VALUES):
        # signed, whether the array says so or not
        x = ((frames[i] & 0xFFFF) ^ 0x8000) + ((frames[i + _VALUES] & 0xFFFF) ^ 0x8000) - 0x10000
        if state[_STARTED] == 0:
            state[i] = x << _AVERAGE
            state[i + _SMOOTHED] = x << _AVERAGE
            if i >= _AXES:
                state[i - _AXES + _SLOW] = x << _SLOWLY
        state[i] += x - (state[i] >> _AVERAGE)
        state[i + _SMOOTHED] += (state[i] >> _AVERAGE) - (state[i + _SMOOTHED] >> _AVERAGE)
    state[_STARTED] = 1
    still = 1
    fastest = 0
    for axis in range(_AXES):
        tilt = state[axis + _SMOOTHED] >> (_AVERAGE + 1)
        if tilt > _POSITION_MAX:
            tilt = _POSITION_MAX
        elif tilt < 0 - _POSITION_MAX:
            tilt = 0 - _POSITION_MAX
        positions[axis] = tilt
        speed = state[axis + _AXES + _SMOOTHED] >> _AVERAGE
        slow = state[axis + _SLOW] >> _SLOWLY
        state[axis + _SLOW] += speed - slow
        if speed - slow > _STILL_BAND or slow - speed > _STILL_BAND or slow > _BIAS_MAX or slow < 0 - _BIAS_MAX:
            still = 0
        speed -= state[axis + _BIAS] >> _BIAS_FRACTION
        angle = state[axis + _ANGLE]
        angle += speed - (angle >> _LEAK)
        if angle > _ANGLE_MAX:
            angle = _ANGLE_MAX
        elif angle < 0 - _ANGLE_MAX:
            angle = 0 - _ANGLE_MAX
        state[axis + _ANGLE] = angle
        positions[axis + _TURN] = angle >> _SCALE
        if speed < 0:
            speed = 0 - speed
        if speed > fastest:
            fastest = speed
    state[_SPEED] = fastest
    state[_STILL] = (state[_STILL] + 1) * still
    over = _FOLLOWING
    if state[_LEARNT] < _LEARNING:
        if state[_STILL] <= _STILL_STEPS:
            return
        state[_LEARNT] += 1
        over = state[_LEARNT]
    for axis in range(_AXES):
        speed = state[axis + _AXES + _SMOOTHED] << (_BIAS_FRACTION - _AVERAGE)
        state[axis + _BIAS] += (speed - state[axis + _BIAS]) // over


@micropython.viper
def feel(permille: int, state: ptr32, positions: ptr32):
    """Take the activation, and write how far the limb is from its pose of rest, and the muscle's position.

    How far: the root of the sum of squares, by Newton's method from one and a half times the largest; within 2^14. The
    pose of rest: six positions at ``state[REST]``. The activation goes into two averages in a row, 80 and 160 ms; the
    position is 4 to 1 permille, up to 2^14.
    """
    for kind in range(2):
        largest = 0
        total = 0
        for axis in range(_AXES * kind, _AXES * kind + _AXES):
            d = (positions[axis] - state[axis + _REST]) >> 1
            if d < 0:
                d = 0 - d
            if d > _DEVIATION_MAX:
                d = _DEVIATION_MAX
            if d > largest:
                largest = d
            total += d * d
        root = largest + (largest >> 1) + 1
        for _ in range(3):
            root = (root + total // root + 1) >> 1
        positions[_AWAY + kind] = root << 1
    if permille > _PERMILLE_MAX:
        permille = _PERMILLE_MAX
    state[_MUSCLE] += (permille << 2) - (state[_MUSCLE] >> _MUSCLE_FAST)
    state[_MUSCLE + 1] += (state[_MUSCLE] >> _MUSCLE_FAST) - (state[_MUSCLE + 1] >> _MUSCLE_SLOW)
    positions[_LAST] = state[_MUSCLE + 1] >> _MUSCLE_SLOW
