"""Exercises: what the band expects of the movement. A preset for each, and one for everything else."""

from buzzband_fw.core.portable import const

ANY = const(0)  # which sources may count: the most regular one
MOVEMENT = const(1)  # the IMU's
MUSCLE_ONLY = const(2)

REPS = const(0)  # how the work is told: rep by rep
STEADY = const(1)  # as cycles without an end, with a cadence
PACES = ("reps", "steady")


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


_SLOW = (1000, 14000)
_TOLD = (600, 1000)
_EXERCISES = (  # rows, of which a band needs one
    ("custom", ANY, False, REPS, (400, 14000), "reach", (0, 0), "2-1-3"),
    ("curl", ANY, False, REPS, _SLOW, "reach", _TOLD, "2-1-3"),
    ("pulldown", ANY, False, REPS, _SLOW, "reach", _TOLD, "2-1-3"),
    ("push-up", ANY, True, REPS, _SLOW, "reach", _TOLD, "2-1-3"),
    ("raise", ANY, False, REPS, _SLOW, "reach", _TOLD, "2-1-3"),
    ("squat", ANY, True, REPS, _SLOW, "reach", _TOLD, "2-0-3"),
    ("romanian-deadlift", ANY, True, REPS, _SLOW, "reach", (600, 1500), "2-1-4"),
    ("good-morning", ANY, True, REPS, _SLOW, "reach", (800, 1500), "2-0-4"),
    ("hinge", ANY, True, REPS, (2000, 14000), "reach", (1000, 1000), "2-1-3"),
    ("explosive", ANY, False, REPS, (400, 14000), "silent", (0, 0), "1-0-2"),  # jumps, throws, swings
    ("bike", ANY, False, STEADY, (400, 2000), "steady", (0, 0), None),
    ("run", ANY, False, STEADY, (400, 1500), "steady", (0, 0), None),
)
NAMES = tuple([row[0] for row in _EXERCISES])


def named(name):
    """Return the exercise of that name. Raises ValueError."""
    return Exercise(*_EXERCISES[NAMES.index(name)])
