"""The exercises: how far a joint goes, how the segment that wears the band turns, and when the muscle works.

Ranges, tempos and the share of the segment are those of ordinary gym practice, rounded; nothing is fitted to them.
"""

from dataclasses import dataclass, replace

from buzzband.recordings.synth.placement import FOREARM, THIGH, UPPER_ARM, Placement
from buzzband.recordings.synth.reps import Rep, Tempo
from buzzband.recordings.synth.rotation import ABDUCTION, ADDUCTION, EXTENSION, FLEXION, Vector

Knots = list[tuple[float, float]]


@dataclass(frozen=True)
class Effort:
    """The muscle's activation within a repetition that lifts first, as shares of phases and of the rep's peak.

    It rises until ``full_at`` of the concentric phase and stays to the end of the hold; ``eccentric`` of it lowers the
    same load; ``easing`` of the eccentric phase leads to that plateau, and as much from it to rest.
    """

    full_at: float = 0.6
    eccentric: float = 0.6
    easing: float = 0.25

    def knots(self, rep: Rep, rest: float) -> Knots:
        """Return (time in s, level) through one repetition. One that lowers first is the mirror image in time."""
        rise_s, ease_s = self.full_at * rep.concentric_s, self.easing * rep.eccentric_s
        down_s = rep.concentric_s + rep.hold_s
        low = max(rest, self.eccentric * rep.peak)
        shape = [(0.0, rest), (rise_s, rep.peak), (down_s, rep.peak), (down_s + ease_s, low)]
        shape += [(rep.tempo.moving_s - ease_s, low), (rep.tempo.moving_s, rest)]
        if rep.lowers_first:
            return [(rep.start_s + (rep.tempo.moving_s - since_s), level) for since_s, level in reversed(shape)]
        return [(rep.start_s + since_s, level) for since_s, level in shape]


@dataclass(frozen=True)
class Exercise:
    """One exercise, as the segment sees it that wears the band.

    The segment turns about ``axis`` by its placement's share of the joint's angle, which goes from 0 to ``range_deg``
    and back. A ``cyclic`` one never stops between its repetitions; the body goes up and down by ``bounce_m`` twice in
    each of them.
    """

    name: str
    range_deg: float
    axis: Vector = FLEXION
    worn: Placement = UPPER_ARM
    tempo: Tempo = Tempo()  # noqa: RUF009 - frozen
    effort: Effort = Effort()
    lowers_first: bool = False
    cyclic: bool = False
    bounce_m: float = 0.0

    def on(self, placement: Placement) -> "Exercise":
        """Return the exercise with the band worn elsewhere."""
        return replace(self, worn=placement)


_ARM = replace(UPPER_ARM, share=1.0)
_OVER_FIXED_KNEE = replace(THIGH, pivot_m=0.42)  # feet and knees stay, the hips move
_BURST = Effort(full_at=0.4, eccentric=0.05, easing=0.3)

CURL = Exercise("curl", 120.0)
CURL_ON_FOREARM = CURL.on(FOREARM)
PULLDOWN = Exercise("pulldown", 110.0, ADDUCTION, replace(_ARM, rest_deg=(0.0, -150.0, 0.0)), Tempo(1.2, 0.4, 2.0, 0.4))
PUSH_UP = Exercise(
    "push-up",
    90.0,
    (0.0, -0.6, -0.8),  # the elbow goes back and out
    replace(_ARM, share=0.6, pivot_m=0.3),  # hands and elbows stay, the shoulders sink
    Tempo(0.9, 0.2, 1.2, 0.3),
    lowers_first=True,
)
RAISE = Exercise("raise", 85.0, ABDUCTION, _ARM, Tempo(1.1, 0.3, 1.6, 0.5))
SQUAT = Exercise(
    "squat", 105.0, FLEXION, replace(_OVER_FIXED_KNEE, share=0.8), Tempo(1.3, 0.3, 1.8, 0.8), lowers_first=True
)
ROMANIAN_DEADLIFT = Exercise(
    "romanian-deadlift",
    80.0,
    FLEXION,
    replace(_OVER_FIXED_KNEE, share=0.22),
    Tempo(1.5, 0.3, 2.4, 0.6),
    lowers_first=True,
)
GOOD_MORNING = Exercise(
    "good-morning", 70.0, FLEXION, replace(_OVER_FIXED_KNEE, share=0.18), Tempo(1.6, 0.4, 2.6, 0.8), lowers_first=True
)
HINGE = Exercise(
    "hinge", 30.0, FLEXION, replace(_OVER_FIXED_KNEE, share=0.3), Tempo(3.0, 1.0, 3.5, 1.5), lowers_first=True
)
BIKE = Exercise(
    "bike",
    45.0,
    EXTENSION,
    replace(THIGH, rest_deg=(0.0, 0.0, 75.0)),  # the pedal on top
    Tempo(0.375, 0.0, 0.375, 0.0),  # 80 rpm
    _BURST,
    cyclic=True,
)
RUN = Exercise(
    "run",
    60.0,
    EXTENSION,
    replace(THIGH, rest_deg=(0.0, 0.0, 40.0)),
    Tempo(0.37, 0.0, 0.37, 0.0),  # 81 strides, 162 steps a minute
    _BURST,
    cyclic=True,
    bounce_m=0.08,
)

EXERCISES = (
    CURL,
    CURL_ON_FOREARM,
    PULLDOWN,
    PUSH_UP,
    RAISE,
    SQUAT,
    ROMANIAN_DEADLIFT,
    GOOD_MORNING,
    HINGE,
    BIKE,
    RUN,
)
