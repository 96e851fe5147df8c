"""A set as the core sees it: how far the limb is from rest, how hard the muscle works, and the reps of the two."""

import numpy as np

from buzzband.outcome import Outcome
from buzzband.recordings import synth
from buzzband.report.canvas import LIGHT
from buzzband.services.options import Options
from buzzband.services.simulate import simulate
from plotting import panels, svg

SEED = 2
REPS = 6


def lifted() -> tuple[Outcome, synth.Truth]:
    """Return a set of curls, the band on the forearm, as the core tells it, and the truth about it."""
    one = synth.Set(reps=REPS, exercise=synth.CURL_ON_FOREARM, peaks=(0.5, 0.8))
    made = synth.build(synth.Session((one,)), SEED)
    return simulate(made.recording, Options(engine="cpython", target_permille=600, exercise="curl")), made.truth


def draw() -> str:
    """Return the figure as SVG."""
    told, truth = lifted()
    shown = (told.reps[0].start_s - 1, told.reps[-1].end_s + 1)
    with panels(2, 3.6, (1, 1.3)) as (figure, (movement, muscle)):
        degrees_s = (np.arange(len(told.movement)) + 1) / told.movement_rate_hz
        movement.plot(degrees_s, told.movement, color=LIGHT["move"], linewidth=1.4)
        movement.set(ylabel="° from rest", xticks=[])
        muscle_s = (np.arange(len(told.permille)) + 1) / told.rate_hz
        muscle.plot(muscle_s, told.permille / 10, color=LIGHT["muscle"], linewidth=1.2)
        muscle.axhline(told.target_permille / 10, color=LIGHT["target"], linewidth=1)
        for axes in (movement, muscle):
            axes.set_xlim(shown)
            for rep in told.reps:
                phases = zip(("concentric", "held", "eccentric"), rep.tempo_s, strict=True)
                at_s = rep.start_s
                for name, length_s in phases:
                    axes.axvspan(at_s, at_s + length_s, facecolor=LIGHT[name], linewidth=0, zorder=0)
                    at_s += length_s
        for real in truth.reps:
            for at_s in (real.start_s, real.peak_s, real.end_s):
                movement.plot([at_s, at_s], [-6, -1], color=LIGHT["text"], linewidth=1, clip_on=False)
        cues = [cue.t_s for cue in told.on_target]
        muscle.plot(cues, [125] * len(cues), "v", color=LIGHT["buzz"], markersize=6)
        muscle.set(ylim=(0, 130), xlabel="s", ylabel="% of the reference")
        return svg(figure)
