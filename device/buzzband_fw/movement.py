"""Movement: the IMU and the core's reps, step by step, and what went wrong with the IMU.

A step takes two frames of the IMU and the activation after two blocks. Frames may come late, by a block or two always,
by more after a stall: the activations wait for them. The IMU's clock is not the band's: a frame too many is left out,
one too few is told twice. Where frames are lost, and without an IMU, steps go on with the muscle alone.
"""

from array import array
from time import ticks_diff, ticks_ms

from buzzband_fw.core.motion import SPEED, STEP_VALUES
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.core.sets import NOTHING, Sets
from buzzband_fw.hal import imu
from buzzband_fw.hal.i2c_bus import BusError
from buzzband_fw.store import records

_NO_FAULT = const(0)

_PENDING = const(-2)  # as in hal/imu.py: a name from elsewhere takes time
_FRAME = const(6)
_WAITING = const(32)  # activations that wait for frames: 0.64 s
_WAITING_MASK = const(31)
_FLAGS_SHIFT = const(12)
_PERMILLE_MASK = const(0xFFF)
_LATE_SAMPLES = const(96)  # two blocks: the muscle has more than the last ones to catch up with
_SLOW_STEPS = const(3)  # behind the muscle, and no frame waits: the IMU's clock is the slower one
_STARVED_STEPS = const(26)  # 0.5 s: activations cannot wait for much longer
_BACKLOG_MAX = const(3)  # frames beyond those that activations wait for: more than there ever are if the clocks agree
_WORK_PER_STEP = const(2)
_FROZEN_MS = const(200)
_RETRY_MS = const(1000)

_ABSENT = const(0)  # what the IMU does
_RUNNING = const(1)
_RESTARTING = const(2)


class Movement:
    """``sets``: what the core makes of the movement. ``imu``: the driver, None without an IMU.

    ``event``: what ``step`` has led to, of core/sets.py. ``shown``: whether ``sets.degrees`` has just been brought up
    to date. ``hurry``: whether ``step`` is to be called again as soon as there is time. ``fault``, ``fault_value``:
    what has just gone wrong with the IMU, of store/records.py.
    """

    def __init__(self, settings, room, bus):
        """``room``: see core/reps.py. ``bus``: an I2cBus."""
        self._room = room
        self._chosen = None
        self.choose(settings)
        self.event = NOTHING
        self.shown = False
        self.hurry = False
        self.fault = _NO_FAULT
        self.fault_value = 0
        self.steps = 0  # of the session
        self.first_step = 0  # of it, as the core counts them
        self.imu = self._collect = None
        self._bus = bus
        self._state = _ABSENT
        self._since_ms = 0  # the last step that had its frames, or the last attempt
        self._away_ms = 0
        self._cause = self._cause_value = 0  # of its being away
        self._lost = False  # frames: none counts until the muscle is on time, or they would be taken for older ones
        self._surplus = False  # a frame has been left out
        self._more = False  # more frames wait in the IMU than come between two looks
        self._frames = array("h", bytes(2 * STEP_VALUES))
        self._have = 0
        self._paused = False
        self._activations = array("H", bytes(2 * _WAITING))
        self._felt = 0  # activations of the session
        self._works = _WORK_PER_STEP
        self._take = self._take_step  # bound once, as in core/pipeline.py

    def choose(self, settings):
        """Expect the exercise and the target of ``settings`` from now on. Not in a session."""
        chosen = settings.exercise, settings.target_permille
        if chosen == self._chosen:
            return
        self._chosen = chosen
        from buzzband_fw.core.exercises import named  # here, for it is borrowed: one row of its table stays

        self.sets = Sets(named(settings.exercise), settings.target_permille, self._room)
        self._step = self.sets.step  # bound once, as in core/pipeline.py
        self._work_on = self.sets.work

    def is_felt(self):
        """Return whether the IMU tells of the limb."""
        return self._state == _RUNNING and not self._lost

    def speed(self):
        """Return how fast the limb turns, as core/motion.py has it; 0 if nobody knows."""
        return self.sets.reps.motion[SPEED] if self.is_felt() else 0

    def wake(self):
        """Begin to let the IMU run, if there is one: it takes 0.1 s, in which there is other work to be done."""
        if self.imu is None and not self._find():
            return
        self.imu.begin_resume()
        try:
            self.imu.restart_step()
        except BusError:
            pass  # ``start`` tries that once more

    def start(self):
        """Let the IMU run, once awake: right before the samples of the muscle, so that both begin together."""
        if self.imu is None:
            return
        self._state = _RUNNING
        try:
            while not self.imu.restart_step():
                pass
            self.imu.request()
        except BusError as error:
            self._fail(records.IMU_BUS, error.args[0])
        self._since_ms = ticks_ms()

    def stop(self):
        """Let the IMU sleep."""
        if self.imu is not None:
            try:
                self.imu.stop()
            except BusError:
                pass  # it is the last thing that is wanted of it

    def begin(self, at_start):
        """Begin a session: steps count from here, and frames are taken from now on. Notes it if the IMU is away.

        ``at_start``: nothing has been felt yet, so no frame is too old.
        """
        self.sets.begin()
        self.first_step = self.sets.reps.now
        self.steps = self._felt = self._have = 0
        self._works = _WORK_PER_STEP
        self.event = NOTHING
        self.shown = False
        if at_start:
            return
        if self._state == _RUNNING:
            self.imu.flush()
            self._since_ms = ticks_ms()
            self._lost = True
        elif self._state == _RESTARTING:
            self._note(self._cause, self._cause_value)
        else:
            self.wake()
            self.start()

    def place(self, steps):
        """Let the activation that was felt last be that after so many steps of the session: blocks were lost."""
        self.first_step = self.sets.reps.now + self._felt - self.steps - steps

    def session_steps(self):
        """Return how many steps of the session there were."""
        return self.sets.reps.now - self.first_step

    @micropython.native
    def feel(self, permille, flags):
        """Take the gated activation after every second block."""
        self._activations[self._felt & _WAITING_MASK] = permille | flags << _FLAGS_SHIFT
        self._felt += 1

    @micropython.native
    def step(self, late_samples):
        """Do what a step is followed by, or else take a step if it is due: after every second block, or in a hurry.

        Where a step has left much, the second half of it is a call of its own, for a turn is to be short.
        ``late_samples``: of the muscle, that are still to be worked through. ``event`` and ``shown`` are for the caller
        to clear.
        """
        if self._works < _WORK_PER_STEP:
            self._work()
            self.hurry = self._works < _WORK_PER_STEP or self.event != NOTHING
            return
        steps = self.steps
        behind = self._felt - steps
        if self.hurry:
            self.serve(late_samples)
        hurries = self._surplus
        if behind:
            have = self._have
            alone = self._lost or self._state != _RUNNING or behind > _STARVED_STEPS
            if have == 2 or alone:
                self._take(steps, have == 2)
            if behind > 1 and (self._more or alone):
                hurries = True
        self.hurry = hurries or self._works < _WORK_PER_STEP

    def _work(self):
        """Do half of the work that a step is followed by, or all of it if there is none."""
        sets = self.sets
        self.event = event = self._work_on()
        if event or sets.reps.busy or sets.closing:
            self._works += 1
        else:
            self._works = _WORK_PER_STEP

    @micropython.native
    def _take_step(self, steps, whole):
        """Take the step behind so many. ``whole``: both of its frames are there."""
        value = self._activations[steps & _WAITING_MASK]
        frames = 0
        if whole:
            frames = 2
            self._since_ms = ticks_ms()
        if self._step(self._frames, frames, value & _PERMILLE_MASK, value >> _FLAGS_SHIFT, whole):
            self._works = 0
        self._have = 0
        self.steps = steps + 1
        if steps & 3 == 3:
            self.sets.look()
            self.shown = True

    @micropython.native
    def serve(self, late_samples):
        """Take a frame of the IMU and ask for the next, or go on with its restart: after every block. See ``step``."""
        state = self._state
        if state != _RUNNING:
            if state == _RESTARTING:
                self._restart()
            return
        have = self._have
        if have == 2:
            return  # the muscle has to come first
        try:
            got = self._collect(self._frames, _FRAME if have else 0, True)
        except BusError as error:
            self._fail(records.IMU_BUS, error.args[0])
            return
        if got > 0:
            self._more = got > 2
            if got == 1 or got > 1 + _BACKLOG_MAX or self._lost or self._surplus:
                self._weigh_frame(got - 1, late_samples, have)
            else:
                self._have = have + 1
        elif got != _PENDING:
            self._miss_frame(got, late_samples)

    def _weigh_frame(self, backlog, late_samples, have):
        """Count the frame that has come behind those that there are, once, twice, or not at all."""
        behind = self._felt - self.steps
        self._surplus = False
        if self._lost and (behind > 1 or late_samples > _LATE_SAMPLES):
            self._since_ms = ticks_ms()
            return
        self._lost = False
        if late_samples > _LATE_SAMPLES:
            self._have = have + 1
        elif backlog > _BACKLOG_MAX + 2 * behind:
            self._surplus = True
        else:
            if not have and not backlog and behind > _SLOW_STEPS:
                for i in range(_FRAME):
                    self._frames[_FRAME + i] = self._frames[i]
                have = 1
            self._have = have + 1

    def _miss_frame(self, got, late_samples):
        """Find out why no frame has come."""
        self._surplus = False
        silent_ms = ticks_diff(ticks_ms(), self._since_ms)
        if got == imu.OVERFLOWED:
            self._note(records.IMU_OVERFLOW, 0)
            self._since_ms = ticks_ms()
            self._lost = True
            self._have = 0
        elif silent_ms > _FROZEN_MS and late_samples <= _LATE_SAMPLES:
            self._fail(records.IMU_FROZEN, silent_ms)

    def _find(self):
        """Look which IMU there is, twice for there may be a glitch, and return whether there is any; notes why not."""
        for _ in range(2):
            try:
                self.imu = driver = imu.find(self._bus)
                self._collect = driver.collect  # bound once, as in core/pipeline.py
                return True
            except imu.ImuUnknown as error:
                code, value = records.IMU_UNKNOWN, error.identity
            except BusError:
                code, value = records.IMU_ABSENT, 0
        self._note(code, value)
        return False

    def _fail(self, code, value):
        """Go on without the IMU, and begin to bring it back: at once, and if that fails, a second later."""
        if self._state == _RUNNING:
            self._away_ms = ticks_ms()
            self._cause, self._cause_value = code, value
            self._note(code, value)
        self._paused = self._state == _RESTARTING
        self._state = _RESTARTING
        self._surplus = self._more = False
        self._have = 0
        self._since_ms = ticks_ms()
        if not self._paused:
            self._recover()

    def _recover(self):
        self._paused = False
        try:
            self._bus.recover()
        except BusError:
            pass  # SDA is still held low: perhaps not at the next attempt
        self.imu.begin_restart()

    def _restart(self):
        """Do the next step of a restart."""
        if self._paused:
            if ticks_diff(ticks_ms(), self._since_ms) > _RETRY_MS:
                self._recover()
            return
        try:
            if not self.imu.restart_step():
                return
        except BusError as error:
            self._fail(records.IMU_BUS, error.args[0])
            return
        self.imu.request()
        self._state = _RUNNING
        self._lost = True
        self._since_ms = ticks_ms()
        self._note(records.IMU_BACK, ticks_diff(self._since_ms, self._away_ms))

    def _note(self, code, value):
        self.fault = code
        self.fault_value = value
