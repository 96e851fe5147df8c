"""Sessions in flash: their names, which there are, how large they are.

``/log/<id>.bbl`` is a session. While one goes on, what is new goes into small files beside it, ``/log/<id>.000`` and so
on: see pieces.py.
"""

import hashlib
import os

from buzzband_fw.core.portable import const

FOLDER = "log"
SUFFIX = ".bbl"
_ID_SIZE = const(8)
_STEM = const(16)
_FULL = const(20)


def new_id(salt):
    """Return 8 bytes that no session in flash has. ``salt``: bytes that differ from band to band and from time to time.

    The chip's random numbers come from a ring oscillator that nobody vouches for, so they are not alone.
    """
    while True:
        salt = hashlib.sha256(os.urandom(_ID_SIZE) + salt).digest()
        if size_of(salt[:_ID_SIZE]) < 0:
            return salt[:_ID_SIZE]


def path_of(session_id):
    """Return the path of the file of a session. ``session_id``: 8 bytes."""
    return FOLDER + "/" + session_id.hex() + SUFFIX


def piece_path(session_id, number):
    """Return the path of a small file of a session. ``session_id``: 8 bytes."""
    return "%s/%s.%03d" % (FOLDER, session_id.hex(), number)


def listing():
    """Return the ids of all sessions in flash in order, 16 hexadecimal digits each."""
    return sorted([name[:_STEM] for name in _names() if len(name) == _FULL and name.endswith(SUFFIX)])


def unmerged():
    """Return which sessions have small files in flash: a dict of id to the numbers of the first and the last."""
    found = {}
    for name in _names():
        digits = name[_STEM + 1 :]
        if name[_STEM : _STEM + 1] == "." and digits.isdigit():
            number = int(digits)
            first, last = found.get(name[:_STEM], (number, number))
            found[name[:_STEM]] = min(first, number), max(last, number)
    return found


def size_of(session_id):
    """Return the size of a session's file, -1 without one. ``session_id``: 8 bytes."""
    try:
        return os.stat(path_of(session_id))[6]
    except OSError:
        return -1


def remove(session_id):
    """Remove a session's file. ``session_id``: 8 bytes. Raises OSError."""
    os.remove(path_of(session_id))


def free_bytes():
    """Return how much of the flash is free."""
    found = os.statvfs(".")
    return found[0] * found[3]


def _names():
    try:
        return [entry[0] for entry in os.ilistdir(FOLDER)]
    except OSError:
        return []
