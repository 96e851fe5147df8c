"""The haptic words: what the motor can say, as pulses. They differ in count and rhythm, never in strength.

A word ends with a pause that none has inside, so no word is the beginning of another. docs/haptics.md is this table.
"""

from buzzband_fw.core.portable import const

SILENCE = const(0)
ON_TARGET = const(1)  # reached; of a hold: begun, and each second of it; of a tempo: the next phase begins
FELL_SHORT = const(2)  # the muscle did too little, or nothing
TOO_FAST = const(3)  # a phase took less than the exercise asks for
DONE = const(4)  # the set is over; the hold has reached its goal
SENSOR_OFF = const(5)  # rail, flat or hum: the electrodes tell nothing of the muscle
OTHER_MUSCLE = const(6)  # the muscle of the second channel took over
READY = const(7)
LOW_BATTERY = const(8)
GOODBYE = const(9)
QUESTION = const(10)  # how many reps were on target?
SQUEEZE = const(11)
RELEASE = const(12)
BREATHE_IN = const(13)
BREATHE_OUT = const(14)
COUNT = const(14)  # COUNT + n: n slow pulses, 1 to 9
REFUSED = const(23)  # REFUSED + n: a long pulse, then n slow ones, 1 to 6

WITHHELD = const(128)  # beside a word: it was due, but is not said. It blanks all the same, so that sets compare
WORD_MASK = const(127)

END_MS = const(400)

_COUNT_MAX = const(9)
_REFUSED_MAX = const(6)


def _slowly(count, before=()):
    return before + (250, 350) * (count - 1) + (250,)


PULSES_MS = (  # on, off, on …, whole blocks of 10 ms
    (),
    (120,),
    (120, 140, 120),
    (120, 140, 120, 140, 120),
    (500,),
    (500, 140, 500),
    (500, 140, 120),
    (120, 140, 500),
    (500, 140, 500, 140, 500),
    (500, 140, 120, 140, 120),
    (120, 140, 120, 140, 500),
    (120, 140, 250),
    (250, 140, 120),
    (1000,),
    (120, 350, 120),
)
PULSES_MS += tuple([_slowly(count) for count in range(1, _COUNT_MAX + 1)])
PULSES_MS += tuple([_slowly(count, (500, 350)) for count in range(1, _REFUSED_MAX + 1)])


def duration_ms(word):
    """Return how long the motor takes to say ``word``, withheld or not, without the pause that ends it."""
    return sum(PULSES_MS[word & WORD_MASK])


def more_urgent(word, other):
    """Return which of two words that are due at once is said: the greater one. The other is lost."""
    return word if word & WORD_MASK >= other & WORD_MASK else other
