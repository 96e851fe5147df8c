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

UNIT_MS = const(10)
_END = b"\0"
WORDS = const(30)
PHASES = bytes((  # of each word on, off, on, … in blocks of 10 ms, then its end; a tuple for each would take more RAM
    0,
    12, 0,
    12, 14, 12, 0,
    12, 14, 12, 14, 12, 0,
    50, 0,
    50, 14, 50, 0,
    50, 14, 12, 0,
    12, 14, 50, 0,
    50, 14, 50, 14, 50, 0,
    50, 14, 12, 14, 12, 0,
    12, 14, 12, 14, 50, 0,
    12, 14, 25, 0,
    25, 14, 12, 0,
    100, 0,
    12, 35, 12, 0,
    25, 0,
    25, 35, 25, 0,
    25, 35, 25, 35, 25, 0,
    25, 35, 25, 35, 25, 35, 25, 0,
    25, 35, 25, 35, 25, 35, 25, 35, 25, 0,
    25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 0,
    25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 0,
    25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 0,
    25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 0,
    50, 35, 25, 0,
    50, 35, 25, 35, 25, 0,
    50, 35, 25, 35, 25, 35, 25, 0,
    50, 35, 25, 35, 25, 35, 25, 35, 25, 0,
    50, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 0,
    50, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 35, 25, 0,
))  # fmt: skip


def begins_at(word):
    """Return where in ``PHASES`` a word begins."""
    at = 0
    for _ in range(word):
        at = PHASES.find(_END, at) + 1
    return at


def pulses_ms(word):
    """Return how long the pulses of ``word`` take, and the pauses between them."""
    at = begins_at(word)
    return tuple([phase * UNIT_MS for phase in PHASES[at : PHASES.find(_END, at)]])


def duration_ms(word):
    """Return how long the motor takes to say ``word``, withheld or not, without the pause that ends it."""
    at = begins_at(word & WORD_MASK)
    duration = 0
    while PHASES[at]:
        duration += PHASES[at] * UNIT_MS
        at += 1
    return duration


def more_urgent(word, other):
    """Return which of two words that are due at once is said: the greater one. The other is lost."""
    return word if word & WORD_MASK >= other & WORD_MASK else other
