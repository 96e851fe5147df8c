"""The chip: who it is, and what runs on it."""

import sys
from machine import unique_id


def uid():
    """Return the board's own number, 16 hexadecimal digits."""
    return unique_id().hex()


def micropython_version():
    """Return MicroPython's version, like 1.24.1."""
    return ".".join([str(part) for part in sys.implementation[1][:3]])
