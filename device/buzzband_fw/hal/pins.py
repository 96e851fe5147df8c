"""Which GPIO carries what. The only place that names one; boot.py reads a copy of it before any app is chosen."""

SDA = 4
SCL = 5
BUTTON = 14  # to ground; the internal pull-up holds it high
MOTOR = 16  # gate of the motor's MOSFET, with a pull-down of its own. Not 15: USB borrows it (erratum RP2040-E5)
REGULATOR_MODE = 23
VBUS = 24  # high while USB power is present
LED = 25
EMG = 26
EMG_OTHER = 27  # a second sensor, over a muscle that should not take over
VSYS = 29  # a third of the supply voltage
