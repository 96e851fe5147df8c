"""Below: silence while all is well; a word after a concentric phase that stayed more than 15 % short of the target."""

from buzzband_fw.core.modes import mode
from buzzband_fw.core.portable import const
from buzzband_fw.core.words import FELL_SHORT, SILENCE
from buzzband_fw.core.words import TOO_FAST as FAST

SHORT_PERCENT = const(15)  # feedback within a band of 15 % beat feedback on every trial (Cruz et al. 2018)


class Mode(mode.Mode):
    """See the module."""

    minds_tops = True

    def due(self, what):
        """Return silence: to reach the target is what was wanted."""
        return SILENCE

    def confirmed(self, sets, top, after_ms):
        """Return FELL_SHORT if the way up was too easy."""
        short = 100 * top.lift_peak < (100 - SHORT_PERCENT) * self.target_permille
        return FELL_SHORT if short and sets.reps.muscle_told and self.is_sure(sets, top.number - 1) else SILENCE

    def rep_told(self, sets):
        """Return TOO_FAST if it was; that the muscle was off was said at its top."""
        return FAST if mode.Mode.rep_told(self, sets) == FAST else SILENCE
