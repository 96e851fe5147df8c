"""Holds: muscle and limb stand still under load, as at the top of a squeeze."""

from buzzband_fw.core.motion import STEP_MS
from buzzband_fw.core.portable import const, micropython

HOLD_PERCENT = const(80)  # of the target
STILL_DPS = const(25)  # normal reps stay below it for 0.2 s at most
TOLD_MS = const(5000)  # shorter ones belong to a rep

_STILL = const(25 * 65)  # that limit, in units of the speed
_ENTRY_STEPS = const(500 // 20)
_GRACE_STEPS = const(10)  # 0.2 s in which the effort may fluctuate


class Hold:
    """One hold at a time. After ``step`` has returned True, one has ended that is worth telling: ``start``, in steps,
    ``steps`` long, at ``permille`` on average.

    ``on``: whether one is on. ``level``: the activation that makes one. ``held``: steps of what may become one; while
    it is 0, a ``step`` below ``level`` does nothing.
    """

    def __init__(self, target_permille):
        self.on = False
        self.start = self.steps = self.permille = 0
        self.level = max(target_permille * HOLD_PERCENT // 100, 1)
        self.held = self._total = self._missed = 0

    @micropython.native
    def step(self, now, permille, speed):
        """Take activation and speed at step ``now``, 20 ms after the last; return whether a hold has ended."""
        held = self.held
        missed = self._missed
        if permille >= self.level and speed < _STILL:
            self._total += permille * (missed + 1)
            self.held = held = held + missed + 1
            if missed:
                self._missed = 0
            if held >= _ENTRY_STEPS:
                self.on = True
            return False
        if not held:
            return False
        self._missed = missed = missed + 1
        if missed <= _GRACE_STEPS:
            return False
        return self.end(now - missed)

    def end(self, now):
        """End the hold before step ``now``; return whether it is worth telling."""
        held = self.held
        if held:
            self.start = now - held
            self.steps = held
            self.permille = self._total // held
        self.on = False
        self.held = self._total = self._missed = 0
        return held * STEP_MS >= TOLD_MS
