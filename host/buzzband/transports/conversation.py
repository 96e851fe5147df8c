"""Requests and answers: what is said again, what is waited for, and for how long."""

from collections import deque
from collections.abc import Callable
from random import randrange
from typing import TypeVar

from buzzband.errors import AtPrompt, Garbled, LinkError, Refused, Silent
from buzzband.transports import replies
from buzzband.transports.frame_reader import Frame, FrameReader, packed
from buzzband.transports.refusals import KINDS, refusal_of
from buzzband.transports.replies import Sample
from buzzband.transports.serial_port import Stream
from buzzband_fw.link import messages

BUSY_PAUSE_S = 0.02

_Answer = TypeVar("_Answer")

_FIRST_NUMBER = 32  # below lie control characters, which a prompt would obey
_SAMPLES_KEPT = 1024
_LEAVE_RAW_PROMPT = b"\x02"
_CTRL_C = b"\x03"


class Conversation:
    """Talk with a band. ``samples``: those that came unasked, the latest 1024.

    All methods raise LinkError.
    """

    def __init__(
        self, stream: Stream, patience_s: float, attempts: int, clock: Callable[[], float], busy_s: float | None = None
    ) -> None:
        """``clock``: seconds, that of the stream's timeouts. ``busy_s``: how long to ask a band that is busy again."""
        self.patience_s = patience_s
        self.attempts = attempts
        self._busy_s = busy_s
        self.clock = clock
        self.samples: deque[Sample] = deque(maxlen=_SAMPLES_KEPT)
        self._stream = stream
        self._reader = FrameReader(stream, clock)
        self._number = randrange(_FIRST_NUMBER, 256)  # an answer to somebody before us matches none of ours

    @property
    def at_prompt(self) -> bool:
        """Return whether what came last looks like MicroPython's prompt."""
        return self._reader.at_prompt

    @property
    def damaged(self) -> int:
        """Return how much has come that was no frame."""
        return self._reader.damaged

    def ask(
        self,
        kind: int,
        request: bytes | Callable[[], bytes],
        understand: Callable[[bytes], _Answer],
        patience_s: float | None = None,
    ) -> _Answer:
        """Return what ``understand`` makes of the answer; where it raises ValueError, ask again.

        A request that is made anew for each attempt has a number of its own each time: the last one's answer counts.
        """
        patience_s = self.patience_s if patience_s is None else patience_s
        number = self._next_number(kind)
        damaged, nonsense, tries = self.damaged, 0, 0
        busy_s = patience_s * self.attempts if self._busy_s is None else self._busy_s
        busy_until = self.clock() + busy_s
        while tries < self.attempts and not (tries and self.at_prompt):
            if callable(request):
                number = self.send(kind, request())
            else:
                self._write(kind, number, request)
            try:
                payload = self._await(kind, number, self.clock() + patience_s)
                if payload is not None:
                    return understand(payload)
            except Refused as refusal:
                if refusal.reason != messages.BUSY or self.clock() >= busy_until:
                    raise
                self.skim(BUSY_PAUSE_S)
                continue
            except ValueError:
                nonsense += 1
            tries += 1
        raise self.no_answer(kind, garbled=nonsense > 0 or self.damaged > damaged)

    def send(self, kind: int, payload: bytes) -> int:
        """Send a request; return its number."""
        number = self._next_number(kind)
        self._write(kind, number, payload)
        return number

    def next(self, deadline: float) -> Frame | None:
        """Return the next frame that is no sample, or None if there is none by ``deadline``."""
        while frame := self._reader.next(deadline):
            if frame.kind != messages.SAMPLE:
                return frame
            self._keep(frame)
        return None

    def skim(self, seconds: float) -> None:
        """Let time pass; of what comes, samples are kept."""
        deadline = self.clock() + seconds
        while self.next(deadline):
            pass

    def await_sample(self, timeout_s: float) -> None:
        """Wait until there is a sample. Raises Silent."""
        deadline = self.clock() + timeout_s
        while not self.samples:
            frame = self._reader.next(deadline)
            if frame is None:
                raise Silent("No samples come from the band.")
            self._keep(frame)

    def no_answer(self, kind: int, *, garbled: bool) -> LinkError:
        """Return why there was no answer."""
        if self.at_prompt:
            self._stream.write(_LEAVE_RAW_PROMPT)  # into which the kind of a HELLO has turned it
            return AtPrompt("MicroPython's prompt answers, not the band's app.")
        if garbled or self._reader.amid_piece:
            return Garbled(f"What the band answers to {KINDS[kind]} is damaged or makes no sense.")
        return Silent(f"The band does not answer {KINDS[kind]}.")

    def _next_number(self, kind: int) -> int:
        """Return the number of the next request: with it a HELLO has no Ctrl-C, which a band that is starting obeys."""
        while True:
            self._number = self._number + 1 if self._number < 255 else _FIRST_NUMBER
            if kind != messages.HELLO or _CTRL_C not in packed(kind, self._number, b""):
                return self._number

    def _write(self, kind: int, number: int, payload: bytes) -> None:
        """Send a request. The zero before it ends what somebody may have left half sent."""
        self._stream.write(b"\0" + packed(kind, number, payload))

    def _await(self, kind: int, number: int, deadline: float) -> bytes | None:
        """Return the payload of the answer, or None if it has not come by ``deadline``. Raises Refused, ValueError."""
        while frame := self.next(deadline):
            if frame.number != number:
                continue
            if frame.kind == kind | messages.ANSWER:
                return frame.payload
            if frame.kind == messages.REFUSED and (refusal := refusal_of(kind, frame.payload)):
                raise refusal
        return None

    def _keep(self, frame: Frame) -> None:
        """Keep a sample for whoever asks for samples; anything else answers nobody any more."""
        if frame.kind == messages.SAMPLE and len(frame.payload) >= messages.SAMPLE_SIZE:
            self.samples.append(replies.sample(frame.number, frame.payload))
