"""Filter coefficients in Q13 for 1200 Hz, written by device/tools/design_filters.py."""

# Butterworth, 2nd order, 20 Hz: b0, a1, a2 of y = b0 (x - 2 x1 + x2) - a1 y1 - a2 y2
HIGHPASS = (7607, -15173, 7064)

# Butterworth, 4th order, 140 Hz, two sections of unit gain: b0, a1, a2 of y = b0 (x + 2 x1 + x2) - a1 y1 - a2 y2
LOWPASS = (650, -7524, 1933, 838, -9694, 4852)
