"""The band's side of the link: takes requests from the port byte by byte, answers them one at a time, never waits."""

import hashlib
import struct

from buzzband_fw.core.portable import const, micropython
from buzzband_fw.link import frames, messages

_KNOCK = b"\r\x03"  # what mpremote and ampy send first: Ctrl-C at the start of a line
_END = b"\0"
_HASH_CHUNK = const(512)
_HASH_FORMAT = "<I32s"
_HASH_SIZE = const(36)
_LIST_MAX = const(18)  # entries of 12 bytes behind a count, in 234 bytes
_PART_AT = const(3)  # in the payload of CONFIG
_PAGE_AT = const(2)  # in that of its answer


class Refusal(Exception):
    """A request cannot be answered. Its argument is one of the reasons of messages.py."""


class Server:
    """Answers requests about a band and sends samples while the host wants them.

    ``band``: a ``self_report.SelfReport``. ``leave``: None, or messages.REPL or RESET when the app is to end.
    """

    def __init__(self, port, band):
        self.leave = None
        self.streaming = False
        self._port = port
        self._band = band
        self._frame = bytearray(frames.WIRE_MAX)
        self._filled = 0
        self._complete = 0  # bytes of a frame that waits to be served
        self._body = bytearray(messages.BODY_MAX)
        self._wire = bytearray(frames.WIRE_MAX)
        self._waiting = 0  # bytes of _wire that wait for the port
        self._sample_number = 0
        self._has_spoken = False
        self._file = None
        self._file_id = None
        self._hash = None
        self._staged = b""

    @micropython.native
    def poll(self, bytes_max):
        """Do one thing: send an answer, make one, or take up to ``bytes_max`` bytes; return whether there was one."""
        if self._waiting:
            return self._send()
        if self._hash is not None:
            return self._go_on_hashing()
        if self._complete:
            self._serve()
            return True
        for count in range(bytes_max):
            byte = self._port.read()
            if byte < 0:
                return count > 0
            if self._take(byte):
                break
        return True

    @micropython.native
    def sample(self, block, permille, gated_permille, flags, word, envelope):
        """Send one sample of the stream, unless the port is not ready for it; return whether it is sent."""
        if self._waiting or not self._port.can_write():
            return False
        body = self._body
        body[0] = messages.SAMPLE
        body[1] = self._sample_number & 255
        self._sample_number += 1
        struct.pack_into(
            messages.SAMPLE_FORMAT, body, frames.PAYLOAD_AT, block, permille, gated_permille, flags, word, envelope
        )
        self._port.write(self._wire, frames.pack(body, messages.SAMPLE_SIZE, self._wire))
        return True

    def is_quiet(self):
        """Return whether every answer has reached the host."""
        return not self._waiting and self._port.can_write()

    def forget_partial(self):
        """Throw away half a frame: whoever sent it has gone."""
        self._filled = 0

    def close(self):
        """Let go of the file that was read last, and of the port."""
        self._close_file()
        self._port.close()

    def _close_file(self):
        if self._file is not None:
            self._file.close()
            self._file = self._file_id = None

    def _take(self, byte):
        """Add a byte to the frame; return whether that was the end of something."""
        if byte:
            if self._filled < frames.WIRE_MAX:
                self._frame[self._filled] = byte
                self._filled += 1
            if self._filled == len(_KNOCK) and byte == _KNOCK[1] and self._frame[0] == _KNOCK[0]:
                self.leave = messages.REPL
                return True
            return False
        self._complete = self._filled if self._filled < frames.WIRE_MAX else 0
        self._filled = 0
        return True

    def _serve(self):
        length = frames.unpack(self._frame, self._complete)
        self._complete = 0
        if length < 0:
            return
        kind = self._frame[0]
        try:
            size = self._answer(kind, length)
        except Refusal as refusal:
            size = self._refuse(refusal.args[0], kind)
        except (OSError, MemoryError):
            size = self._refuse(messages.FAILED, kind)
        if size is not None:
            self._make_ready(self._frame[1], size)

    def _refuse(self, reason, kind):
        self._body[0] = messages.REFUSED
        self._body[frames.PAYLOAD_AT] = reason
        self._body[frames.PAYLOAD_AT + 1] = kind
        return 2

    def _answer(self, kind, length):
        """Write kind and payload of the answer into the body; return the payload's length, None if it takes longer."""
        self._body[0] = kind | messages.ANSWER
        if kind == messages.STATUS:
            return self._band.status_into(self._body, frames.PAYLOAD_AT)
        if kind == messages.STREAM:
            return self._stream(length)
        if kind in (messages.REPL, messages.RESET):
            self.leave = kind
            return 0
        if not self._band.is_clear():
            return self._refuse(messages.BUSY, kind)  # no exception: it would allocate, and so might collect garbage
        handler = {
            messages.HELLO: self._hello,
            messages.LIST: self._list,
            messages.READ: self._read,
            messages.HASH: self._start_hash,
            messages.CONFIG: self._config,
        }.get(kind)
        if handler is None:
            raise Refusal(messages.UNKNOWN_KIND)
        return handler(length)

    def _stream(self, length):
        if length != 1:
            raise Refusal(messages.BAD_PAYLOAD)
        self.streaming = self._frame[frames.PAYLOAD_AT] != 0
        self._body[frames.PAYLOAD_AT] = self.streaming
        return 1

    def _hello(self, _length):
        text = self._band.hello().encode()[: messages.PAYLOAD_MAX]
        self._body[frames.PAYLOAD_AT : frames.PAYLOAD_AT + len(text)] = text
        return len(text)

    def _list(self, length):
        if length != 2:
            raise Refusal(messages.BAD_PAYLOAD)
        (first,) = struct.unpack_from("<H", self._frame, frames.PAYLOAD_AT)
        sessions = self._band.sessions()
        struct.pack_into("<H", self._body, frames.PAYLOAD_AT, len(sessions))
        at = frames.PAYLOAD_AT + 2
        for name in sessions[first : first + _LIST_MAX]:
            session_id = bytes.fromhex(name)
            struct.pack_into(messages.ENTRY_FORMAT, self._body, at, session_id, self._band.session_size(session_id))
            at += messages.ENTRY_SIZE
        return at - frames.PAYLOAD_AT

    def _read(self, length):
        session_id, offset, wanted = self._unpack_request("<8sIB", length)
        file = self._open(session_id, offset)
        file.seek(offset)
        struct.pack_into("<I", self._body, frames.PAYLOAD_AT, offset)
        data = file.read(min(wanted, messages.READ_MAX, self._band.session_size(session_id) - offset))
        start = frames.PAYLOAD_AT + 4
        self._body[start : start + len(data)] = data
        return 4 + len(data)

    def _start_hash(self, length):
        session_id, size = self._unpack_request("<8sI", length)
        file = self._open(session_id, size)
        file.seek(0)
        self._hash = [hashlib.sha256(), size, size, self._frame[1]]

    def _go_on_hashing(self):
        state = self._hash
        if not self._band.is_clear():
            return False
        if state[1]:
            data = self._file.read(min(state[1], _HASH_CHUNK))
            state[0].update(data)
            state[1] = state[1] - len(data) if data else 0
            return True
        self._hash = None
        self._body[0] = messages.HASH | messages.ANSWER
        struct.pack_into(_HASH_FORMAT, self._body, frames.PAYLOAD_AT, state[2], state[0].digest())
        self._make_ready(state[3], _HASH_SIZE)
        return True

    def _config(self, length):
        if length < _PART_AT:
            raise Refusal(messages.BAD_PAYLOAD)
        what, offset = struct.unpack_from("<BH", self._frame, frames.PAYLOAD_AT)
        data = bytes(self._frame[frames.PAYLOAD_AT + _PART_AT : frames.PAYLOAD_AT + length])
        if what == messages.GET:
            return self._page(offset, data)
        if what not in (messages.STAGE, messages.SET):
            raise Refusal(messages.BAD_PAYLOAD)
        if offset > len(self._staged) or offset + len(data) > messages.CHANGES_MAX:
            raise Refusal(messages.BEYOND_END)
        staged = self._staged = self._staged[:offset] + data  # the same part once more does no harm
        if what == messages.SET:
            return self._change(staged)
        struct.pack_into("<H", self._body, frames.PAYLOAD_AT, len(staged))
        return _PAGE_AT

    def _page(self, offset, name):
        """Write what there is of the settings from ``offset`` on; of one of them, if ``name`` names it."""
        told = self._band.settings.told(name)
        if told is None:
            raise Refusal(messages.BAD_PAYLOAD)
        struct.pack_into("<H", self._body, frames.PAYLOAD_AT, len(told))
        page = told[offset : offset + messages.PAGE_MAX]
        self._body[frames.PAYLOAD_AT + _PAGE_AT : frames.PAYLOAD_AT + _PAGE_AT + len(page)] = page
        return _PAGE_AT + len(page)

    def _change(self, changes):
        """Let the band change settings: it says how many differ now, or what cannot be."""
        if not self._band.may_change():
            raise Refusal(messages.BUSY)
        made, told = self._band.settings.apply(changes)
        reason = messages.WRONG_SETTING if told else messages.BAD_PAYLOAD
        size = 0 if made else self._refuse(reason, messages.CONFIG)
        told = told[: messages.PAYLOAD_MAX - size]
        self._body[frames.PAYLOAD_AT + size : frames.PAYLOAD_AT + size + len(told)] = told
        return size + len(told)

    def _unpack_request(self, layout, length):
        if length != struct.calcsize(layout):
            raise Refusal(messages.BAD_PAYLOAD)
        return struct.unpack_from(layout, self._frame, frames.PAYLOAD_AT)

    def _open(self, session_id, up_to):
        """Return the session's file; one that was opened before it grew does not show what came later."""
        size = self._band.session_size(session_id)
        if size < 0:
            raise Refusal(messages.NO_SUCH_SESSION)
        if up_to > size:
            raise Refusal(messages.BEYOND_END)
        if self._file_id != (session_id, size):
            self._close_file()
            self._file = open(self._band.session_path(session_id), "rb")
            self._file_id = (session_id, size)
        return self._file

    def _make_ready(self, number, size):
        self._body[1] = number
        self._waiting = frames.pack(self._body, size, self._wire)

    def _send(self):
        if not self._port.can_write():
            return False
        if not self._has_spoken:
            self._has_spoken = True
            self._port.write(_END, 1)  # of what MicroPython may have printed: it is no frame, nor part of one
        self._port.write(self._wire, self._waiting)
        self._waiting = 0
        return True
