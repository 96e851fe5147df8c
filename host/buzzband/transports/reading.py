"""Reading a session: the band sends part after part, and is asked for more before it has sent all."""

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from buzzband.errors import Silent
from buzzband.transports import replies
from buzzband.transports.conversation import BUSY_PAUSE_S, Conversation
from buzzband.transports.frame_reader import Frame
from buzzband.transports.refusals import refusal_of
from buzzband_fw.link import messages

REQUESTS = 2  # in flight: so the band always has one more to go on with
REQUEST_MAX = 16384  # bytes that one asks for: the band gives them in 0.1 s

_AT_LEAST = 1000  # bytes that come in one patience, or it takes too long


@dataclass(frozen=True)
class _Request:
    number: int
    end: int


class Reading:
    """A session on its way, from ``start`` up to ``size``: each part is handed to ``take`` as soon as it is there.

    Parts that are lost, or come out of order, are asked for again; what has been taken never is.
    """

    def __init__(
        self, talk: Conversation, session_id: bytes, start: int, size: int, take: Callable[[bytes], None]
    ) -> None:
        self._talk = talk
        self._id = session_id
        self._size = size
        self._take = take
        self._position = self._asked = start
        self._in_flight: deque[_Request] = deque()
        self._wrong = 0  # attempts without a part
        self._damaged = talk.damaged
        self._garbled = False
        self._deadline = self._busy_until = 0.0
        self._slow_at = talk.clock() + talk.patience_s * talk.attempts * (2 + (size - start) / _AT_LEAST)
        self._be_patient()

    def run(self) -> None:
        """Read it all. Raises LinkError, and what ``take`` raises."""
        while self._position < self._size:
            self._ask()
            frame = self._talk.next(self._deadline)
            if frame is None:
                self._try_again()
            elif any(frame.number == request.number for request in self._in_flight):
                self._look_at(frame)

    def _ask(self) -> None:
        while len(self._in_flight) < REQUESTS and self._asked < self._size:
            length = min(REQUEST_MAX, self._size - self._asked)
            payload = struct.pack(messages.READ_FORMAT, self._id, self._asked, length)
            self._asked += length
            self._in_flight.append(_Request(self._talk.send(messages.READ, payload), self._asked))

    def _look_at(self, frame: Frame) -> None:
        """Heed a frame that has the number of a request in flight."""
        try:
            if frame.kind == messages.READ | messages.ANSWER:
                self._look_at_part(frame)
            elif frame.kind == messages.REFUSED and (refusal := refusal_of(messages.READ, frame.payload)):
                if refusal.reason != messages.BUSY or self._talk.clock() >= self._busy_until:
                    raise refusal
                self._talk.skim(BUSY_PAUSE_S)
                self._start_over()
        except ValueError:
            self._garbled = True
            self._try_again()

    def _look_at_part(self, frame: Frame) -> None:
        request = self._in_flight[0]
        offset, data = replies.part(frame.payload)
        if offset < self._position:
            return  # it came twice
        if frame.number != request.number or offset > self._position:
            self._try_again()  # something before it is lost
            return
        if len(data) != min(messages.READ_MAX, request.end - offset):
            raise ValueError("length")
        self._take(data)
        self._position += len(data)
        if self._position == request.end:
            self._in_flight.popleft()
        self._be_patient()

    def _be_patient(self) -> None:
        """Wait for the next part as long as for the one before."""
        now = self._talk.clock()
        if now > self._slow_at:
            raise Silent(
                f"Session {self._id.hex()} comes too slowly: {self._position} of {self._size} bytes have come."
            )
        self._wrong = 0
        self._deadline = now + self._talk.patience_s
        self._busy_until = now + self._talk.patience_s * self._talk.attempts

    def _try_again(self) -> None:
        self._wrong += 1
        if self._wrong >= self._talk.attempts or self._talk.at_prompt:
            raise self._talk.no_answer(messages.READ, garbled=self._garbled or self._talk.damaged > self._damaged)
        self._start_over()

    def _start_over(self) -> None:
        """Ask anew for what has not come; answers to older requests count no more."""
        self._in_flight.clear()
        self._asked = self._position
        self._deadline = self._talk.clock() + self._talk.patience_s
