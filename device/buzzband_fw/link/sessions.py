"""What a host wants of the sessions in flash: which there are, parts of one, its hash, its removal.

What takes longer than a turn goes on piece by piece, between blocks.
"""

import hashlib
import struct

from buzzband_fw.core.portable import const, micropython
from buzzband_fw.link import messages
from buzzband_fw.link.frames import Refusal, unpacked

_LIST_MAX = const(17)  # entries of 13 bytes behind a count, in 234 bytes
_PAYLOAD_AT = const(2)  # these three as in link/frames.py and link/messages.py: a name from elsewhere takes time
_PART_AT = const(6)
_READ_MAX = const(230)
_PIECE = const(1024)  # bytes that are hashed in a turn: 1.5 ms


class Sessions:
    """Answers LIST; READ, HASH and DELETE as well, step by step. ``kind``: of the request that goes on, or 0.

    Payloads are written into ``body``, behind kind and number.
    """

    def __init__(self, band, body):
        self.kind = 0
        self._band = band
        self._body = body
        self._part = memoryview(body)[_PART_AT : _PART_AT + _READ_MAX]
        self._file = None
        self._file_id = None
        self._offset = self._left = self._size = 0
        self._hash = self._piece = None
        self._wanted = None  # the hash that allows a removal

    def list(self, request, length):
        """Write how many sessions there are, and some of them; return the length of that."""
        (first,) = unpacked("<H", request, length)
        band = self._band
        names = band.sessions()
        unmerged = band.unmerged()
        struct.pack_into("<H", self._body, _PAYLOAD_AT, len(names))
        at = _PAYLOAD_AT + 2
        for name in names[first : first + _LIST_MAX]:
            session_id = bytes.fromhex(name)
            is_open = band.holds(session_id) or name in unmerged
            entry = session_id, band.session_size(session_id), is_open
            struct.pack_into(messages.ENTRY_FORMAT, self._body, at, *entry)
            at += messages.ENTRY_SIZE
        return at - _PAYLOAD_AT

    def begin(self, kind, request, length):
        """Begin to do what is requested. Raises Refusal, OSError."""
        if kind == messages.READ:
            session_id, self._offset, self._left = unpacked(messages.READ_FORMAT, request, length)
            self._open(session_id, self._offset + self._left).seek(self._offset)
        else:
            self._wanted = None
            if kind == messages.HASH:
                session_id, size = unpacked(messages.HASH_FORMAT, request, length)
            else:
                session_id, size, self._wanted = unpacked(messages.DELETE_FORMAT, request, length)
                self._check_removal(session_id, size)
            self._open(session_id, size).seek(0)
            self._size = self._left = size
            self._hash = hashlib.sha256()
            self._piece = bytearray(_PIECE)
        self.kind = kind

    @micropython.native
    def step(self):
        """Do a little more; return the length of what is to be sent now, None if there is nothing yet.

        Raises Refusal, OSError: then it is over.
        """
        left = self._left
        if self.kind != 4:  # messages.READ
            if not left:
                return self._end_hash()
            self._hash_piece()
            return None
        offset = self._offset
        struct.pack_into("<I", self._body, _PAYLOAD_AT, offset)
        size = left if left < _READ_MAX else _READ_MAX
        if size and self._file.readinto(self._part) < size:
            raise OSError
        self._offset = offset + size
        self._left = left = left - size
        if not left:
            self.kind = 0
        return 4 + size

    def stop(self):
        """Drop what goes on."""
        self.kind = 0
        self._hash = self._piece = None

    def close(self):
        """Let go of the file that was read last."""
        if self._file is not None:
            self._file.close()
            self._file = self._file_id = None

    def _hash_piece(self):
        piece = self._piece
        size = self._file.readinto(piece)
        if not size:
            raise OSError
        if size > self._left:
            size = self._left
        self._hash.update(piece if size == _PIECE else memoryview(piece)[:size])
        self._left -= size

    def _end_hash(self):
        digest = self._hash.digest()
        kind = self.kind
        self.stop()
        if kind == messages.HASH:
            struct.pack_into(messages.DIGEST_FORMAT, self._body, _PAYLOAD_AT, self._size, digest)
            return messages.DIGEST_SIZE
        if digest != self._wanted:
            raise Refusal(messages.MISMATCH)
        session_id = self._file_id[0]
        self._check_removal(session_id, self._size)
        self.close()
        self._band.remove(session_id)
        return 0

    def _check_removal(self, session_id, size):
        """Raise Refusal unless all of a session that is over is to go, and now is a moment for it."""
        band = self._band
        found = band.session_size(session_id)
        if found < 0:
            raise Refusal(messages.NO_SUCH_SESSION)
        if band.holds(session_id) or session_id.hex() in band.unmerged():
            raise Refusal(messages.IN_USE)
        if found != size:
            raise Refusal(messages.MISMATCH)
        if not band.may_write():
            raise Refusal(messages.BUSY)

    def _open(self, session_id, up_to):
        """Return the session's file; one that was opened before it grew does not show what came later."""
        size = self._band.session_size(session_id)
        if size < 0:
            raise Refusal(messages.NO_SUCH_SESSION)
        if up_to > size:
            raise Refusal(messages.BEYOND_END)
        if self._file_id != (session_id, size):
            self.close()
            self._file = open(self._band.session_path(session_id), "rb")
            self._file_id = (session_id, size)
        return self._file
