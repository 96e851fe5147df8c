"""The answers to CONFIG. Imported when a host asks, and forgotten with what else is needed for settings only."""

import struct

from buzzband_fw.core.portable import const
from buzzband_fw.link import messages
from buzzband_fw.link.frames import PAYLOAD_AT, Refusal, refuse

_PART_AT = const(3)  # in the payload
_PAGE_AT = const(2)  # in that of the answer


def configure(band, staged, request, length, body):
    """Answer in ``body``; return the payload's length, and what is staged of a change now. Raises Refusal.

    ``staged``: what was before.
    """
    if length < _PART_AT:
        raise Refusal(messages.BAD_PAYLOAD)
    what, offset = struct.unpack_from("<BH", request, PAYLOAD_AT)
    data = bytes(request[PAYLOAD_AT + _PART_AT : PAYLOAD_AT + length])
    if what == messages.GET:
        return _page(band.settings, offset, data, body), staged
    if what not in (messages.STAGE, messages.SET):
        raise Refusal(messages.BAD_PAYLOAD)
    if offset > len(staged) or offset + len(data) > messages.CHANGES_MAX:
        raise Refusal(messages.BEYOND_END)
    staged = staged[:offset] + data  # the same part once more does no harm
    if what == messages.SET:
        return _change(band, staged, body), staged
    struct.pack_into("<H", body, PAYLOAD_AT, len(staged))
    return _PAGE_AT, staged


def _page(settings, offset, name, body):
    """Write what there is of the settings from ``offset`` on; of one of them, if ``name`` names it."""
    told = settings.told(name)
    if told is None:
        raise Refusal(messages.BAD_PAYLOAD)
    struct.pack_into("<H", body, PAYLOAD_AT, len(told))
    page = told[offset : offset + messages.PAGE_MAX]
    body[PAYLOAD_AT + _PAGE_AT : PAYLOAD_AT + _PAGE_AT + len(page)] = page
    return _PAGE_AT + len(page)


def _change(band, changes, body):
    """Let the band change settings: it says how many differ now, or what cannot be."""
    if not band.may_write():
        raise Refusal(messages.BUSY)
    made, told = band.settings.apply(changes)
    reason = messages.WRONG_SETTING if told else messages.BAD_PAYLOAD
    size = 0 if made else refuse(body, reason, messages.CONFIG)
    told = told[: messages.PAYLOAD_MAX - size]
    body[PAYLOAD_AT + size : PAYLOAD_AT + size + len(told)] = told
    return size + len(told)
