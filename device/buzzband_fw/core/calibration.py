"""Calibration on the arm, with no screen: guided rest, then three squeezes, then a grade or the reason for a refusal.

settle -> breathe in, breathe out ... still -> squeeze, release, squeeze, release, squeeze, release -> count
                                   |                                                                  |
                                   refused                                                            refused

It is stepped every 10 ms and tells which word is to be said then. What comes while the motor runs, and 120 ms after, is
left out of every measurement; at rest it tells how much of the motor the electrodes hear. Needed only now and then, so
nothing that stays in memory imports this module.
"""

from buzzband_fw.core import words
from buzzband_fw.core.activation import SPAN_MIN
from buzzband_fw.core.cue import AFTER_MOTOR_MS
from buzzband_fw.core.portable import const, int32s
from buzzband_fw.core.words import SILENCE, duration_ms

SATURATED = const(1)  # refusals, as they are counted out
HUM = const(2)
ELECTRODE_OFF = const(3)
WEAK = const(4)
MOVED = const(5)
SLIPPED = const(6)

SQUEEZES = const(3)
LIMIT_MS = const(26000)  # from start to result
CONTRAST_MIN = const(3)  # reference over rest; less leaves no room for a target
DISAGREE = const(2)  # times: people repeat a squeeze to within a fifth or so (docs/calibration.md)

_BLOCK_MS = const(10)
_WINDOW_BLOCKS = const(25)  # quality.WINDOW_BLOCKS
_SETTLE_BLOCKS = const(50)  # the filters' start
_BREATH_BLOCKS = const(400)  # 15 breaths a minute, that of calm people
_OUT_AT = const(200)
_BREATHS = const(2)
_BREATHS_MAX = const(3)
_STILL_WINDOWS = const(12)  # 3 s
_WINDOWS_MAX = const(48)
_STILL_SPEED = const(1625)  # 25 °/s: hold.STILL_DPS * motion.SPEED_PER_DPS
_QUIET_PERCENT = const(150)  # of the quietest windows but an eighth: what a resting muscle's means stay within
_QUIET_ABOVE = const(16)  # and a quarter of an ADC step, for a signal that is next to nothing

_SQUEEZE_BLOCKS = const(200)
_RELAX_BLOCKS = const(100)
_LAST_BLOCKS = const(40)  # a word ends with 400 ms of pause
_PART_BLOCKS = const(10)
_PARTS = const(5)  # the best 500 ms, every 100 ms

_RAILED_MAX = const(6)  # as quality.py has it
_FLAT = const(4800)
_SHIFT = const(8)  # so that sums over many windows stay within 2^27
_WINDOWS_HALVED = const(64)
_HUM_PER_SPAN = const(225)  # 300 samples * 8 * 3 / (2 * 16): from one and a half times the span on
_RAILING_HUM = const(28000)  # as a span: hum of a third of the converter's range; less does not reach both rails

_GOOD = const(6)  # contrasts of grades 2 and 3
_BEST = const(12)

_LEAK_PROMPTS = const(6)


def median(values, count):
    """Return the median of the first ``count`` values, the lower one of two."""
    ranked = sorted([values[index] for index in range(count)])
    return ranked[count - 1 >> 1]


def grade_of(contrast, evidence, span):
    """Return 1 to 3 by ``contrast`` in tenths, one less with half as much hum as would be refused."""
    grade = 1 + (contrast >= 10 * _GOOD) + (contrast >= 10 * _BEST)
    return max(grade - evidence.is_hum(span >> 1), 1)


class Evidence:
    """What speaks against a signal, from the counts of whole windows without motor.

    ``windows``: how many there were. ``railed``, ``flat``: how many of them.
    """

    def __init__(self):
        self.windows = self.railed = self.flat = 0
        self._removed = self._kept = 0

    def take(self, counts):
        """Take what ``Chain.drain`` gave for one window; return whether it is neither railed nor flat."""
        if self.windows == _WINDOWS_HALVED:  # what is old counts less, and no sum grows for ever
            self.windows >>= 1
            self.railed >>= 1
            self.flat >>= 1
            self._removed >>= 1
            self._kept >>= 1
        railed = counts[0] > _RAILED_MAX
        flat = counts[1] + counts[2] < _FLAT
        self.windows += 1
        self.railed += railed
        self.flat += flat
        self._removed += counts[1] >> _SHIFT
        self._kept += counts[2] >> _SHIFT
        return not railed and not flat

    def is_railed(self):
        """Return whether more than a quarter of the windows are: more than pops do."""
        return 4 * self.railed > self.windows

    def is_flat(self):
        """Return whether more than a quarter of the windows are."""
        return 4 * self.flat > self.windows

    def is_hum(self, span):
        """Return whether the mains is most of the power, as in quality.py, and one and a half times the span."""
        return self._removed * 8 > self._kept * 9 and self._removed >= (span * _HUM_PER_SPAN >> _SHIFT) * self.windows

    def is_beating(self):
        """Return whether what the comb leaves of the mains, 1/8 at 0.2 Hz off, may be most of what is left."""
        return self._removed > 6 * self._kept


class Listener:
    """Knows which blocks the motor spoils.

    ``deaf``: how many are still to come; ``loudest``: their highest envelope. ``clean``: how many have come since.
    """

    def __init__(self):
        self.deaf = self.clean = self.loudest = 0

    def hears(self, envelope):
        """Take a block; return whether it counts."""
        if self.deaf:
            self.deaf -= 1
            self.clean = 0
            self.loudest = max(self.loudest, envelope)
            return False
        self.clean += 1
        return True

    def say(self, word):
        """Be deaf while the motor says ``word`` and coasts; return the word."""
        self.deaf = (duration_ms(word) + AFTER_MOTOR_MS + _BLOCK_MS - 1) // _BLOCK_MS
        self.loudest = 0
        return word


class Rest:
    """Guided rest: two breaths on the motor, three if the wearer takes long to be still.

    ``done``: whether it is over, with ``rest``, the mean envelope, or with a ``refusal``. ``evidence``: of its windows.
    """

    def __init__(self, listener):
        self.done = False
        self.rest = self.refusal = 0
        self.evidence = Evidence()
        self._listener = listener
        self._at = -_SETTLE_BLOCKS
        self._sum = 0
        self._moved = False
        self._means = int32s([0] * _WINDOWS_MAX)
        self._count = self._still = 0
        self._shaken = 0  # windows in which the limb moved
        self._leaks = int32s([0] * _LEAK_PROMPTS)
        self._prompts = 0

    def step(self, envelope, speed):
        """Take envelope and speed after 10 ms; return the word that is due, if any."""
        listener = self._listener
        was_deaf = listener.deaf
        if listener.hears(envelope):
            self._sum += envelope
            if speed >= _STILL_SPEED:
                self._moved = True
        elif was_deaf == 1:
            self._leaks[self._prompts] = listener.loudest
            self._prompts += 1
        at = self._at
        self._at = at + 1
        if at < 0:
            return SILENCE
        if at >= _BREATHS * _BREATH_BLOCKS and (self._is_enough() or at >= _BREATHS_MAX * _BREATH_BLOCKS):
            self._end()
            return SILENCE
        at %= _BREATH_BLOCKS
        if at == 0:
            return listener.say(words.BREATHE_IN)
        return listener.say(words.BREATHE_OUT) if at == _OUT_AT else SILENCE

    def judge(self, counts):
        """Take the counts of the last 25 blocks."""
        total, moved = self._sum, self._moved
        self._sum = 0
        self._moved = False
        if self._at < _WINDOW_BLOCKS or self._listener.clean < _WINDOW_BLOCKS:
            return
        if moved:
            self._shaken += 1
        if self.evidence.take(counts) and not moved and self._count < _WINDOWS_MAX:
            self._keep(total // _WINDOW_BLOCKS)
            self._find_still()

    def leak(self):
        """Return how much the motor raised the envelope at rest, in its unit: the median of the prompts."""
        return max(median(self._leaks, self._prompts) - self.rest, 0) if self._prompts else 0

    def _keep(self, mean):
        """Keep the mean of a window, in order of size."""
        means = self._means
        index = self._count
        while index and means[index - 1] > mean:
            means[index] = means[index - 1]
            index -= 1
        means[index] = mean
        self._count += 1

    def _find_still(self):
        """Let rest be the mean of the windows that are hardly louder than the quietest.

        An eighth of them may be so by chance: of the one or two units that fire at rest, one pauses now and then.
        """
        means = self._means
        limit = means[self._count >> 3] * _QUIET_PERCENT // 100 + _QUIET_ABOVE
        total = still = 0
        while still < self._count and means[still] <= limit:
            total += means[still]
            still += 1
        self._still = still
        self.rest = total // still

    def _is_still(self):
        """Return whether 3 s were still, and most of the time: somebody who fidgets is quiet now and then, too."""
        return self._still >= _STILL_WINDOWS and 4 * self._still >= 3 * self._count

    def _is_enough(self):
        return self._is_still() or self.evidence.is_railed() or self.evidence.is_flat()

    def _end(self):
        self.done = True
        evidence = self.evidence
        if evidence.is_railed():
            self.refusal = HUM if evidence.is_hum(_RAILING_HUM) else SATURATED
        elif evidence.is_flat():
            self.refusal = ELECTRODE_OFF
        elif not self._is_still():  # with the limb at rest it is hum that beats against the comb
            self.refusal = HUM if evidence.is_beating() and 2 * self._shaken < evidence.windows else MOVED


class Procedure:
    """What leads to a reference: guided rest first, ``_begin`` after it, and a grade in the end, or a refusal.

    ``done``: whether there is a result: ``grade`` 1 to 3, or 0 and a ``refusal``. With a grade, ``rest`` and
    ``reference`` are what new settings need; without one, those from before stay valid. ``leak_permille``: what the
    motor adds at rest, of the span. ``contrast``: tenths.
    """

    def __init__(self):
        self.done = False
        self.grade = self.refusal = self.rest = self.reference = 0
        self.leak_permille = self.contrast = 0
        self._listener = Listener()
        self._resting = Rest(self._listener)
        self._evidence = Evidence()

    def _leave_rest(self):
        """Return the word that begins what comes after rest, or refuses."""
        self.rest = self._resting.rest
        self.refusal = self._resting.refusal
        if self.refusal:
            self.done = True
            return words.REFUSED + self.refusal
        return self._begin()

    def _conclude(self):
        """Grade the ``reference``, or refuse it; return the word that says so."""
        self.done = True
        resting = self._resting
        span = max(self.reference - self.rest, SPAN_MIN)
        self.leak_permille = resting.leak() * 1000 // span
        self.contrast = self.reference * 10 // max(self.rest, 1)
        self.refusal = self._refuse(span)
        if self.refusal:
            return words.REFUSED + self.refusal
        self.grade = grade_of(self.contrast, resting.evidence, span)
        return words.COUNT + self.grade

    def _is_weak(self):
        return self.contrast < 10 * CONTRAST_MIN or self.reference - self.rest < SPAN_MIN


class Calibration(Procedure):
    """Rest and three squeezes. ``crossings_hz``: zero crossings of the squeezes, 0 if nobody counts them."""

    def __init__(self):
        super().__init__()
        self.crossings_hz = 0
        self._best = int32s([0] * SQUEEZES)
        self._squeeze = -1  # the one that goes on, or the last
        self._holding = False  # between its prompt and its end
        self._left = 0  # blocks of it, or of the pause after it
        self._parts = int32s([0] * _PARTS)
        self._blocks = 0
        self._sum = 0  # of the part, and of the window
        self._window = 0
        self._crossings = self._crossed = 0

    def step(self, envelope, speed):
        """Take envelope and speed (``motion.SPEED``; 0 without an IMU) after 10 ms; return the word that is due."""
        if self.done:
            return SILENCE
        if self._squeeze < 0:
            word = self._resting.step(envelope, speed)
            return self._leave_rest() if self._resting.done else word
        if not self._listener.hears(envelope):
            return SILENCE
        if self._holding:
            self._window += envelope
            self._measure(envelope)
        self._left -= 1
        return SILENCE if self._left else self._go_on()

    def judge(self, counts):
        """Take the counts of the last 25 blocks: ``Chain.drain``'s three, and zero crossings if there is a fourth."""
        if self.done:
            return
        if self._squeeze < 0:
            self._resting.judge(counts)
            return
        mean = self._window // _WINDOW_BLOCKS
        self._window = 0
        if not self._holding or self._listener.clean < _WINDOW_BLOCKS:
            return
        self._evidence.take(counts)
        if len(counts) > 3 and mean >= CONTRAST_MIN * self.rest:
            self._crossings += counts[3]
            self._crossed += 1

    def _begin(self):
        """Begin a squeeze."""
        self._squeeze += 1
        self._holding = True
        self._left = _SQUEEZE_BLOCKS
        self._blocks = self._sum = self._window = 0
        return self._listener.say(words.SQUEEZE)

    def _measure(self, envelope):
        """Keep the best mean of 500 ms, by parts of 100 ms."""
        self._sum += envelope
        self._blocks += 1
        if self._blocks % _PART_BLOCKS:
            return
        part = self._blocks // _PART_BLOCKS
        parts = self._parts
        parts[part % _PARTS] = self._sum
        self._sum = 0
        if part >= _PARTS:
            total = 0
            for index in range(_PARTS):
                total += parts[index]
            self._best[self._squeeze] = max(self._best[self._squeeze], total // (_PARTS * _PART_BLOCKS))

    def _go_on(self):
        if self._holding:
            self._holding = False
            self._left = _RELAX_BLOCKS if self._squeeze < SQUEEZES - 1 else _LAST_BLOCKS
            return self._listener.say(words.RELEASE)
        if self._squeeze < SQUEEZES - 1:
            return self._begin()
        return self._judge_squeezes()

    def _judge_squeezes(self):
        self.reference = median(self._best, SQUEEZES)
        if self._crossed:
            self.crossings_hz = self._crossings * 1000 // (self._crossed * _WINDOW_BLOCKS * _BLOCK_MS)
        return self._conclude()

    def _refuse(self, span):
        """Return what speaks against the squeezes, if anything: first what explains the rest of it."""
        evidence, best = self._evidence, self._best
        largest = max(best)
        if self._resting.evidence.is_hum(max(largest - self.rest, SPAN_MIN)):
            return HUM
        if evidence.is_railed():
            return SATURATED
        if evidence.is_flat():
            return SLIPPED
        if largest >= CONTRAST_MIN * self.rest and largest > DISAGREE * min(best):
            return SLIPPED
        if evidence.is_hum(span):
            return HUM
        return WEAK if self._is_weak() else 0
