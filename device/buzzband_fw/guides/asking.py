"""Asking: after a faded or silent set the wearer answers with presses of the button how many reps were on target."""

from buzzband_fw.control import DONE, DOUBLE, LONG, NOTHING, SHORT
from buzzband_fw.core.portable import const
from buzzband_fw.core.words import END_MS, QUESTION
from buzzband_fw.store.records import NO_ANSWER

THINKING_BLOCKS = const(1000)  # 10 s until the first press
COUNTING_BLOCKS = const(300)  # 3 s from one press to the next
_ANSWER_MAX = const(254)


class Guide:
    """See guides/__init__.py. The session goes on meanwhile."""

    def __init__(self, band):
        self._band = band
        self._answer = NO_ANSWER
        self._left = 0
        self._pause = END_MS // 10
        self._has_asked = False

    def takes(self, signal):
        """Count presses; a long one is none at all, and the end."""
        presses = (signal == SHORT) + 2 * (signal == DOUBLE)
        if presses:
            self._answer = min((0 if self._answer == NO_ANSWER else self._answer) + presses, _ANSWER_MAX)
            self._left = COUNTING_BLOCKS
        elif signal == LONG:
            self._answer = 0
        return presses > 0

    def step(self):
        """Go on by one block: ask, once the word before is over; then wait."""
        if not self._has_asked:
            self._ask()
            return NOTHING
        self._left -= 1
        return NOTHING if self._left > 0 else DONE

    def leave(self):
        """Note the answer."""
        self._band.lifts.note_answer(self._answer)

    def _ask(self):
        if self._band.is_speaking():
            self._pause = END_MS // 10
            return
        self._pause -= 1
        if self._pause <= 0:
            self._band.say(QUESTION)
            self._has_asked = True
            self._left = max(self._left, THINKING_BLOCKS)
