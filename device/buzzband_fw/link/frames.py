"""Frames: bodies on their way through a byte stream."""

import struct

from buzzband_fw import crc
from buzzband_fw.core.portable import const
from buzzband_fw.link.cobs import stuff, unstuff
from buzzband_fw.link.messages import BAD_PAYLOAD, BODY_MAX, OVERHEAD, REFUSED

WIRE_MAX = const(256)
PAYLOAD_AT = const(2)

_CRC = crc.new_state()


class Refusal(Exception):
    """A request cannot be answered. Its argument is one of the reasons of messages.py."""


def pack(body, length, wire):
    """Seal the payload of ``length`` bytes in ``body[2:]`` and stuff the whole into ``wire``; return the bytes to send.

    ``body``: BODY_MAX bytes, kind and number in the first two. ``wire``: WIRE_MAX bytes.
    """
    crc.seal(body, 0, PAYLOAD_AT + length, _CRC)
    return stuff(length + OVERHEAD, wire, body)


def unpack(wire, length):
    """Undo ``pack`` in place, for a frame without its zero; return the payload's length, or -1 if it is damaged."""
    size = unstuff(wire, length)
    if not OVERHEAD <= size <= BODY_MAX or not crc.is_sealed(wire, 0, size, _CRC):
        return -1
    return size - OVERHEAD


def unpacked(layout, body, length):
    """Return the fields of a payload of ``length`` bytes. Raises Refusal if it is no such payload."""
    if length != struct.calcsize(layout):
        raise Refusal(BAD_PAYLOAD)
    return struct.unpack_from(layout, body, PAYLOAD_AT)


def refuse(body, reason, kind):
    """Make ``body`` refuse a request of that kind; return the payload's length."""
    body[0] = REFUSED
    body[PAYLOAD_AT] = reason
    body[PAYLOAD_AT + 1] = kind
    return 2
