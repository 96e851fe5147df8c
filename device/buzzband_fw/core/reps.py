"""Reps: every source finds its own swings; the one whose swings are most alike counts.

positions -> follow -> settled, turned -> measure -> rows of swings -> irregularity -> leader -> confirmed

A rep is two swings, there and back. Movement and muscle vote: while nothing has been found, a swing counts only if the
muscle works in it, as long as the electrodes can tell.
"""

from buzzband_fw.core import motion, swings, zigzag
from buzzband_fw.core.motion import MUSCLE, SOURCES, feel, move
from buzzband_fw.core.portable import const, int32s, micropython
from buzzband_fw.core.slow import keep
from buzzband_fw.core.swings import choose, measure
from buzzband_fw.core.zigzag import find_floor, follow, take_rest

ANY = const(0)  # which sources may count: the most regular one
MOVEMENT = const(1)  # the IMU's
MUSCLE_ONLY = const(2)

REPS = const(0)  # how the work is told: rep by rep
STEADY = const(1)  # as cycles without an end, with a cadence

NOBODY = const(-1)
TURNING = (3, 4, 5)  # the sources that tell angles: they follow a joint most faithfully

_FLOORS = (240, 240, 240, 175, 175, 175, 240, 175)  # 3.4°: more than what sways
_LEAST = (75, 75, 75, 55, 55, 55, 75, 55)  # 1.1°
_SLIGHT = (850, 850, 850, 610, 610, 610, 850, 610)  # 12°
_ON_PERCENT = const(40)
_LIVE = const(24)  # swings that the choice of the leader looks back on
_MUSCLE_EARLY = const(150)  # hundredths of its floor: below that, a movement says less than the muscle
_EARLY_MAX = const(5000)
_PLAIN_TURN = const(510)  # 10°
_PREFERRED = const(60)
_NO_MOVEMENT = (NOBODY, MUSCLE)
_REST_EVERY = const(31)
_SLOWLY = const(15)
_SLOW_SHIFT = const(4)
_FLOOR_EVERY = const(7)  # each of the eight sources in turn, every 64 steps
_FLOOR_SHIFT = const(3)
_FLOOR_SOURCES = const(7)
_FLOOR_STEPS = const(128)
_DECENT = const(400)  # as in swings.py
_AWAYS = const(98496)  # both events of the sources that tell how far away the limb is
_TURNED = const(512)  # bit of the events of source 0
_BOTH = const(513)  # settled or turned
_EVENTS = const(262143)
_UNJUDGED = const(134217727 - 262143)  # sources that have a new swing
_UNJUDGED_0 = const(262144)
_CHOICE = const(134217728)  # of the leader
_NO_VALUE = const(4096)  # as in zigzag.py and swings.py, all these: a name from elsewhere takes time
_STRIDE = const(15)
_LAST = const(8)
_HISTORY_STEPS = const(512)
_SCORED_MIN = const(5)
_SIZE = const(5)
_TABLE = const(384)  # SWINGS_MAX rows of ROW
_ROW = const(6)
_ROWS_MASK = const(63)
_STEP_MASK = const(0xFFFF)


class Exercise:
    """One preset.

    ``source``: ANY, MOVEMENT or MUSCLE_ONLY. ``lowers_first``: a rep begins with its eccentric phase. ``pace``: REPS or
    STEADY. ``cycle_min_ms`` and ``cycle_max_ms``: how long a rep may take, pause included. ``mode``: the cue mode that
    suits it. ``concentric_min_ms``, ``eccentric_min_ms``: a phase that takes less is too fast. ``tempo``: what the mode
    of that name asks for, lift, pause and lower in s; None where no tempo suits.
    """

    def __init__(self, name, source, lowers_first, pace, cycle_ms, mode, phase_min_ms, tempo):
        self.name = name
        self.source = source
        self.lowers_first = lowers_first
        self.pace = pace
        self.cycle_min_ms, self.cycle_max_ms = cycle_ms
        self.mode = mode
        self.concentric_min_ms, self.eccentric_min_ms = phase_min_ms
        self.tempo = tempo


class Reps:
    """The swings of one set at a time, and the reps in them.

    ``leader``: the source that counts, NOBODY before the first swing. ``found``: swings of each source. ``confirmed``:
    reps whose top has been reached. ``busy``: what ``work`` has left to do, 0 for nothing. ``muscle_tells``,
    ``imu_tells``: whether electrodes and IMU can be trusted now; ``muscle_told``: whether the electrodes could be all
    through the set.
    """

    def __init__(self, exercise, target_permille, room):
        self.exercise = exercise
        self.on_permille = max(target_permille * _ON_PERCENT // 100, 1)
        self.motion = motion.new_state()
        self.found = int32s([0] * SOURCES)
        self.now = 0
        self.leader = NOBODY
        self.confirmed = 0
        self.moved_at = 0
        self.muscle_tells = self.muscle_told = self.imu_tells = True
        self.positions = int32s([0] * SOURCES)
        self._zigzag = zigzag.new_state(_FLOORS + (4 * self.on_permille,))
        self._history, self.rows, self.slow = room
        self._score = int32s([swings.UNKNOWN] * SOURCES)
        self.busy = self._settled_rows = 0  # bits of sources; ``busy``: settled, turned, unjudged, and the choice

    @micropython.native
    def step(self, frames, count, permille, no_value, forget):
        """Take two frames, or none (``count`` 0), and the activation after 20 ms."""
        state = self.motion
        positions = self.positions
        now = self.now
        if count:
            move(frames, state, positions)
        feel(permille, state, positions)
        if no_value:
            permille |= _NO_VALUE
        events = follow(positions, permille, now, forget, self._zigzag, self._history)
        idle = forget and now & _REST_EVERY == 1
        if events & _AWAYS or idle:
            take_rest(events, idle, now, self._zigzag, self._history, state)
        elif forget and not now & _FLOOR_EVERY:
            source = now >> _FLOOR_SHIFT & _FLOOR_SOURCES
            count = now if now < _FLOOR_STEPS else _FLOOR_STEPS
            find_floor(self._history, source, now, count, self._zigzag, _FLOORS[source], _LEAST[source])
        if not now & _SLOWLY:
            keep(positions, now >> _SLOW_SHIFT, self.slow)
        if events:
            self.busy |= events
        self.now = now + 1

    def work(self):
        """Do one thing that the steps have left to do; return the source that has a new swing, NOBODY if none has."""
        busy = self.busy
        if busy & _EVENTS:
            return self._take_event(busy)
        if busy & _UNJUDGED:
            source = 0
            while not busy >> source & _UNJUDGED_0:
                source += 1
            self._judge(source)
            self.busy = busy & ~(_UNJUDGED_0 << source) | _CHOICE
        elif busy:
            self.leader = choose(self._score, self.found, self.leader, 0)
            self.busy = 0
        return NOBODY

    def restart(self):
        """Forget all swings: a new set."""
        for source in range(SOURCES):
            self.found[source] = 0
            self._score[source] = swings.UNKNOWN
        self.busy = self._settled_rows = 0
        self.leader = NOBODY
        self.confirmed = 0

    @micropython.native
    def row(self, source, index):
        """Return where the row of a swing begins."""
        return source * _TABLE + (index & _ROWS_MASK) * _ROW

    def first(self, source):
        """Return the oldest swing of a source that is still known."""
        return max(self.found[source] - swings.SWINGS_MAX, 0)

    def table(self, source):
        """Return where the rows of a source begin."""
        return source * _TABLE

    def judge_all(self, source):
        """Judge a source by all its swings that are still known, the one that has settled last among them."""
        if self.found[source] and self._may_count(source):
            if self._zigzag[source * zigzag.STRIDE + zigzag.SETTLED]:
                if not self._is_known(source, zigzag.BASE):
                    self._measure(source, zigzag.BASE)
                elif source == MUSCLE:
                    self._measure_end()
                self.found[source] += 1
            first = self.first(source)
            self._score[source] = self.irregularity(source, first, self.found[source] - first, True)

    def choose(self):
        """Let the best source lead, with a bonus for each kind of source that agrees."""
        votes = 0
        for source in range(SOURCES):
            if self._agrees(source):
                votes |= 1 << source
        self.leader = leader = choose(self._score, self.found, self.leader, votes)
        if leader not in _NO_MOVEMENT and self._score[MUSCLE] < _DECENT and self._missed(leader):
            self.leader = MUSCLE  # the movement has missed a swing, and so may tell every rep the wrong way round

    def _missed(self, source):
        """Return whether the muscle has found one more swing than a movement."""
        return self.found[MUSCLE] == self.found[source] + 1

    def _agrees(self, source):
        """Return whether the other side, of movement and muscle, has found as much."""
        for other in range(SOURCES):
            if (other == MUSCLE) != (source == MUSCLE) and self._score[other] < _DECENT:
                if abs(self.found[other] - self.found[source]) <= 1:
                    return True
        return False

    def hardly_turns(self):
        """Return whether the swings of the leader are so small that the limb may drift by as much."""
        leader = self.leader
        if leader in _NO_MOVEMENT or not self.found[leader]:
            return False
        first = self.first(leader)
        size = swings.typical(self.rows, self.table(leader), first, self.found[leader] - first, swings.SIZE)
        return self.is_slight(leader, size)

    def is_slight(self, source, size):
        """Return whether a swing of a source is as small as drift may be; a contraction never is."""
        return source != MUSCLE and size < _SLIGHT[source]

    def guide(self):
        """Return the source that tells the phases best: the leader, or, if that is no angle, the best angle."""
        best = self.leader
        if best in TURNING:
            return best
        least = _DECENT
        for source in TURNING:
            if self.found[source] > 1 and self._score[source] < least:
                least = self._score[source]
                best = source
        return best

    def irregularity(self, source, first, count, spare=False):
        """Return how much the swings differ; UNKNOWN if they are too few, or too fast or slow for the exercise."""
        if count < swings.SCORED_MIN:
            return swings.UNKNOWN
        table = self.table(source)
        cycle_ms = swings.period_ms(self.rows, table, first, (count - 1) >> 1)
        if not self.exercise.cycle_min_ms <= cycle_ms <= self.exercise.cycle_max_ms:
            return swings.UNKNOWN
        return swings.irregularity(self.rows, table, first, count, spare)

    @micropython.native
    def _measure(self, source, at):
        """Measure a swing into the source's next row; return whether it is to be kept."""
        found = self.found[source]
        row = self.row(source, found)
        peak = measure(self._history, source, self._zigzag, source * _STRIDE + at, self.now, row, self.rows)
        return found > 0 or not self.muscle_tells or peak >= self.on_permille

    def _take_event(self, busy):
        """Take the leader's event, if it has one, or another's."""
        source = self.leader
        if source < 0 or not busy >> source & _BOTH:
            source = 0
            while not busy >> source & _BOTH:
                source += 1
        self.busy = busy & ~(_BOTH << source)
        if not self._may_count(source):
            return NOBODY
        if not busy >> source & _TURNED:
            self._settled(source)
            return NOBODY
        if not self._is_known(source, _LAST) and not self._measure(source, _LAST):
            return NOBODY
        self.found[source] += 1
        self.busy |= _UNJUDGED_0 << source
        return source

    def _is_known(self, source, at):
        """Return whether the swing at ``at`` was measured when it settled, and its start has left the history since."""
        if not self._settled_rows >> source & 1:
            return False
        self._settled_rows &= ~(1 << source)
        return self.now - self._zigzag[source * _STRIDE + at + 1] >= _HISTORY_STEPS

    def _measure_end(self):
        """Measure the muscle's last swing anew but for its start: it went on when it had settled. Others drift then."""
        rows = self.rows
        row = self.row(MUSCLE, self.found[MUSCLE])
        start = rows[row + swings.START]
        peak = rows[row + swings.PEAK]
        self._measure(MUSCLE, zigzag.BASE)
        end = rows[row + swings.START] + (rows[row + swings.DURATION] >> 1)
        rows[row + swings.START] = start
        rows[row + swings.DURATION] = (end - start & _STEP_MASK) << 1
        rows[row + swings.PEAK] = max(peak, rows[row + swings.PEAK])

    def _settled(self, source):
        if not self._measure(source, zigzag.BASE):
            return
        self._settled_rows |= 1 << source
        leader = self.leader
        if leader == NOBODY or leader == source or self._score[leader] > _DECENT or self._score[source] < _DECENT:
            self.moved_at = self.now
        if leader == NOBODY:
            self.leader = leader = source
        if source == leader or source == MUSCLE:
            tops = self._tops(self.found[source])
            if tops > self.confirmed and self._confirms(source, tops):
                self.confirmed = tops

    def _tops(self, found):
        """Return how many tops were reached once the swing after so many has settled."""
        return (found + (1 if self.exercise.lowers_first else 2)) >> 1

    def _confirms(self, source, tops):
        """Return whether so many tops are told by the leader or the muscle: a movement no faster than the muscle."""
        felt = self.found[MUSCLE]
        regular = self._score[MUSCLE] < _DECENT or felt < swings.SCORED_MIN
        if source == MUSCLE:
            return source == self.leader or regular
        if not self.muscle_tells or not regular or not self._may_count(MUSCLE) or self.exercise.pace:
            return True  # where cycles count, they go on without the muscle
        if self._zigzag[MUSCLE * zigzag.STRIDE + zigzag.DIRECTION] > 0:
            if self.positions[MUSCLE] > 4 * self.on_permille:
                felt += 1
        return tops <= (felt + 1) >> 1

    def _may_count(self, source):
        wanted = self.exercise.source
        if source == MUSCLE:
            return wanted != MOVEMENT and self.muscle_tells
        return wanted != MUSCLE_ONLY and self.imu_tells

    def _judge(self, source):
        """Bring the source's score up to date: the irregularity of its last swings, or how large the first ones are."""
        found = self.found[source]
        size = self.rows[self.row(source, found - 1) + _SIZE]
        if found >= _SCORED_MIN:
            count = found if found < _LIVE else _LIVE
            score = self.irregularity(source, found - count, count)
            if size > _PLAIN_TURN and source in TURNING:
                score -= _PREFERRED
            self._score[source] = score
            return
        early = _MUSCLE_EARLY
        if source != MUSCLE:
            early = min(size * 100 // self._zigzag[source * zigzag.STRIDE + zigzag.FLOOR], _EARLY_MAX)
        self._score[source] = swings.UNKNOWN - early
