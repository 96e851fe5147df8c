"""One contraction through the chain, stage by stage: the core's own kernels, on a spoilt synthetic muscle."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.model import Channel
from buzzband.report.canvas import LIGHT
from buzzband_fw.core import comb, envelope, intake, lowpass
from buzzband_fw.core.chain import RAW_RATE_HZ
from buzzband_fw.core.intake import RAW_PER_SAMPLE
from plotting import panels, svg

RATE_HZ = RAW_RATE_HZ // RAW_PER_SAMPLE
SHOWN_S = (1.0, 4.6)
SEED = 5


@dataclass(frozen=True, eq=False)
class Stages:
    """What each stage makes of the samples: ``raw`` at 4800 S/s, the others at 1200 Hz, in quarters of an ADC step."""

    raw: NDArray[np.uint16]
    intake: NDArray[np.int64]
    comb: NDArray[np.int64]
    rectified: NDArray[np.int64]
    envelope: NDArray[np.int64]


def spoilt() -> NDArray[np.uint16]:
    """Return two contractions with hum half as large as the muscle and a baseline that wanders: 12 bits at 4800 S/s."""
    rng = np.random.default_rng(SEED)
    activation = synth.contractions([0.5, 0.9], on_s=0.9, off_s=0.9)
    muscle = synth.emg(activation, 1000.0, rng)
    spoiling = synth.hum(len(muscle), 1000.0, rng, amplitude=0.25)
    spoiling = spoiling + synth.baseline_wander(len(muscle), 1000.0, rng, amplitude=0.6)
    return digitise(Channel("EMG", 1000.0, muscle + spoiling, "mV")).raw


def stages() -> Stages:
    """Run the kernels one after the other over all of the recording, and keep what each leaves."""
    raw = spoilt()
    length = len(raw) // RAW_PER_SAMPLE
    ring = raw.tolist() + [0] * ((1 << (len(raw) - 1).bit_length()) - len(raw))
    block, smooth = [0] * length, [0] * length
    intake.intake(ring, 0, block, length, intake.new_state(len(ring)))
    after_intake = np.array(block)
    comb.comb(block, length, comb.new_state(50))
    after_comb = np.array(block)
    lowpass.lowpass(block, length, lowpass.new_state())
    envelope.smooth(block, length, envelope.new_state(), smooth)
    return Stages(raw, after_intake, after_comb, np.array(block), np.array(smooth) >> envelope.FRACTION_BITS)


def draw() -> str:
    """Return the figure as SVG."""
    made = stages()
    titles: tuple[tuple[str, NDArray[Any], int], ...] = (
        ("from the converter: muscle, 50 Hz hum, a wandering baseline", made.raw, RAW_RATE_HZ),
        ("sum of four, high-pass 20 Hz", made.intake, RATE_HZ),
        ("mains comb", made.comb, RATE_HZ),
        ("low-pass 140 Hz, rectified; on it the envelope", made.rectified, RATE_HZ),
    )
    with panels(4, 5.6) as (figure, all_axes):
        for axes, (title, samples, rate_hz) in zip(all_axes, titles, strict=True):
            every = rate_hz // 600  # a point is about a pixel
            shown = slice(int(SHOWN_S[0] * rate_hz), int(SHOWN_S[1] * rate_hz), every)
            axes.plot(np.arange(len(samples))[shown] / rate_hz, samples[shown], color=LIGHT["muscle"], linewidth=0.5)
            axes.set_title(title, loc="left", fontsize="medium")
            axes.set(xlim=SHOWN_S, xticks=[])
        shown = slice(int(SHOWN_S[0] * RATE_HZ), int(SHOWN_S[1] * RATE_HZ), 6)
        last = all_axes[-1]
        last.plot(
            np.arange(len(made.envelope))[shown] / RATE_HZ, made.envelope[shown], color=LIGHT["buzz"], linewidth=2
        )
        last.set(xticks=np.arange(1, 5), xlabel="s")
        return svg(figure)
