"""The cue: when a word is due, and which. The gate is always the same; what it lets through is up to the cue mode.

    block -> average (gated) -> the mode's kernel ┐
    a step's event -> the mode's code -> its block ┴-> word -> withheld? -> word, blank

The gated envelope stands still while the motor speaks and 120 ms after, or the buzz would latch on its own vibration.
A word never cuts another short, but SENSOR_OFF. What the muscle reaches meanwhile is lost, not late; a word about a rep
that is over waits for the end of the blank.
"""

from buzzband_fw.core import modes
from buzzband_fw.core.activation import new_scale, span_of
from buzzband_fw.core.envelope import average, new_average
from buzzband_fw.core.portable import const, int32s, micropython
from buzzband_fw.core.quality import judge
from buzzband_fw.core.quality import new_state as new_quality
from buzzband_fw.core.words import (
    FELL_SHORT,
    ON_TARGET,
    OTHER_MUSCLE,
    SENSOR_OFF,
    SILENCE,
    WITHHELD,
    duration_ms,
    more_urgent,
)

AFTER_MOTOR_MS = const(120)  # a coin motor coasts 70 to 120 ms
BLANKED = const(8)  # flag, beside those of quality.py: the motor speaks or has just spoken
EVENT_DELAY_BLOCKS = const(8)  # the event of step s is acted on at block 2 s + 8, though it may be known sooner
EVENT_LATE_MS = const(100)  # an event that comes later than that changes what it changes, but has no word

_BLOCK_SAMPLES = const(12)
_BLOCK_MS = const(10)
_OF_MUSCLE = 1 << ON_TARGET | 1 << FELL_SHORT | 1 << OTHER_MUSCLE

_BUSY = const(0)  # blocks that are no plain ones: a blank, its end, an event to come
_BLANK = const(1)  # blocks
_FAULTS = const(2)
_AT = const(3)  # of the events to come: the block that was last
_SHAKEN = const(4)  # a block of this window was blanked
_WAITS = const(5)  # a word of an event, for the end of a blank

_EVENTS = const(16)
_EVENTS_MASK = const(15)
_WAIT = const(7)  # blocks from the end of a step to the block of its event
_CODE_WORD = const(31)  # see core/modes/mode.py
_BEGUN = const(32)
_TOLD = const(64)
_OVER = const(128)


class Cue:
    """Decides, every 10 ms, whether a word is due.

    ``gated``     the envelope that the target sees, with 4 fraction bits; ``samples``: at each sample of the last step
    ``flags``     RAIL, FLAT, HUM of quality.py, and BLANKED; while a fault is up no word of the muscle is due
    ``mode``      see core/modes. ``fatigue``, ``takeover``: see core/fatigue.py, core/takeover.py; None: not watched
    """

    def __init__(self, rest, reference, target_permille, capacity=_BLOCK_SAMPLES, mode=None):
        """``rest`` and ``reference``: envelopes that count as 0 and 1000 permille. ``capacity``: that of the chain.

        ``mode``: on the same scale, from ``modes.chosen``; None is reach.
        """
        self.gated = 0
        self.samples = int32s([0] * capacity)
        self._average = new_average()
        scale = new_scale(rest, reference)
        self.mode = modes.named("reach")(scale, target_permille) if mode is None else mode
        self.flags = 0
        self.fatigue = self.takeover = None
        self._bound = self._average, self.samples, self.mode.kernel, self.mode.gate
        self._quality = new_quality(span_of(scale))
        self._state = int32s((0, 0, 0, 0, 0, 0))
        self._events = int32s([0] * _EVENTS)
        self._sensor_off = False  # was said
        self._alarm = SILENCE  # SENSOR_OFF, to be said as soon as may be

    def succeed(self, last):
        """Go on with the gated envelope of another cue."""
        self.gated = last.gated
        self._average = last._average
        self._bound = (last._average,) + self._bound[1:]

    @micropython.native
    def step(self, block, offset):
        """Take the 12 conditioned samples at ``offset`` of ``block`` and return the word that is due, if any.

        With WITHHELD beside it, it is not to be said.
        """
        if self._state[_BUSY]:
            return self._busy_step(block, offset)
        mean, samples, kernel, gate = self._bound
        self.gated = gated = average(block, offset, _BLOCK_SAMPLES, mean, samples)
        due = kernel(gated, gate)
        return self._utter(self.mode.due(due)) if due else SILENCE

    @micropython.native
    def _busy_step(self, block, offset):
        """Do what ``step`` does, in a blank, at its end, and while events are to come."""
        state = self._state
        state[_BUSY] -= 1
        word = self._take_event()
        if state[_BLANK]:
            state[_BLANK] -= 1
            state[_SHAKEN] = 1
            self.flags = state[_FAULTS] | BLANKED
            state[_WAITS] = more_urgent(state[_WAITS], word)
            return self._utter(SENSOR_OFF) if self._alarm else SILENCE
        self.flags = state[_FAULTS]
        if state[_WAITS]:
            word = more_urgent(state[_WAITS], word)
            state[_WAITS] = 0
        mean, samples, kernel, gate = self._bound
        self.gated = gated = average(block, offset, _BLOCK_SAMPLES, mean, samples)
        due = kernel(gated, gate)
        if due:
            word = more_urgent(word, self.mode.due(due))
        if self._alarm:
            word = self._alarm
        return self._utter(word) if word else SILENCE

    def told(self, event, sets, ahead=0):
        """Take what ``Sets.work`` has returned after a step, ``ahead`` blocks after the end of that step."""
        wait = _WAIT - ahead
        late_ms = 0 if wait > 0 else (1 - wait) * _BLOCK_MS
        wait = max(wait, 1)
        code = self.mode.told(event, sets, (ahead + wait) * _BLOCK_MS)
        if not code:
            return
        if late_ms >= EVENT_LATE_MS:
            code &= ~_CODE_WORD
        at = self._state[_AT] + wait & _EVENTS_MASK
        old = self._events[at]
        word = more_urgent(old & _CODE_WORD, code & _CODE_WORD)
        self._events[at] = (old | code) & ~_CODE_WORD | word
        self._state[_BUSY] = max(self._state[_BUSY], wait)

    @micropython.native
    def clear_ms(self):
        """Return for how long no word can be due, if nothing is told meanwhile: time for what would delay one."""
        if self._alarm:
            return 0
        state = self._state
        blank_ms = state[_BLANK] * _BLOCK_MS
        if state[_BUSY] and (state[_WAITS] or any(self._events)):
            return blank_ms
        return blank_ms + self.mode.clear_ms(self.gated)

    def blank(self, motor_ms):
        """Freeze the gated envelope while the motor runs for ``motor_ms`` from now, and 120 ms after."""
        blocks = (motor_ms + AFTER_MOTOR_MS + _BLOCK_MS - 1) // _BLOCK_MS
        state = self._state
        more = blocks - state[_BLANK]
        if more > 0:
            state[_BLANK] = blocks
            self.mode.skip(more * _BLOCK_MS)
        state[_BUSY] = max(state[_BUSY], state[_BLANK] + 1)  # one more: it lowers the flag

    def skip(self, blocks):
        """Take note of blocks that were lost."""
        self.mode.skip(blocks * _BLOCK_MS)

    def judge(self, counts):
        """Take the counts of the chain, every ``quality.WINDOW_BLOCKS`` steps."""
        faults = judge(counts, self._quality)
        self.believe(faults)
        state = self._state
        if self.fatigue is not None and not (faults or state[_SHAKEN]):
            self.fatigue.take(counts, self.gated)
        state[_SHAKEN] = 0

    def believe(self, faults):
        """Go by these flags of quality.py from now on."""
        state = self._state
        before = state[_FAULTS]
        state[_FAULTS] = faults
        self.flags = self.flags & BLANKED | faults
        if faults or before:
            self._take_faults()

    def _take_faults(self):
        """Tell the mode that the envelope cannot be believed; raise the alarm, once for a fault, or lift it.

        That the electrodes are back has no word: the next one about the muscle tells it.
        """
        at_work = self.mode.at_work()  # before it is told to begin anew
        self.mode.lapse()
        if not self._state[_FAULTS]:
            self._alarm = SILENCE
            self._sensor_off = False
        elif not self._sensor_off and at_work:
            self._alarm = SENSOR_OFF
            self._sensor_off = True
        if self._alarm:
            self._state[_BUSY] = max(self._state[_BUSY], 1)

    @micropython.native
    def _take_event(self):
        """Act on the event whose block this is, if any; return the word that is due."""
        state = self._state
        at = state[_AT] + 1 & _EVENTS_MASK
        state[_AT] = at
        code = self._events[at]
        if not code:
            return SILENCE
        self._events[at] = 0
        return self._act(code)

    def _act(self, code):
        word = self.mode.act(code)
        if code & _BEGUN and self._state[_FAULTS]:
            self._take_faults()
        if code & (_TOLD | _OVER):
            if self.takeover is not None and self.takeover.happened() and code & _TOLD:
                word = more_urgent(word, OTHER_MUSCLE)
            if self.fatigue is not None:
                self._tire(code & _OVER)
        return word

    def _tire(self, over):
        """Let a rep, or the end of a set, count for fatigue."""
        target_permille = self.fatigue.rep_over()
        if over:
            target_permille = self.fatigue.set_over()
        if target_permille != self.mode.target_permille:
            self.mode.retarget(target_permille)

    def _utter(self, word):
        """Return the word if it may be said now, and blank for it; with WITHHELD if it may not, but was due."""
        if self._alarm == word:
            self._alarm = SILENCE
        plain = word & ~WITHHELD
        if plain == SILENCE or (_OF_MUSCLE >> plain & 1 and self.mode.feels and self._state[_FAULTS]):
            return SILENCE
        if self.mode.withheld >> plain & 1:
            word = plain | WITHHELD
        self.blank(duration_ms(word))
        return word
