"""The haptic words: what the motor can say, as pulses. They differ in count and rhythm, never in strength."""

from buzzband_fw.core.portable import const

SILENCE = const(0)
ON_TARGET = const(1)

NAMES = ("silence", "on_target")
PULSES_MS = ((), (120,))  # on, off, on …, whole blocks of 10 ms


def duration_ms(word):
    """Return how long the motor takes to say ``word``."""
    return sum(PULSES_MS[word])
