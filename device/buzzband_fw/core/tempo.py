"""Tempo: one rep, told from its swings: its phases in ms, its effort in each, and what was wrong with it."""

from buzzband_fw.core import swings
from buzzband_fw.core.motion import DELAY_STEPS, MUSCLE, STEP_MS
from buzzband_fw.core.portable import const

MUSCLE_OFF = const(1)  # flags: it moved, but the muscle was off
TOO_FAST = const(2)  # a phase took less than the exercise asks for
HALF = const(4)  # the second phase was not seen
APPROXIMATE = const(8)  # timed by the muscle, or by a limb that hardly turns: phases are vague
LOWERS_FIRST = const(16)  # the first phase is the eccentric one

_STEP_MASK = const(0xFFFF)
_SLACK = const(50)  # 0.5 s, in units of 10 ms


class Rep:
    """A rep in numbers, filled anew for each. Times in ms, ``start`` in steps, activation in permille."""

    def __init__(self):
        self.number = self.revision = self.source = self.flags = self.start = 0
        self.concentric_ms = self.hold_ms = self.eccentric_ms = 0
        self.peak = self.concentric = self.eccentric = 0

    def fill(self, reps, index, whole):
        """Tell the rep whose first swing is the leader's ``index``; ``whole``: the second one follows.

        ``reps``: a ``core.reps.Reps``.
        """
        rows = reps.rows
        first = reps.row(reps.leader, index)
        second = reps.row(reps.leader, index + 1)
        self.source = reps.leader
        self.flags = 0 if whole else HALF
        self.peak = rows[first + swings.PEAK]
        effort, later = rows[first + swings.MEAN], 0
        if whole:
            self.peak = max(self.peak, rows[second + swings.PEAK])
            later = rows[second + swings.MEAN]
        self._time(reps, index, whole)
        if reps.exercise.lowers_first:
            effort, later = later, effort
            self.concentric_ms, self.eccentric_ms = self.eccentric_ms, self.concentric_ms
            self.flags |= LOWERS_FIRST
        self.concentric = effort
        self.eccentric = later
        self._judge(reps)

    def _time(self, reps, index, whole):
        """Write start and phases, the first one as the concentric."""
        guide = reps.guide()
        at = guided(reps, index, guide)
        if at < 0:
            guide = reps.leader
            at = index
        rows = reps.rows
        there = reps.row(guide, at)
        later = guide
        last = at + 1
        if reps.leader == MUSCLE and reps.is_slight(guide, rows[there + swings.SIZE]):
            later = MUSCLE  # it lets go as the limb gets down, and that is told better than the little the limb turns
            last = index + 1
            self.flags |= APPROXIMATE
        back = reps.row(later, last)
        start = rows[there + swings.START]
        self.start = reps.now - (reps.now - start & _STEP_MASK) - DELAY_STEPS
        self.concentric_ms = 10 * rows[there + swings.DURATION]
        self.hold_ms = self.eccentric_ms = 0
        if whole and last < reps.found[later]:
            self.eccentric_ms = 10 * rows[back + swings.DURATION]
            gap_ms = STEP_MS * (rows[back + swings.START] - start & _STEP_MASK) - self.concentric_ms
            self.hold_ms = gap_ms if 0 < gap_ms <= _STEP_MASK else 0
        if guide == MUSCLE:
            self.flags |= APPROXIMATE

    def _judge(self, reps):
        exercise = reps.exercise
        if reps.muscle_told and self.peak < reps.on_permille:
            self.flags |= MUSCLE_OFF
        if self.flags & (HALF | APPROXIMATE):
            return
        if self.concentric_ms < exercise.concentric_min_ms or self.eccentric_ms < exercise.eccentric_min_ms:
            self.flags |= TOO_FAST


def guided(reps, index, guide):
    """Return which swing of source ``guide`` tells the phases of the leader's swing ``index``; -1: the leader's own.

    It has to have found as much, and to have a swing of about the same length at about the same time.
    """
    leader = reps.leader
    if guide == leader or abs(reps.found[guide] - reps.found[leader]) > 1:
        return -1
    row = reps.row(leader, index)
    middle = reps.rows[row + swings.MIDDLE]
    first = reps.first(guide)
    at = swings.nearest(reps.rows, reps.table(guide), first, reps.found[guide] - first, middle)
    timed = reps.row(guide, at)
    apart = (reps.rows[timed + swings.MIDDLE] - middle + 0x8000 & _STEP_MASK) - 0x8000
    usual = reps.rows[row + swings.DURATION] + _SLACK
    if 2 * abs(apart) > usual or reps.rows[timed + swings.DURATION] > 2 * usual:
        return -1
    return at
