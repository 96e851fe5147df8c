"""Silent: nothing of the muscle is said while the set goes on; then one summary, the share of reps on target.

COUNT 1 to 4: up to a quarter of them, up to a half, up to three quarters, more. For explosive work, and for sets to
compare with: what was due is withheld, and blanks as if it were said.
"""

from buzzband_fw.core.modes import mode
from buzzband_fw.core.modes.mode import ARGUMENT_SHIFT, BEGUN, OF_WORK, OVER
from buzzband_fw.core.portable import const
from buzzband_fw.core.words import COUNT, ON_TARGET, SILENCE

_QUARTERS = const(4)


class Mode(mode.Mode):
    """See the module."""

    asks = True
    minds_tops = True

    def __init__(self, scale, target_permille, settings=None, exercise=None):
        mode.Mode.__init__(self, scale, target_permille, settings, exercise)
        self.withheld = OF_WORK
        self._hits = 0

    def due(self, what):
        """Count a rep on target."""
        self._hits += 1
        return ON_TARGET

    def act(self, code):
        """At the end of a set return the summary."""
        if code & BEGUN and not self.in_set:
            self._hits = min(self._hits, 1)  # what was reached before was no rep of this set
        word = mode.Mode.act(self, code)
        if code & OVER:
            reps = code >> ARGUMENT_SHIFT
            hits, self._hits = min(self._hits, reps), 0
            if reps:
                word = COUNT + max((_QUARTERS * hits + reps - 1) // reps, 1)
        return word

    def set_over(self, sets):
        """Return how many reps the summary is about; none in steady work, which has no single ones."""
        return SILENCE if sets.exercise.pace else sets.count << ARGUMENT_SHIFT
