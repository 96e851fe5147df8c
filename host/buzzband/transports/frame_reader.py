"""Cuts what a stream gives into frames, in bounded time and memory, whatever the other end sends."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from buzzband.transports.serial_port import Stream
from buzzband_fw.link import frames
from buzzband_fw.link.messages import BODY_MAX, OVERHEAD

_TAIL = 128  # bytes behind the last frame that are kept to tell a prompt by
_PROMPTS = (b">>> ", b"raw REPL; CTRL-B to exit")


@dataclass(frozen=True)
class Frame:
    """One frame as it came, its checksum right and taken off."""

    kind: int
    number: int
    payload: bytes


class FrameReader:
    """Reads frames from a stream. What is none, such as text of MicroPython's prompt, is skipped and counted.

    ``damaged``: how many pieces between two zeros were no frames.
    """

    def __init__(self, stream: Stream, clock: Callable[[], float] = monotonic) -> None:
        """``clock``: seconds, the one by which deadlines are told."""
        self.damaged = 0
        self._stream = stream
        self._clock = clock
        self._waiting = bytearray()  # at most what one read gives and one frame
        self._tail = b""

    @property
    def at_prompt(self) -> bool:
        """Return whether what came behind the last frame looks like MicroPython's prompt."""
        return any(prompt in self._tail for prompt in _PROMPTS)

    @property
    def amid_piece(self) -> bool:
        """Return whether something has come that no zero has ended yet."""
        return bool(self._waiting)

    def next(self, deadline: float) -> Frame | None:
        """Return the next frame, or None if there is none by ``deadline``. Raises LinkError."""
        while True:
            end = self._waiting.find(0)
            if end >= 0:
                frame = self._frame(end)
                if frame:
                    return frame
            left_s = deadline - self._clock()
            if left_s <= 0:
                return None
            if end < 0:
                self._read(left_s)

    def _read(self, timeout_s: float) -> None:
        del self._waiting[: -frames.WIRE_MAX]  # longer than any frame: its end will not pass for one
        data = self._stream.read(timeout_s)
        self._waiting += data
        self._tail = (self._tail + data)[-_TAIL:]

    def _frame(self, end: int) -> Frame | None:
        piece = self._waiting[:end]
        del self._waiting[: end + 1]
        if not piece:
            return None
        length = frames.unpack(piece, end) if OVERHEAD < end < frames.WIRE_MAX else -1
        if length < 0:
            self.damaged += 1
            return None
        self._tail = bytes(self._waiting[-_TAIL:])
        return Frame(piece[0], piece[1], bytes(piece[frames.PAYLOAD_AT : frames.PAYLOAD_AT + length]))


def packed(kind: int, number: int, payload: bytes) -> bytes:
    """Return a frame as it goes over the wire, its final zero included."""
    body = bytearray(BODY_MAX)
    body[: frames.PAYLOAD_AT + len(payload)] = bytes((kind, number)) + payload
    wire = bytearray(frames.WIRE_MAX)
    return bytes(wire[: frames.pack(body, len(payload), wire)])
