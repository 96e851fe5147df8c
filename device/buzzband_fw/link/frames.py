"""Frames: bodies on their way through a byte stream."""

from buzzband_fw import crc
from buzzband_fw.core.portable import const
from buzzband_fw.link.cobs import stuff, unstuff
from buzzband_fw.link.messages import BODY_MAX, OVERHEAD

WIRE_MAX = const(256)
PAYLOAD_AT = const(2)

_CRC = crc.new_state()


def pack(body, length, wire):
    """Seal the payload of ``length`` bytes in ``body[2:]`` and stuff the whole into ``wire``; return the bytes to send.

    ``body``: BODY_MAX bytes, kind and number in the first two. ``wire``: WIRE_MAX bytes.
    """
    crc.seal(body, 0, PAYLOAD_AT + length, _CRC)
    return stuff(body, length + OVERHEAD, wire)


def unpack(wire, length):
    """Undo ``pack`` in place, for a frame without its zero; return the payload's length, or -1 if it is damaged."""
    size = unstuff(wire, length)
    if not OVERHEAD <= size <= BODY_MAX or not crc.is_sealed(wire, 0, size, _CRC):
        return -1
    return size - OVERHEAD
