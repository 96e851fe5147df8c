"""The band's side of the link: takes requests from the port byte by byte, answers them one at a time, never waits."""

import struct

from buzzband_fw.core.portable import const, micropython
from buzzband_fw.link import frames, messages
from buzzband_fw.link.frames import Refusal, refuse, unpacked
from buzzband_fw.link.sessions import Sessions

_KNOCK = b"\r\x03"  # what mpremote and ampy send first: Ctrl-C at the start of a line
_END = b"\0"
_LOOKS = const(8)  # at the port in a turn: what was sent before is about to have gone


class Server:
    """Answers requests about a band and sends samples while the host wants them.

    ``streaming``: whether it does. ``word``: what has been due since the last sample, 0 if nothing.

    ``band``: a ``self_report.SelfReport``. ``leave``: None, or messages.REPL or RESET when the app is to end.
    """

    def __init__(self, port, band):
        self.leave = None
        self.streaming = False
        self.word = 0
        self._port = port
        self._look = port.look
        self._band = band
        self._frame = bytearray(frames.WIRE_MAX)
        self._filled = 0
        self._complete = 0  # bytes of a frame that waits to be served
        self._body = bytearray(messages.BODY_MAX)
        self._wire = bytearray(frames.WIRE_MAX)
        self._waiting = 0  # bytes of _wire that wait for the port
        self._sample_number = 0
        self._has_spoken = False
        self._sessions = Sessions(band, self._body)
        self._work = self._sessions  # what goes on step by step
        self._slots = None  # see updating.py, while a host writes an app
        self._number = 0  # of the request that is being answered
        self._staged = b""

    @micropython.native
    def poll(self, bytes_max):
        """Do one thing: send an answer, make one, or take up to ``bytes_max`` bytes; return whether there was one."""
        if self._waiting:
            return self._send()
        if self._work.kind:
            return self._go_on()
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
    def sample(self, block, permille, gated_permille, flags, envelope):
        """Send one sample of the stream, unless the port is not ready for it; return whether it is sent."""
        if self._waiting or not self._port.can_write():
            return False
        body = self._body
        body[0] = messages.SAMPLE
        body[1] = self._sample_number & 255
        self._sample_number += 1
        struct.pack_into(
            messages.SAMPLE_FORMAT, body, frames.PAYLOAD_AT, block, permille, gated_permille, flags, self.word, envelope
        )
        self.word = 0
        self._port.write(self._wire, frames.pack(body, messages.SAMPLE_SIZE, self._wire))
        return True

    def is_quiet(self):
        """Return whether every answer has reached the host."""
        return not self._waiting and self._port.can_write()

    def forget_partial(self):
        """Throw away half a frame: whoever sent it has gone. What was written of an app is seen through."""
        self._filled = 0
        self._leave_slots()

    def close(self):
        """Let go of the file that was read last, of the one that is written, and of the port."""
        self._sessions.close()
        self._leave_slots()
        self._port.close()

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
        self._number = self._frame[1]
        kind = self._frame[0]
        try:
            size = self._answer(kind, length)
        except Refusal as refusal:
            size = refuse(self._body, refusal.args[0], kind)
        except (OSError, MemoryError):
            size = refuse(self._body, messages.FAILED, kind)
        if size is not None:
            self._make_ready(size)

    def _go_on(self):
        """Do a little more of what takes longer; return whether something was done."""
        kind = self._work.kind
        self._body[0] = kind | messages.ANSWER
        if not self._band.is_clear():
            if kind != messages.READ:
                return False
            self._work.stop()
            size = refuse(
                self._body, messages.BUSY, kind
            )  # no exception: it would allocate, and so might collect garbage
        else:
            size = self._step(kind)
        if size is not None:
            self._make_ready(size)
        return True

    def _step(self, kind):
        try:
            return self._work.step()
        except Refusal as refusal:
            reason = refusal.args[0]
        except (OSError, MemoryError):
            reason = messages.FAILED
        self._work.stop()
        return refuse(self._body, reason, kind)

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
            return refuse(self._body, messages.BUSY, kind)
        if kind in (messages.READ, messages.HASH, messages.DELETE):
            self._work = self._sessions
            return self._sessions.begin(kind, self._frame, length)
        if kind == messages.SLOT:
            return self._slot(length)
        if kind == messages.HELLO:
            return self._hello()
        if kind == messages.LIST:
            return self._sessions.list(self._frame, length)
        if kind == messages.CONFIG:
            return self._config(length)
        if kind == messages.TIME:
            return self._time(length)
        if kind == messages.CALIBRATE:
            return self._calibrate(length)
        if kind == messages.MARK:
            if not self._band.mark(*unpacked("<I", self._frame, length)):
                raise Refusal(messages.NO_SUCH_SESSION)
            return 0
        raise Refusal(messages.UNKNOWN_KIND)

    def _stream(self, length):
        if length != 1:
            raise Refusal(messages.BAD_PAYLOAD)
        self.streaming = self._frame[frames.PAYLOAD_AT] != 0
        self.word = 0
        self._body[frames.PAYLOAD_AT] = self.streaming
        return 1

    def _calibrate(self, length):
        how = self._frame[frames.PAYLOAD_AT]
        if length != 1 or how > messages.LIFTS:
            raise Refusal(messages.BAD_PAYLOAD)
        self._body[frames.PAYLOAD_AT] = self._band.calibrate(how)
        return 1

    def _hello(self):
        text = self._band.hello().encode()[: messages.PAYLOAD_MAX]
        self._body[frames.PAYLOAD_AT : frames.PAYLOAD_AT + len(text)] = text
        return len(text)

    def _time(self, length):
        utc_ms, round_trip_ms = unpacked(messages.TIME_FORMAT, self._frame, length)
        moment = self._band.note_time(utc_ms, round_trip_ms)
        struct.pack_into(messages.MOMENT_FORMAT, self._body, frames.PAYLOAD_AT, *moment)
        return messages.MOMENT_SIZE

    def _config(self, length):
        """Let settings be told or changed, by a module that goes when the settings' own do: see store/settings.py."""
        from buzzband_fw.link.configuring import configure

        size, self._staged = configure(self._band, self._staged, self._frame, length, self._body)
        return size

    def _slot(self, length):
        """Let an app come into the other slot, by a module that is there for as long as a host speaks of it."""
        if self._slots is None:
            from buzzband_fw.link.updating import Updating

            self._slots = Updating(self._band, self._body)
        self._work = self._slots
        return self._slots.begin(self._frame, length)

    def _leave_slots(self):
        slots, self._slots = self._slots, None
        if slots is not None:
            self._work = self._sessions
            try:
                slots.close()
            except OSError:
                pass  # what is missing is found missing when it is tried

    def _make_ready(self, size):
        self._body[1] = self._number
        self._waiting = frames.pack(self._body, size, self._wire)

    def _send(self):
        for _ in range(_LOOKS):
            if self._port.can_write():
                break
        else:
            return False
        if not self._has_spoken:
            self._has_spoken = True
            self._port.write(_END, 1)  # of what MicroPython may have printed: it is no frame, nor part of one
        self._port.write(self._wire, self._waiting)
        self._waiting = 0
        if self._work.kind == 4:  # messages.READ
            self._look()
            self._go_on()
        return True
