"""Guides: what the band does for a while, led by hand: one module for each state, loaded when it is entered.

``Guide(band)`` begins. ``step()``, after each block, returns a signal of control.py when there is one.
``takes(signal)`` returns whether the guide has used a signal up. ``leave()`` ends it.
"""
