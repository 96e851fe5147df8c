"""Boots: how many there have been, and the time that a host has told last, in one small file. Imported when needed."""

import binascii
import os
import struct

PATH = "boots.bin"
_FORMAT = "<IIIQ"  # number of the last boot; the mark: number of its boot, clock in ms, ms since 1970. 0: no mark
_SIZE = 20
_MISSING = 2  # ENOENT


def count():
    """Return the number of this boot, from 1 on, and the last mark: (boot, t_ms, utc_ms), or None. Touches flash.

    Where the file cannot be read, numbers go on from anywhere: they must not come twice. Where it cannot be written,
    that is not a reason to stop.
    """
    number, mark = _read()
    number += 1
    try:
        save(number, mark)
    except OSError:
        pass
    return number, mark


def save(number, mark):
    """Write the file anew; littlefs shows the older one until it is whole. Raises OSError."""
    data = struct.pack(_FORMAT, number, *(mark or (0, 0, 0)))
    with open(PATH, "wb") as file:
        file.write(data + struct.pack("<I", binascii.crc32(data)))


def _read():
    try:
        with open(PATH, "rb") as file:
            data = file.read(_SIZE + 5)
    except OSError as error:
        return 0 if error.args[0] == _MISSING else _anywhere(), None
    if len(data) != _SIZE + 4 or struct.pack("<I", binascii.crc32(data[:_SIZE])) != data[_SIZE:]:
        return _anywhere(), None
    number, boot, t_ms, utc_ms = struct.unpack_from(_FORMAT, data)
    return number, (boot, t_ms, utc_ms) if boot else None


def _anywhere():
    return struct.unpack("<I", os.urandom(4))[0] >> 2
