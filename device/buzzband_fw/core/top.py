"""Top: what a cue mode asks of a rep whose top has just been reached, told from the swings."""

from buzzband_fw.core.motion import DELAY_STEPS, MUSCLE, STEP_MS
from buzzband_fw.core.portable import const
from buzzband_fw.core.swings import DURATION, MEAN, PEAK, START

LATE_STEPS = const(100)  # 2 s: a rep that was over by then is told because the set is, not because it just ended
SWINGS_MIN = const(3)  # before one to a top: they tell which is the lift

_IRREGULAR = const(350)  # permille, as in core/sets.py; of few reps
_IRREGULAR_FEW = const(150)
_MANY_SWINGS = const(9)  # of five reps
_STEP_MASK = const(0xFFFF)


class Top:
    """``number``: how many tops there were in the set, this one among them. ``peak``: activation in permille in the
    swing that led there; ``lift_peak``: in the lift. ``ago_ms``: how long before the last step the lift was over.
    """

    def __init__(self):
        self.number = self.peak = self.lift_peak = self.ago_ms = 0

    def fill(self, number, reps):
        """Tell the top that has just been CONFIRMED. ``reps``: a ``core.reps.Reps``."""
        row = _row(reps)
        lift = _lift_row(reps, row)
        self.number = number
        self.peak = reps.rows[row + PEAK]
        self.lift_peak = reps.rows[lift + PEAK]
        self.ago_ms = _ago_ms(reps, lift)


def are_alike(reps):
    """Return whether the reps so far are as regular as those of a set."""
    first = reps.first(reps.leader)
    length = reps.found[reps.leader] - first
    limit = _IRREGULAR if length >= _MANY_SWINGS else _IRREGULAR_FEW
    return reps.irregularity(reps.leader, first, length) < limit


def _row(reps):
    """Return the row of the swing by which the rep went up: the leader's, or the muscle's if that led."""
    row = reps.row(reps.leader, reps.found[reps.leader])
    if _ago_ms(reps, row) > LATE_STEPS * STEP_MS:
        row = reps.row(MUSCLE, reps.found[MUSCLE])
    return row


def _lift_row(reps, row):
    """Return the row of the lift, where a top was reached behind the swing in ``row``: that, or the swing before.

    A drift before the first rep may have turned the set round. Lifting is harder, if the muscle can tell.
    """
    leader = reps.leader
    found = reps.found[leader]
    if found < SWINGS_MIN or not reps.muscle_told:
        return row
    before = reps.row(leader, found - 1)
    there = reps.rows[row + MEAN] + reps.rows[reps.row(leader, found - 2) + MEAN]
    back = reps.rows[before + MEAN] + reps.rows[reps.row(leader, found - 3) + MEAN]
    return before if 8 * back > 9 * there else row


def _ago_ms(reps, row):
    """Return how long before the last step the swing in ``row`` was over."""
    rows = reps.rows
    end = rows[row + START] + (rows[row + DURATION] >> 1)
    return ((reps.now - end & _STEP_MASK) + DELAY_STEPS) * STEP_MS
