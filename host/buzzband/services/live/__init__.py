"""What a band or a recording shows as it goes: items in order, for a screen that paints or a pipe that prints.

a band, the twin -> band.py ----┐                          ┌-> buffer.py, history.py -> buzzband.screen
CSV, EDF, log -> recording.py --┴-> items.py, one by one --┴-> lines.py -> standard output
"""
