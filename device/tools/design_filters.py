"""Compute the core's filter coefficients from their design values and write ``core/coefficients.py``.

The lower edge, 20 Hz at 12 dB/octave, is that of De Luca et al. 2010 (J Biomech 43:1573). The upper one, 140 Hz, keeps
80 % of the power of a biceps and takes 9 to 21 dB off a vibration motor at 175 to 235 Hz.

    python device/tools/design_filters.py           print
    python device/tools/design_filters.py --write   write the file
"""

import math
import sys
from pathlib import Path

SAMPLE_RATE_HZ = 1200
HIGHPASS_HZ = 20
LOWPASS_HZ = 140
Q_BITS = 13

TARGET = Path(__file__).parents[1] / "buzzband_fw" / "core" / "coefficients.py"

TEMPLATE = '''"""Filter coefficients in Q{q_bits} for {rate} Hz, written by device/tools/design_filters.py."""

# Butterworth, 2nd order, {highpass} Hz: b0, a1, a2 of y = b0 (x - 2 x1 + x2) - a1 y1 - a2 y2
HIGHPASS = {highpass_ints}

# Butterworth, 4th order, {lowpass} Hz, two sections of unit gain: b0, a1, a2 of y = b0 (x + 2 x1 + x2) - a1 y1 - a2 y2
LOWPASS = {lowpass_ints}
'''


def butterworth_poles(corner_hz: float, quality: float) -> tuple[float, float]:
    """Return (a1, a2) of a second-order section, by the bilinear transform with its corner prewarped (a0 = 1)."""
    k = math.tan(math.pi * corner_hz / SAMPLE_RATE_HZ)
    norm = 1 + k / quality + k * k
    return 2 * (k * k - 1) / norm, (1 - k / quality + k * k) / norm


def butterworth_qualities(order: int) -> list[float]:
    """Return the quality factor of each second-order section of an even-order Butterworth filter, lowest first."""
    return [1 / (2 * math.cos(math.pi * (2 * k + 1) / (2 * order))) for k in range(order // 2)]


def highpass() -> tuple[float, float, float]:
    """Return (b0, a1, a2): gain 1 at half the sampling rate, and exactly 0 at DC because b is b0 (1, -2, 1)."""
    a1, a2 = butterworth_poles(HIGHPASS_HZ, butterworth_qualities(2)[0])
    return (1 - a1 + a2) / 4, a1, a2


def lowpass() -> list[tuple[float, float, float]]:
    """Return (b0, a1, a2) of both sections, each with gain 1 at DC, the milder section first: it bounds the second."""
    poles = [butterworth_poles(LOWPASS_HZ, quality) for quality in butterworth_qualities(4)]
    return [((1 + a1 + a2) / 4, a1, a2) for a1, a2 in poles]


def quantised(section: tuple[float, float, float]) -> tuple[int, ...]:
    """Return ``section`` in Q13."""
    return tuple(round(coefficient * (1 << Q_BITS)) for coefficient in section)


def source() -> str:
    """Return the text of ``core/coefficients.py``."""
    return TEMPLATE.format(
        q_bits=Q_BITS,
        rate=SAMPLE_RATE_HZ,
        highpass=HIGHPASS_HZ,
        lowpass=LOWPASS_HZ,
        highpass_ints=quantised(highpass()),
        lowpass_ints=tuple(coefficient for section in lowpass() for coefficient in quantised(section)),
    )


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        TARGET.write_text(source(), encoding="utf-8")
    else:
        print(source(), end="")
