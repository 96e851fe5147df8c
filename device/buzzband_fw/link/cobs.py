"""Consistent overhead byte stuffing (Cheshire and Baker, 1999): no zero inside a frame, so that a zero can end it.

For frames of at most 253 bytes, which have no run that is too long to be told by one byte.
"""

import sys

from buzzband_fw.core.portable import micropython, ptr8

if sys.platform == "rp2":
    from buzzband_fw.thumb import stuff
else:

    def stuff(length, target, source):
        """Write the stuffed ``source[:length]`` and a final zero to ``target``; return their length: two more.

        Bytes move by one; what stands in the place of a zero tells how far it is to the next.
        """
        code_at = 0
        for at in range(length):
            byte = target[at + 1] = source[at]
            if byte == 0:
                target[code_at] = at + 1 - code_at
                code_at = at + 1
        target[code_at] = length + 1 - code_at
        target[length + 1] = 0
        return length + 2


@micropython.viper
def unstuff(buffer: ptr8, length: int) -> int:
    """Undo ``stuff`` in place, without the final zero. Returns the length of the content, or -1 if it is none."""
    source = 0
    end = 0
    while source < length:
        run = buffer[source]
        if run == 0 or source + run > length:
            return -1
        for _ in range(1, run):
            source += 1
            buffer[end] = buffer[source]
            end += 1
        source += 1
        if source < length:
            buffer[end] = 0
            end += 1
    return end
