"""Holds: muscle and limb stand still under load, as at the top of a squeeze."""

from buzzband_fw.core.motion import SPEED_PER_DPS, STEP_MS
from buzzband_fw.core.portable import const, micropython

HOLD_PERCENT = const(80)  # of the target
STILL_DPS = const(25)  # normal reps stay below it for 0.2 s at most
_ENTRY_MS = const(500)
TOLD_MS = const(5000)  # shorter ones belong to a rep

_GRACE_STEPS = const(10)  # 0.2 s in which the effort may fluctuate


class Hold:
    """One hold at a time. ``on``: whether one is on. After ``step`` has returned True, one has ended that is worth
    telling: ``start``, in steps, ``steps`` long, at ``permille`` on average.
    """

    def __init__(self, target_permille):
        self.on = False
        self.start = self.steps = self.permille = 0
        self._level = max(target_permille * HOLD_PERCENT // 100, 1)
        self._speed = STILL_DPS * SPEED_PER_DPS
        self._held = self._total = self._missed = 0

    @micropython.native
    def step(self, now, permille, speed):
        """Take activation and speed at step ``now``, 20 ms after the last; return whether a hold has ended."""
        if permille >= self._level and speed < self._speed:
            self._held += self._missed + 1
            self._total += permille * (self._missed + 1)
            self._missed = 0
            if self._held * STEP_MS >= _ENTRY_MS:
                self.on = True
            return False
        if not self._held:
            return False
        self._missed += 1
        if self._missed <= _GRACE_STEPS:
            return False
        return self.end(now - self._missed)

    def end(self, now):
        """End the hold before step ``now``; return whether it is worth telling."""
        held = self._held
        if held:
            self.start = now - held
            self.steps = held
            self.permille = self._total // held
        self.on = False
        self._held = self._total = self._missed = 0
        return held * STEP_MS >= TOLD_MS
