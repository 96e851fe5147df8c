"""Tempo: a pulse at the start of each phase, lift, pause, lower, pause, whatever the muscle does.

Once three reps or four are a set, and an effort, the last top sets the schedule: absolute until the set ends. It never
follows a cue, which comes late.
"""

from buzzband_fw.core.modes import mode
from buzzband_fw.core.modes.mode import ARGUMENT_SHIFT, OVER, SURE_REPS
from buzzband_fw.core.portable import const, int32s, micropython, ptr32
from buzzband_fw.core.words import ON_TARGET, SILENCE

USUAL = "2-1-3"
PHASES_MS = const(3)  # index of the four phases in the state of ``beat``

_STEP_MS = const(10)
_LATE_MS = const(100)  # a beat that comes later means nothing
_RUNNING = const(0)
_LEFT_MS = const(1)  # until the next beat
_PHASE = const(2)  # that goes on: 0 lift, 1 pause, 2 lower, 3 pause
_PHASES_MS = const(3)
_NEVER_MS = const(1000)


def phases_ms(text):
    """Return lift, pause, lower and pause in ms, from whole seconds as in "2-1-3" or "2-1-3-1". Raises ValueError."""
    given = [1000 * int(part) for part in text.split("-")]
    if len(given) == 3:
        given.append(0)
    if len(given) != 4 or not given[0] or not given[2]:
        raise ValueError(text)
    return given


@micropython.viper
def beat(envelope: int, state: ptr32) -> int:
    """Take 10 ms more, whatever the envelope; return 1 if a phase begins. One that began 100 ms ago is passed over."""
    if state[_RUNNING] == 0:
        return 0
    left = state[_LEFT_MS] - _STEP_MS
    late = 0 - left
    phase = state[_PHASE]
    while left <= 0:
        phase = (phase + 1) & 3
        left += state[_PHASES_MS + phase]
    state[_LEFT_MS] = left
    state[_PHASE] = phase
    if late < 0:
        return 0
    if late >= _LATE_MS:
        return 0
    return 1


class Mode(mode.Mode):
    """See the module."""

    feels = False
    minds_tops = True

    def __init__(self, scale, target_permille, settings=None, exercise=None):
        mode.Mode.__init__(self, scale, target_permille, settings, exercise)
        text = (settings and settings.tempo) or (exercise and exercise.tempo) or USUAL
        self.kernel = beat
        self.gate = int32s([0, 0, 0] + phases_ms(text))
        self._set = False

    def due(self, what):
        """Return the beat."""
        return ON_TARGET

    def confirmed(self, sets, top, after_ms):
        """Return how long ago the top will have been, as long as no rep has set the beat."""
        if self._set or top.number <= SURE_REPS or (sets.reps.muscle_told and not self.effort):
            return SILENCE
        if not sets.alike():
            return SILENCE
        self._set = True
        return top.ago_ms + after_ms << ARGUMENT_SHIFT

    def set_over(self, sets):
        """Return DONE; the next set has a beat of its own."""
        self._set = False
        return mode.Mode.set_over(self, sets)

    def rep_told(self, sets):
        """Return silence: the beat says it."""
        return SILENCE

    def act(self, code):
        """Begin with the first top, end with the set."""
        word = mode.Mode.act(self, code)
        elapsed_ms = code >> ARGUMENT_SHIFT
        gate = self.gate
        if elapsed_ms and not gate[_RUNNING]:
            gate[_RUNNING] = 1
            gate[_PHASE] = 1
            gate[_LEFT_MS] = gate[_PHASES_MS + 1] - elapsed_ms + _STEP_MS  # the kernel is about to take this block
            while gate[_LEFT_MS] < _STEP_MS:
                gate[_PHASE] = gate[_PHASE] + 1 & 3
                gate[_LEFT_MS] += gate[_PHASES_MS + gate[_PHASE]]
        if code & OVER:
            gate[_RUNNING] = 0
        return word

    def skip(self, ms):
        """Keep the schedule."""
        self.gate[_LEFT_MS] -= ms

    def retarget(self, target_permille):
        """Do nothing: there is no target."""

    def clear_ms(self, gated):
        """Return the time to the next beat."""
        gate = self.gate
        return max(gate[_LEFT_MS] - _STEP_MS, 0) if gate[_RUNNING] else _NEVER_MS
