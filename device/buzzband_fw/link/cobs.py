"""Consistent overhead byte stuffing (Cheshire and Baker, 1999): no zero inside a frame, so that a zero can end it."""

from buzzband_fw.core.portable import const, micropython, ptr8

_RUN_MAX = const(255)


@micropython.viper
def stuff(source: ptr8, length: int, target: ptr8) -> int:
    """Write the stuffed ``source[:length]`` and a final zero to ``target``; return how many bytes that took.

    That is ``length`` + 2, and one more for every 254 bytes without a zero.
    """
    code_at = 0
    end = 1
    for i in range(length):
        byte = source[i]
        if byte:
            target[end] = byte
            end += 1
        if byte == 0 or end - code_at == _RUN_MAX:
            target[code_at] = end - code_at
            code_at = end
            end += 1
    target[code_at] = end - code_at
    target[end] = 0
    return end + 1


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
        if run < _RUN_MAX and source < length:
            buffer[end] = 0
            end += 1
    return end
