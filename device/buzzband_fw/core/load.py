"""Load gate: above 60 % of the one-repetition maximum, thinking of the muscle no longer raises its activation.

Calatayud et al. 2016, Eur J Appl Physiol 116:527: pectorals and triceps followed the mind at 20 to 60 % of 1RM, not at
80 %.
"""

from buzzband_fw.core.portable import const

GATE_PERCENT = const(60)
_EPLEY_REPS = const(30)


def estimated_one_rm(load_kg, reps_max):
    """Return the one-repetition maximum in kg of who can do ``reps_max`` reps with ``load_kg`` (Epley 1985)."""
    if reps_max <= 1:
        return load_kg
    return load_kg * (_EPLEY_REPS + reps_max) / _EPLEY_REPS


def is_heavy(load_kg, one_rm_kg, reps_max):
    """Return whether ``load_kg`` is above the gate. What is not known is None; without a maximum no load is heavy."""
    if load_kg is None:
        return False
    if one_rm_kg is None:
        if reps_max is None:
            return False
        one_rm_kg = estimated_one_rm(load_kg, reps_max)
    return 100 * load_kg > GATE_PERCENT * one_rm_kg
