"""Exercises: what the band expects of the movement. A preset for each, and one for everything else.

The app only borrows this table: the preset in use is a ``reps.Exercise``, so that nothing of it holds the rest.
"""

from buzzband_fw.core.reps import ANY, REPS, STEADY, Exercise

PACES = ("reps", "steady")
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
