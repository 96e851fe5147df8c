"""Target, re-arm and blanking: the core with its own motor shaking the electrodes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.cpython import condition
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.model import Channel
from buzzband.report.canvas import LIGHT
from buzzband.services import calibration
from buzzband_fw.core.activation import new_scale, permille
from buzzband_fw.core.chain import BLOCK_MS, BLOCK_RAW, RAW_RATE_HZ
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.target import REARM_PERCENT
from buzzband_fw.core.words import pulses_ms
from plotting import panels, svg

TARGET_PERMILLE = 500
LEAK = 0.3  # RMS of the motor in the EMG, as a share of full effort
SEED = 3
SHOWN_S = (4.0, 11.2)
RING_SAMPLES = 64


@dataclass(frozen=True, eq=False)
class Run:
    """What the core says after each block of 10 ms: both activations in percent, blanked, whether the motor runs."""

    free: NDArray[np.float64]
    gated: NDArray[np.float64]
    blanked: NDArray[np.bool_]
    motor: NDArray[np.bool_]


def run() -> Run:
    """Let a muscle reach the target in two reps, with a dip in the second, and stay below it in a third."""
    knots = [
        (0, 0.0),
        (0.9, 0.0),
        (1.2, 0.95),
        (1.7, 0.95),
        (1.9, 0.0),
        (4.2, 0.0),
        (4.6, 0.7),
        (5.4, 0.75),
        (5.6, 0.0),
    ]
    knots += [(7, 0.0), (7.3, 0.75), (7.7, 0.7), (7.9, 0.2), (8.05, 0.2), (8.2, 0.75), (8.6, 0.7), (8.8, 0.0)]
    knots += [(9.7, 0.0), (10.1, 0.36), (10.7, 0.36), (11, 0.0), (12, 0.0)]
    activation = synth.through(knots, 12.0)
    rng = np.random.default_rng(SEED)
    muscle = synth.emg(activation, 1000.0, rng)
    muscle = muscle + synth.sensor_noise(len(muscle), 1000.0, rng)
    digitised = digitise(Channel("EMG", 1000.0, muscle, "mV"))
    scale = calibration.from_recording(condition(digitised.raw, 50).envelope[50:], None, None)
    motor = synth.Motor(RAW_RATE_HZ, amplitude=LEAK * synth.FULL_EFFORT_MV * digitised.gain)
    return closed_loop(digitised.raw, scale.rest, scale.reference, motor)


def closed_loop(raw: NDArray[np.uint16], rest: int, reference: int, motor: synth.Motor) -> Run:
    """Run the core block by block, and add to what it feels what the motor does while it speaks."""
    pipeline = Pipeline(RING_SAMPLES, 50, rest, reference, TARGET_PERMILLE)
    scale = new_scale(rest, reference)
    told: list[tuple[float, float, bool, bool]] = []
    queue: list[bool] = []
    for first in range(0, len(raw) - BLOCK_RAW + 1, BLOCK_RAW):
        on = bool(queue) and queue.pop(0)
        shaken = np.rint(raw[first : first + BLOCK_RAW] + motor.block(on, BLOCK_RAW))
        word = pipeline.process(np.clip(shaken, 0, 4095).astype(int).tolist(), 0)
        if word:
            queue = [phase % 2 == 0 for phase, ms in enumerate(pulses_ms(word)) for _ in range(ms // BLOCK_MS)]
        free, gated = (permille(value, scale) / 10 for value in (pipeline.envelope, pipeline.cue.gated))
        told.append((free, gated, bool(pipeline.cue.flags & BLANKED), on))
    free_, gated_, blanked, motor_on = (np.array(column) for column in zip(*told, strict=True))
    return Run(free_, gated_, blanked, motor_on)


def draw() -> str:
    """Return the figure as SVG."""
    done = run()
    time_s = (np.arange(len(done.free)) + 1) * BLOCK_MS / 1000
    target = TARGET_PERMILLE / 10
    with panels(1, 3.0) as (figure, (axes,)):
        axes.fill_between(time_s, 0, 150, where=done.blanked, color=LIGHT["held"], linewidth=0, label="blanked")
        axes.fill_between(time_s, 0, 6, where=done.motor, color=LIGHT["buzz"], linewidth=0, label="motor runs")
        axes.plot(time_s, done.free, color=LIGHT["spoilt"], linewidth=1.2, label="free, for the log")
        axes.plot(time_s, done.gated, color=LIGHT["muscle"], linewidth=1.6, label="gated, for the target")
        for level, name in ((target, "target"), (target * REARM_PERCENT / 100, "re-arm")):
            axes.axhline(level, color=LIGHT["target"], linewidth=1, linestyle="-" if name == "target" else ":")
            axes.annotate(name, (SHOWN_S[1], level), (4, 0), textcoords="offset points", va="center")
        axes.set(xlim=SHOWN_S, ylim=(0, 130), xlabel="s", ylabel="% of the reference")
        axes.legend(loc="upper right", frameon=False, ncols=4, fontsize="small")
        return svg(figure)
