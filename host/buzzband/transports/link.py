"""The link: asks a band over a stream, and believes nothing before it is checked. The contract is docs/link.md."""

import hashlib
import json
import random
import re
import struct
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any, TypeVar

from buzzband.errors import AtPrompt, Garbled, LinkError, Refused, Silent, Unplugged
from buzzband.progress import Progress, no_progress
from buzzband.transports import replies
from buzzband.transports.frame_reader import Frame, FrameReader, packed
from buzzband.transports.replies import Changed, Config, Entry, Hello, Sample, Status
from buzzband.transports.serial_port import Stream
from buzzband_fw import names
from buzzband_fw.link import messages

PATIENCE_S = 1.0
ATTEMPTS = 3

_Answer = TypeVar("_Answer")

_FIRST_NUMBER = 32  # below lie control characters, which a prompt would obey
_BUSY_PAUSE_S = 0.02
_HASHED_AT_ONCE = 16384  # bytes that any band hashes within the usual patience
_READ_AT_LEAST = 1000  # bytes that come in one patience, or it takes too long
_LISTING_PATIENCES = 20
_SAMPLES_KEPT = 1024
_SAVING_PATIENCES = 2  # two files are written
_LEAVE_RAW_PROMPT = b"\x02"

_ID = re.compile(r"[0-9a-f]{16}")
_NAMES = ("", "HELLO", "STATUS", "LIST", "READ", "HASH", "STREAM", "REPL", "RESET", "CONFIG")
_HINTS = {
    messages.UNKNOWN_KIND: "The band's app is older than this tool: bring it up to date with buzzband flash.",
    messages.NO_SUCH_SESSION: "List the sessions anew; their ids have 16 hexadecimal digits.",
    messages.BUSY: "It is in the middle of a set. Try again when the wearer rests.",
    messages.FAILED: "Its flash could not be read or written. Plug it again and repeat the command.",
    messages.WRONG_SETTING: "Nothing is changed. Bring band and tool to the same version: buzzband flash.",
}


class Link:
    """A band at the other end of a stream.

    Every request may be repeated, so one without an answer is: ``attempts`` times, each with ``patience_s``. An
    emulated band is slower than the clock on the wall and needs more. All methods raise LinkError: Silent, Garbled,
    Unplugged and Refused.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        patience_s: float = PATIENCE_S,
        attempts: int = ATTEMPTS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """``clock``: seconds, that of the stream's timeouts."""
        self.patience_s = patience_s
        self.attempts = attempts
        self._stream = stream
        self._clock = clock
        self._reader = FrameReader(stream, clock)
        self._number = random.randrange(_FIRST_NUMBER, 256)  # an answer to somebody before us matches none of ours
        self._samples: deque[Sample] = deque(maxlen=_SAMPLES_KEPT)

    def hello(self) -> Hello:
        """Return who the band is. Raises WrongProtocol too."""
        return self._ask(messages.HELLO, b"", replies.hello)

    def status(self) -> Status:
        """Return how the band is."""
        return self._ask(messages.STATUS, b"", replies.status)

    def sessions(self) -> tuple[Entry, ...]:
        """Return the sessions on the band, in its order."""
        for _ in range(self.attempts):
            found = self._listing()
            if found is not None:
                return found
        raise Garbled("The band's list of sessions changes while it is read.")

    def read(self, session_id: str, offset: int, length: int) -> bytes:
        """Return ``length`` bytes of a session, at most READ_MAX; fewer only at its end."""
        wanted = min(length, messages.READ_MAX)
        request = struct.pack("<8sIB", _id_bytes(session_id), offset, wanted)
        return self._ask(messages.READ, request, lambda payload: replies.part(payload, offset, wanted))

    def hash(self, session_id: str, length: int) -> bytes:
        """Return the SHA-256 of the first ``length`` bytes of a session, as the band has it."""
        request = struct.pack("<8sI", _id_bytes(session_id), length)
        patience_s = self.patience_s * (1 + length / _HASHED_AT_ONCE)
        return self._ask(messages.HASH, request, lambda payload: replies.digest(payload, length), patience_s)

    def pull(self, session_id: str, progress: Progress = no_progress) -> bytes:
        """Return all of a session that is safe in flash; its SHA-256 is the band's."""
        size = self._size_of(session_id)
        for _ in range(self.attempts):
            data = self._read_all(session_id, size, progress)
            if hashlib.sha256(data).digest() == self.hash(session_id, size):
                return data
        raise Garbled(f"Session {session_id} came {self.attempts} times, but never as the band has it.")

    def stream(self, on: bool) -> None:
        """Let samples come, or stop them; those that came before are forgotten."""
        self._samples.clear()
        self._ask(messages.STREAM, bytes((on,)), lambda payload: replies.switch(payload, on))

    def samples(self, timeout_s: float = PATIENCE_S) -> Iterator[Sample]:
        """Yield samples as they come, for ever. Raises Silent when none has come for ``timeout_s``."""
        while True:
            if not self._samples:
                self._wait_for_sample(timeout_s)
            yield self._samples.popleft()

    def config(self, name: str = "") -> Config:
        """Return the settings that hold, or the one of that name."""
        for _ in range(self.attempts):
            text = self._config_text(name.encode())
            if text is not None:
                return replies.config(text)
        raise Garbled("The band's settings change while they are read, or make no sense.")

    def change(self, changes: Mapping[str, Any]) -> Changed:
        """Change settings, all or nothing. ``changes``: of the shape of settings.json; None is the default."""
        text = json.dumps(changes, separators=(",", ":"), ensure_ascii=False).encode()
        if len(text) > messages.CHANGES_MAX:
            raise _refused(messages.BEYOND_END, "These are more changes than the band takes at once.", "Make fewer.")
        at, part = 0, text[: messages.PART_MAX]
        while at + len(part) < len(text):
            self._stage(at, part)
            at += len(part)
            part = text[at : at + messages.PART_MAX]
        request = struct.pack("<BH", messages.SET, at) + part
        return self._ask(messages.CONFIG, request, replies.changed, self.patience_s * _SAVING_PATIENCES)

    def repl(self) -> None:
        """End the app: MicroPython's prompt has the port then."""
        try:
            self._ask(messages.REPL, b"", replies.nothing)
        except LinkError:
            if not self._reader.at_prompt:  # the answer was lost, but the app did as it was told
                raise

    def reset(self) -> None:
        """Restart the chip; the port may vanish at once."""
        try:
            self._ask(messages.RESET, b"", replies.nothing)
        except Unplugged:
            return

    def _listing(self) -> tuple[Entry, ...] | None:
        """Return the list of sessions, or None if it changed in between."""
        found: dict[str, Entry] = {}
        count, index = 1, 0
        deadline = self._clock() + self.patience_s * self.attempts * _LISTING_PATIENCES
        while index < count:
            told, entries = self._ask(messages.LIST, struct.pack("<H", index), replies.page)
            if index and told != count:
                return None
            count = told
            index += len(entries)
            if self._clock() > deadline:
                raise Silent(f"The list of sessions comes too slowly: {index} of {count}.")
            if index > count or (not entries and index < count):
                raise Garbled(f"The band says that it has {count} sessions, but lists others than those.")
            found.update((entry.session_id, entry) for entry in entries)
        return tuple(found.values()) if len(found) == count else None

    def _config_text(self, name: bytes) -> bytes | None:
        """Return the settings as the band tells them, or None if they changed in between or are no JSON."""
        text, size = b"", 1
        while len(text) < size:
            request = struct.pack("<BH", messages.GET, len(text)) + name
            told, page = self._ask(messages.CONFIG, request, replies.config_page)
            if (text and told != size) or not page:
                return None
            text, size = text + page, told
        try:
            replies.config(text)
        except ValueError:
            return None
        return text

    def _stage(self, at: int, part: bytes) -> None:
        request = struct.pack("<BH", messages.STAGE, at) + part
        self._ask(messages.CONFIG, request, lambda payload: replies.staged(payload, at + len(part)))

    def _size_of(self, session_id: str) -> int:
        _id_bytes(session_id)
        size = next((entry.size for entry in self.sessions() if entry.session_id == session_id), None)
        if size is None:
            raise _refused(messages.NO_SUCH_SESSION, f"There is no session {session_id} on the band.")
        if size > replies.FILE_MAX:
            raise Garbled(f"The band says that session {session_id} has {size} bytes: more than its flash.")
        return size

    def _read_all(self, session_id: str, size: int, progress: Progress) -> bytes:
        deadline = self._clock() + self.patience_s * self.attempts * (2 + size / _READ_AT_LEAST)
        data = bytearray()
        while len(data) < size:
            piece = self.read(session_id, len(data), size - len(data))
            if not piece:
                raise Garbled(f"Session {session_id} ends after {len(data)} of {size} bytes.")
            if self._clock() > deadline:
                raise Silent(f"Session {session_id} comes too slowly: {len(data)} of {size} bytes.")
            data += piece
            progress(len(data) / size)
        return bytes(data)

    def _ask(
        self, kind: int, request: bytes, understand: Callable[[bytes], _Answer], patience_s: float | None = None
    ) -> _Answer:
        """Return what ``understand`` makes of the answer; where it raises ValueError, ask again."""
        patience_s = self.patience_s if patience_s is None else patience_s
        self._number = self._number + 1 if self._number < 255 else _FIRST_NUMBER
        damaged, nonsense, tries = self._reader.damaged, 0, 0
        busy_until = self._clock() + patience_s * self.attempts
        while tries < self.attempts and not (tries and self._reader.at_prompt):
            self._send(kind, request)
            try:
                payload = self._await(kind, self._clock() + patience_s)
                if payload is not None:
                    return understand(payload)
            except Refused as refusal:
                if refusal.reason != messages.BUSY or self._clock() >= busy_until:
                    raise
                self._skim(_BUSY_PAUSE_S)
                continue
            except ValueError:
                nonsense += 1
            tries += 1
        raise self._no_answer(kind, garbled=nonsense > 0 or self._reader.damaged > damaged)

    def _send(self, kind: int, payload: bytes) -> None:
        """Send a request. The zero before it ends what somebody may have left half sent."""
        self._stream.write(b"\0" + packed(kind, self._number, payload))

    def _await(self, kind: int, deadline: float) -> bytes | None:
        """Return the payload of the answer, or None if it has not come by ``deadline``. Raises Refused, ValueError."""
        while frame := self._reader.next(deadline):
            if frame.kind == messages.SAMPLE:
                self._keep(frame)
            elif frame.number == self._number and frame.kind == kind | messages.ANSWER:
                return frame.payload
            elif frame.number == self._number and frame.kind == messages.REFUSED:
                reason, refused_kind = replies.refusal(frame.payload)
                if refused_kind == kind:
                    raise _refused(reason, f"The band refuses {_NAMES[kind]}: {_reason(reason, frame.payload)}.")
        return None

    def _skim(self, seconds: float) -> None:
        deadline = self._clock() + seconds
        while frame := self._reader.next(deadline):
            self._keep(frame)

    def _keep(self, frame: Frame) -> None:
        """Keep a sample for whoever asks for samples; anything else answers nobody any more."""
        if frame.kind == messages.SAMPLE and len(frame.payload) >= messages.SAMPLE_SIZE:
            self._samples.append(replies.sample(frame.number, frame.payload))

    def _wait_for_sample(self, timeout_s: float) -> None:
        deadline = self._clock() + timeout_s
        while not self._samples:
            frame = self._reader.next(deadline)
            if frame is None:
                raise Silent("No samples come from the band.")
            self._keep(frame)

    def _no_answer(self, kind: int, *, garbled: bool) -> LinkError:
        """Return why there was no answer."""
        if self._reader.at_prompt:
            self._stream.write(_LEAVE_RAW_PROMPT)  # into which the kind of a HELLO has turned it
            return AtPrompt("MicroPython's prompt answers, not the band's app.")
        if garbled or self._reader.amid_piece:
            return Garbled(f"What the band answers to {_NAMES[kind]} is damaged or makes no sense.")
        return Silent(f"The band does not answer {_NAMES[kind]}.")


def _refused(reason: int, message: str, hint: str | None = None) -> Refused:
    error = Refused(message, hint or _HINTS.get(reason))
    error.reason = reason
    return error


def _reason(reason: int, payload: bytes) -> str:
    if reason == messages.WRONG_SETTING:
        return f"it cannot have {replies.wrong_setting(payload)}"
    return names.REASONS[reason] if 0 < reason < len(names.REASONS) else f"reason {reason}"


def _id_bytes(session_id: str) -> bytes:
    if not _ID.fullmatch(session_id):
        raise _refused(messages.NO_SUCH_SESSION, "That is no session's id.")
    return bytes.fromhex(session_id)
