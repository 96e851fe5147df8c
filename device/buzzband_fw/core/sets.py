"""Sets: from the first rep to eight quiet seconds. A rep is told when it is over, a set at its end.

Reps -> confirmed -> rep ... rep -> closing: judge, choose, trim -> the reps again if anything has changed -> set

What is told of a set at its end is what counts: its reps of the revision that it names, none if they were no set.
"""

from buzzband_fw.core import swings
from buzzband_fw.core.hold import Hold
from buzzband_fw.core.motion import AWAY, DELAY_STEPS, MUSCLE, PER_DEGREE, PER_TILTED_DEGREE, SOURCES, SPEED, STEP_MS
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.core.reps import NOBODY, STEADY, Reps
from buzzband_fw.core.slow import AXES
from buzzband_fw.core.tempo import Rep
from buzzband_fw.core.top import Top, are_alike

QUIET_MS = const(8000)
REPS_MIN = const(3)
CYCLES_MIN = const(10)

NOTHING = const(0)  # what ``work`` tells
CONFIRMED = const(1)  # a rep has reached its top
REP = const(2)
HOLD = const(3)
SET = const(4)

_QUIET_STEPS = const(8000 // 20)
_QUIET_SLIGHT_STEPS = const(11000 // 20)
_FEW = const(5)  # so few reps may be anything: they are to be regular, and each is to be a contraction
_IRREGULAR = const(350)  # permille
_IRREGULAR_FEW = const(150)
_ENOUGH = const(4)
_TOLD_APART_MS = const(1500)  # contractions that follow faster run into each other
_SLOW_MS = const(1000)  # but then this is no exercise for such reps
_APART = const(3)  # half cycles from one swing to the next
_UNLIKE = const(4)  # times smaller, larger or longer than the others
_NO_MUSCLE = const(7)  # rail, flat, hum: core/quality.py
_BLANKED = const(8)  # as in core/cue.py: a name from elsewhere takes time
_HOLD_OVER = const(1)
_SET_OVER = const(2)
_STEP_MASK = const(0xFFFF)
_DEGREES_MAX = const(255)
_DECIDED = const(16)  # stages of the closing: each source, the choice, each axis, two for what it tells, the decision


class Sets:
    """What the wearer does, told every 20 ms.

    ``number``: of the set, from 0. ``confirmed``: reps of it. ``closing``: 0, or how far its end has got.
    ``degrees``: how far the limb is from its pose of rest.
    When ``work`` has told REP, HOLD or SET, ``rep``, ``hold`` or the attributes from ``revision`` on say which.
    """

    def __init__(self, exercise, target_permille, room):
        """``room``: from ``room.new_room``: a band takes it early, while its heap is whole."""
        self.exercise = exercise
        self.reps = Reps(exercise, target_permille, room)
        self.hold = Hold(target_permille)
        self.slight = None  # see core/slight.py
        self.rep = Rep()
        self.top = Top()
        self._step = self.reps.step  # bound once, as in core/pipeline.py
        self._hold_level = self.hold.level
        self._may_hold = 0
        self._on_permille = self.reps.on_permille
        self.number = self.confirmed = self.degrees = 0
        self.revision = self.source = self.count = self.start = self.end = self.cycle_ms = 0
        self._steady = exercise.pace == STEADY
        self._active = False
        self._over = 0  # what has ended since ``work``
        self._quiet = 0  # steps
        self._began = 0
        self._told = 0  # reps
        self._told_by = NOBODY
        self.closing = 0
        self._slight = False
        self._first = self._length = 0  # swings of the leader that make the set

    def begin(self):
        """Begin anew with set 0: a new session."""
        self.number = self.revision = 0
        self._over = 0
        self._may_hold = 0
        self.hold.end(self.reps.now)
        self._restart()

    @micropython.native
    def step(self, frames, count, permille, flags, imu_tells):
        """Take two frames, or none (``count`` 0), the gated activation after 20 ms, and the flags of core/cue.py.

        Returns whether ``work`` may have anything to do.
        """
        reps = self.reps
        idle = not self._active
        tells = flags & _NO_MUSCLE == 0
        if tells != reps.muscle_tells or imu_tells != reps.imu_tells:
            reps.muscle_tells = tells
            reps.imu_tells = imu_tells
        if not tells:
            reps.muscle_told = False
        elif idle:
            reps.muscle_told = True
        self._step(frames, count, permille, flags & _BLANKED, idle)
        if permille >= self._hold_level or self._may_hold:
            hold = self.hold
            if hold.step(reps.now, permille, reps.motion[SPEED] if count else 0):
                self._over |= _HOLD_OVER
            self._may_hold = hold.held
        if not tells:
            self._quiet = quiet = min(self._quiet + 1, reps.now - reps.moved_at)
        elif permille >= self._on_permille:
            self._quiet = quiet = 0
        else:
            self._quiet = quiet = self._quiet + 1
        return reps.busy or self._over or (quiet >= _QUIET_STEPS and not idle) or self.closing

    def work(self):
        """Do one thing that is left to do, and return what it leads to: NOTHING, CONFIRMED, REP, HOLD or SET.

        It is to be called twice after each step.
        """
        over = self._over
        if over:
            self._over = 0
            if over & _SET_OVER:
                self.number += 1
                self.revision = 0
            if over & _HOLD_OVER:
                return HOLD
        if self.closing:
            return self._close()
        reps = self.reps
        source = reps.work() if reps.busy else NOBODY
        leader = reps.leader
        if leader < 0:  # NOBODY
            return NOTHING
        if source == leader:
            self._worked_at(source)
        if not self._active:
            self._active = True
            self._quiet = 0
            self._began = reps.now
        if self._quiet >= _QUIET_STEPS and self._is_over():
            self.closing = 1
            return NOTHING
        if reps.confirmed > self.confirmed:
            self.confirmed = reps.confirmed
            return CONFIRMED
        return self._tell() if source == leader and not self._steady else NOTHING

    def finish(self):
        """End the set now, for the session ends: ``work`` is then to be called until ``finished``."""
        if self.hold.end(self.reps.now):
            self._over |= _HOLD_OVER
        if not self.closing and self.reps.leader != NOBODY:
            self.closing = 1

    def finished(self):
        """Return whether nothing is left to tell."""
        return not self.closing and not self._over & _HOLD_OVER

    def look(self):
        """Bring ``degrees`` up to date."""
        positions = self.reps.positions
        degrees = positions[AWAY] // PER_TILTED_DEGREE
        turned = positions[AWAY + 1] // PER_DEGREE
        if turned > degrees:
            degrees = turned
        self.degrees = degrees if degrees < _DEGREES_MAX else _DEGREES_MAX

    def topped(self):
        """Return ``top``, brought up to date: for the step whose work has told CONFIRMED."""
        self.top.fill(self.confirmed, self.reps)
        return self.top

    def alike(self):
        """Return whether the reps of the set so far are as regular as those of a set."""
        return are_alike(self.reps)

    def _worked_at(self, source):
        """Take a swing in which the muscle worked, or in a ride any of the limb, for a sign of life as old as it is."""
        reps = self.reps
        row = reps.row(source, reps.found[source] - 1)
        if (self._steady and source != MUSCLE) or reps.rows[row + swings.PEAK] >= reps.on_permille:
            self._quiet = min(self._quiet, reps.now - reps.rows[row + swings.MIDDLE] & _STEP_MASK)

    def _tell(self):
        """Tell the rep that the leader's last swing completes, if it does."""
        found = self.reps.found[self.reps.leader]
        if found & 1:
            return NOTHING
        if found != 2 * self._told + 2 or (self._told and self._told_by != self.reps.leader):
            self.revision = 1
        self._told_by = self.reps.leader
        self._told = found >> 1
        self._fill(self._told - 1, found - 2, found)
        return REP

    def _fill(self, number, index, end):
        self.rep.number = number
        self.rep.revision = self.revision
        self.rep.fill(self.reps, index, index + 1 < end)

    def _is_over(self):
        """Return whether a set that is quiet has ended; where the limb hardly turns, a rep may have been missed."""
        reps = self.reps
        return reps.muscle_told or self._quiet >= _QUIET_SLIGHT_STEPS or not reps.hardly_turns()

    def _close(self):
        """Go on with the end of the set: judge each source by all of it, decide, tell what is new."""
        stage = self.closing - 1
        self.closing += 1
        if stage < SOURCES:
            self.reps.judge_all(stage)
            return NOTHING
        if stage < _DECIDED:
            self._look_again(stage - SOURCES)
            return NOTHING
        number = stage - _DECIDED
        if self._steady or number >= self.count:
            return self._end()
        known = self.reps.first(self.reps.leader)
        index = self._first - known + 2 * number
        if index < known or (not self.revision and number < self._told):
            return NOTHING
        self._fill(number, index, self._first + self._length)
        return REP

    def _look_again(self, stage):
        """Choose the leader; look again where neither the muscle tells nor the limb turns clearly; decide."""
        reps = self.reps
        if stage == 0:
            reps.choose()
            self._slight = not (reps.muscle_told or self._steady) and reps.hardly_turns()
            if self._slight:
                self._begin_slight()
        elif stage > AXES + 2:
            self._decide()
        elif self._slight:
            if stage <= AXES:
                self.slight.level(stage - 1)
            elif stage == AXES + 1:
                self.slight.find()
            elif self.slight.measure():
                self.closing -= 1  # the same again

    def _begin_slight(self):
        if self.slight is None:
            try:
                from buzzband_fw.core.slight import Slight

                self.slight = Slight(self.reps)
            except MemoryError:
                self._slight = False  # the set is what the first look has found
                return
        self.slight.begin(self._began)

    def _decide(self):
        """Decide which swings make the set, if it is one."""
        reps = self.reps
        if not (self._slight and self._take_slight()):
            leader = reps.leader
            self._first = reps.first(leader)
            self._length = reps.found[leader] - self._first
            if not self._steady and self._length >= swings.SCORED_MIN:
                self._trim()
            self.count = self._reps_in(reps.first(leader) + self._length)
            if not self._is_set():
                self.count = 0
        if reps.first(reps.leader):
            return  # too long ago to be told again
        if reps.leader != self._told_by or self._first or self._told > self.count:
            self.revision = 1

    def _take_slight(self):
        """Take what the second look has found, and return whether it is a set."""
        reps, slight = self.reps, self.slight
        leader, reps.leader = reps.leader, slight.axis
        self._first = slight.first
        self._length = slight.length
        self.count = self._reps_in(reps.first(slight.axis) + slight.length)
        if self._length >= swings.SCORED_MIN and self._is_set():
            self.revision = 1
            return True
        reps.leader = leader
        return False

    def _reps_in(self, length):
        """Return the reps in so many swings: a last one that was lifted counts, even if it was let go."""
        return (length + (0 if self.exercise.lowers_first else 1)) >> 1

    def _trim(self):
        """Leave out swings at both ends that are not like the others, or in which the muscle was off."""
        reps = self.reps
        table = reps.table(reps.leader)
        size = swings.typical(reps.rows, table, self._first, self._length, swings.SIZE)
        duration = swings.typical(reps.rows, table, self._first, self._length, swings.DURATION)
        usual = swings.period_ms(reps.rows, table, self._first, self._length - 1 >> 1) * _APART // (2 * STEP_MS)
        self._cut_short(duration)
        while self._length > 1 and (self._is_odd(self._first, size, duration) or self._gap(self._first) > usual):
            self._first += 1
            self._length -= 1
        if self._begins_late():
            self._first += 1
            self._length -= 1
        last = self._first + self._length - 1
        while self._length > 1 and (self._is_odd(last, size, duration) or self._gap(last - 1) > usual):
            self._length -= 1
            last -= 1

    def _cut_short(self, duration):
        """Let the first swing begin where the third tells it should, if the limb had drifted for long before."""
        reps = self.reps
        rows = reps.rows
        row = reps.row(reps.leader, self._first)
        if rows[row + swings.DURATION] <= duration * _UNLIKE or self._length < swings.SCORED_MIN:
            return
        second = rows[reps.row(reps.leader, self._first + 1) + swings.MIDDLE]
        rows[row + swings.MIDDLE] = second - self._gap(self._first + 2) & _STEP_MASK
        rows[row + swings.DURATION] = duration
        rows[row + swings.START] = rows[row + swings.MIDDLE] - (duration >> 2) & _STEP_MASK
        self.revision = 1

    def _begins_late(self):
        """Return whether the muscle says that every first phase is the second one of a rep: lifting is harder."""
        reps = self.reps
        if not reps.muscle_told or reps.leader == MUSCLE or self._length < swings.SCORED_MIN:
            return False
        there = back = 0
        for index in range(self._first, self._first + self._length - 1, 2):
            there += reps.rows[reps.row(reps.leader, index) + swings.PEAK]
            back += reps.rows[reps.row(reps.leader, index + 1) + swings.PEAK]
        if self.exercise.lowers_first:
            there, back = back, there
        return 4 * back > 5 * there

    def _gap(self, index):
        """Return the steps from the middle of a swing to that of the next."""
        reps = self.reps
        here = reps.rows[reps.row(reps.leader, index) + swings.MIDDLE]
        return reps.rows[reps.row(reps.leader, index + 1) + swings.MIDDLE] - here & _STEP_MASK

    def _is_odd(self, index, size, duration):
        row = self.reps.row(self.reps.leader, index)
        found = self.reps.rows[row + swings.SIZE]
        lasted = self.reps.rows[row + swings.DURATION]
        return found * _UNLIKE < size or found > size * _UNLIKE or lasted > duration * _UNLIKE or self._is_off(index)

    def _is_off(self, index):
        """Return whether the muscle was off in a swing, as far as the electrodes can tell."""
        reps = self.reps
        return reps.muscle_told and reps.rows[reps.row(reps.leader, index) + swings.PEAK] < reps.on_permille

    def _is_set(self):
        """Return whether the swings are enough, regular enough, and work."""
        if self.count < (CYCLES_MIN if self._steady else REPS_MIN):
            return False
        reps = self.reps
        contractions = reps.found[MUSCLE] + 1 >> 1
        many = max(self.count, contractions) >= _FEW
        irregularity = reps.irregularity(reps.leader, self._first, self._length, many)
        if irregularity >= (_IRREGULAR if many else _IRREGULAR_FEW):
            return False
        if self._steady or not reps.muscle_told:
            return True
        cycle_ms = swings.period_ms(reps.rows, reps.table(reps.leader), self._first, self._length - 1 >> 1)
        told_apart = cycle_ms >= _TOLD_APART_MS or self.exercise.cycle_min_ms >= _SLOW_MS
        if told_apart and contractions < (min(self.count + 1 >> 1, _ENOUGH) if many else self.count):
            return False
        return 2 * self._swings_off() <= self._length

    def _swings_off(self):
        off = 0
        for index in range(self._first, self._first + self._length):
            off += self._is_off(index)
        return off

    def _end(self):
        """Tell the set, unless nothing was ever told of it, not even a top."""
        told = self._told or self.count or self.confirmed
        if self.count:
            reps = self.reps
            leader = reps.leader
            rows = reps.rows
            last = reps.row(leader, self._first + self._length - 1)
            self.source = leader
            first = rows[reps.row(leader, self._first) + swings.START]
            self.start = self._began if reps.first(leader) else self._ago(first)
            self.end = self._ago(rows[last + swings.START] + (rows[last + swings.DURATION] >> 1))
            self.cycle_ms = swings.period_ms(rows, reps.table(leader), self._first, self._length - 1 >> 1)
        self._restart()
        if told:
            self._over |= _SET_OVER
            return SET
        self.revision = 0
        return NOTHING

    def _ago(self, step):
        """Return a step modulo 2^16 of the last 21 minutes as what it is."""
        return self.reps.now - (self.reps.now - step & _STEP_MASK) - DELAY_STEPS

    def _restart(self):
        self.reps.restart()
        self._active = False
        self.confirmed = self.closing = self._told = self._quiet = 0
        self._told_by = NOBODY
