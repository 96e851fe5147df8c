"""The two slots of a band, over the link: what is in them, and how an app comes into the one that does not run."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from buzzband.errors import Garbled
from buzzband.packs import PACK_MAX, Manifest, read_footer, read_manifest
from buzzband.transports import replies
from buzzband.transports.conversation import Conversation
from buzzband_fw.link import messages, updating

COPY_MAX = 16384  # bytes that the band copies at once

_SLOTS = ("a", "b")
_SELFTEST_PATIENCES = 6
_VERIFY_PATIENCES = 4
_ERASE_PATIENCES = 2
_WHOLE_MAX = 4 * PACK_MAX

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Look:
    """``running``: the slot of the app that answers. ``on_trial``: it has yet to be confirmed. ``size``: of a pack."""

    running: str
    on_trial: bool
    size: int


class Slots:
    """Asks a band. All methods raise LinkError."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    def look(self, slot: str) -> Look:
        """Return how things stand, and how large the pack in ``slot`` is; -1: there is none."""
        return self._ask(updating.LOOK, slot.encode(), _look)

    def manifest(self, slot: str, size: int) -> Manifest | None:
        """Return the manifest of the pack of ``size`` bytes in ``slot``, None if it is none, or a damaged one."""
        if not updating.FOOTER_SIZE <= size <= _WHOLE_MAX:
            return None
        footer = self._read(slot, size - updating.FOOTER_SIZE, updating.FOOTER_SIZE)
        try:
            start = read_footer(footer, size)
            return read_manifest(self._read(slot, start, size - start))
        except ValueError:
            return None

    def prefix_sha256(self, size: int) -> str:
        """Return the SHA-256 of the first ``size`` bytes of the pack in the slot that does not run, in hexadecimal."""
        request = struct.pack("<I", size)
        return self._ask(updating.PREFIX, request, lambda payload: replies.digest(payload, size), _VERIFY_PATIENCES)

    def empty(self) -> None:
        """Take away what is in the slot that does not run."""
        self._ask(updating.EMPTY, b"", replies.nothing, _ERASE_PATIENCES)

    def write(self, offset: int, data: bytes) -> None:
        """Append ``data``, at most WRITE_MAX bytes, to what is there, which ends at ``offset``."""
        request = struct.pack("<I", offset) + data
        self._grow(updating.WRITE, request, offset + len(data))

    def copy(self, offset: int, start: int, size: int) -> None:
        """Let the band append bytes of the pack that runs to what is there, which ends at ``offset``."""
        self._grow(updating.COPY, struct.pack("<III", offset, start, size), offset + size)

    def try_next(self, sha256: bytes) -> None:
        """Let the band verify what is in the slot that does not run, and try it at its next start."""
        self._ask(updating.TRY, sha256, replies.nothing, _VERIFY_PATIENCES)

    def confirm(self) -> None:
        """Let the app that runs test itself, and be the one to start from now on."""
        self._ask(updating.CONFIRM, b"", replies.nothing, _SELFTEST_PATIENCES)

    def _grow(self, what: int, request: bytes, size: int) -> None:
        def understand(payload: bytes) -> None:
            if struct.unpack("<I", payload) != (size,):
                raise ValueError("size")

        self._ask(what, request, understand, _ERASE_PATIENCES)

    def _read(self, slot: str, start: int, size: int) -> bytes:
        data = b""
        while len(data) < size:
            page = self._ask(updating.PAGE, slot.encode() + struct.pack("<I", start + len(data)), bytes)
            if not page:
                raise Garbled(f"The pack in slot {slot} is shorter than the band said.")
            data += page
        return data[:size]

    def _ask(self, what: int, request: bytes, understand: Callable[[bytes], _Answer], patiences: int = 1) -> _Answer:
        def understood(payload: bytes) -> _Answer:
            try:
                return understand(payload)
            except struct.error as error:
                raise ValueError(str(error)) from error

        patience_s = self._talk.patience_s * patiences
        return self._talk.ask(messages.SLOT, bytes((what,)) + request, understood, patience_s)


def _look(payload: bytes) -> Look:
    running, on_trial, size = struct.unpack("<BBi", payload)
    if chr(running) not in _SLOTS or on_trial > 1:
        raise ValueError("slot")
    return Look(chr(running), bool(on_trial), size)


def other(slot: str) -> str:
    """Return the name of the other slot."""
    return "a" if slot == "b" else "b"
