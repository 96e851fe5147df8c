"""How much of a sine the chain lets through: measured with the core, not computed from its coefficients."""

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.cpython import condition
from buzzband.report.canvas import LIGHT
from buzzband_fw.core.chain import BLOCK_SAMPLES, RAW_RATE_HZ
from plotting import panels, svg

AMPLITUDE = 400  # codes of 2048: the comb may ring, and nothing is to clip
SETTLING_BLOCKS = 60
SECONDS = 1.2
MOTORS_HZ = (175, 235)  # at 200 Hz, a multiple of 50 Hz, the comb hides what the low-pass does
FREQUENCIES_HZ = np.unique(np.concatenate([np.arange(4, 60, 0.5), np.arange(60, 302, 1)]))
FLOOR_DB = -50


def gain_db(frequency_hz: float, mains_hz: int) -> float:
    """Return what becomes of a sine of that frequency: its mean magnitude after the chain, against before, in dB."""
    time_s = np.arange(int(SECONDS * RAW_RATE_HZ)) / RAW_RATE_HZ
    raw = np.rint(2048 + AMPLITUDE * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.uint16)
    after = condition(raw, mains_hz).rectified[SETTLING_BLOCKS:]
    samples = after.size // BLOCK_SAMPLES * BLOCK_SAMPLES
    mean = after.ravel()[:samples].mean() / 4  # four samples are summed
    return max(20 * float(np.log10(max(mean, 1e-9) / (AMPLITUDE * 2 / np.pi))), FLOOR_DB)


def response(mains_hz: int) -> NDArray[np.float64]:
    """Return the gain at each of FREQUENCIES_HZ, in dB."""
    return np.array([gain_db(float(frequency), mains_hz) for frequency in FREQUENCIES_HZ])


def draw() -> str:
    """Return the figure as SVG."""
    with panels(1, 2.9) as (figure, (axes,)):
        axes.plot(FREQUENCIES_HZ, response(50), color=LIGHT["muscle"], linewidth=1.2)
        axes.set(xlim=(0, 300), ylim=(FLOOR_DB, 5), xlabel="Hz", ylabel="dB")
        axes.grid(color=LIGHT["grid"], linewidth=0.6)
        axes.axvspan(20, 140, color=LIGHT["set"], zorder=0)
        axes.annotate("20 to 140 Hz", (80, -46), ha="center", va="center")
        for motor_hz in MOTORS_HZ:
            db = gain_db(motor_hz, 50)
            axes.plot(motor_hz, db, "o", color=LIGHT["buzz"], markersize=4)
            axes.annotate(f"motor, {motor_hz} Hz: {db:.0f} dB", (motor_hz, db), (6, 6), textcoords="offset points")
        return svg(figure)
