"""Cue modes: when the band speaks, and what it says. One module each; only the chosen one is imported."""

from buzzband_fw.core.words import FELL_SHORT, ON_TARGET

NAMES = ("reach", "below", "hold", "tempo", "faded", "steady", "silent")

GATED = ("reach", "below", "faded", "steady")
_OF_MUSCLE = 1 << ON_TARGET | 1 << FELL_SHORT


def named(name):
    """Return the class of a mode. Raises ValueError."""
    if name not in NAMES:
        raise ValueError(name)
    return __import__("buzzband_fw.core.modes." + name, None, None, ("Mode",)).Mode


def chosen(settings, scale, leak_permille=0):
    """Return the mode that the settings ask for, on the wearer's ``scale``: their own, or that of the exercise.

    ``settings``: has mode, exercise, target_permille, tempo, hold_s, steady_off_s, load_kg, one_rm_kg, reps_max and
    silent_sets.
    ``leak_permille``: what the electrodes hear of the motor; if that is half the target, a hold is told by its goal
    alone.
    """
    from buzzband_fw.core import exercises  # here, for it is borrowed: one row of its table stays

    exercise = exercises.named(settings.exercise)
    name = settings.mode or exercise.mode
    mode = named(name)(scale, settings.target_permille, settings, exercise)
    if settings.load_kg is not None and name in GATED:
        from buzzband_fw.core.load import is_heavy

        if is_heavy(settings.load_kg, settings.one_rm_kg, settings.reps_max):
            mode.withheld |= _OF_MUSCLE
    if name == "hold" and 2 * leak_permille >= settings.target_permille:
        mode.withheld |= 1 << ON_TARGET
    if settings.silent_sets:
        mode.follow(settings.silent_sets)
    return mode
