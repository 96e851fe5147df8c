"""The link: asks a band over a stream, and believes nothing before it is checked. The contract is docs/link.md."""

import hashlib
import json
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any

from buzzband.defaults import LINK_PATIENCE_S as PATIENCE_S
from buzzband.errors import Garbled, LinkError, Refused, Silent, Unplugged
from buzzband.progress import Progress, no_progress
from buzzband.transports import replies
from buzzband.transports.conversation import Conversation
from buzzband.transports.reading import Reading
from buzzband.transports.refusals import refused
from buzzband.transports.replies import Changed, Config, Entry, Hello, Mark, Sample, Status
from buzzband.transports.serial_port import Stream
from buzzband.transports.slots import Slots
from buzzband_fw.link import messages

ATTEMPTS = 3

_HASHED_AT_ONCE = 16384  # bytes that any band hashes within the usual patience
_LISTING_PATIENCES = 20
_SAVING_PATIENCES = 2  # two files are written
_TRIP_MAX = 65535

_ID = re.compile(r"[0-9a-f]{16}")


class Link:
    """A band at the other end of a stream. ``slots``: where its apps lie.

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
        busy_s: float | None = None,
    ) -> None:
        """``clock``: seconds, that of the stream's timeouts. ``busy_s``: how long a band that is busy is asked again;
        None: as long as one that does not answer.
        """
        self.patience_s = patience_s
        self.attempts = attempts
        self._talk = Conversation(stream, patience_s, attempts, clock, busy_s)
        self._ask = self._talk.ask
        self.slots = Slots(self._talk)

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
                _check_size(sum(entry.size for entry in found), "its sessions together have")
                return found
        raise Garbled("The band's list of sessions changes while it is read.")

    def read_session(self, session_id: str, start: int, size: int, take: Callable[[bytes], None]) -> None:
        """Hand the bytes from ``start`` up to ``size`` of a session to ``take``, in order, a part at a time.

        ``size``: as ``sessions`` tells it, or less. What ``take`` raises ends it.
        """
        _check_size(size, f"session {session_id} has")
        Reading(self._talk, _id_bytes(session_id), start, size, take).run()

    def hash(self, session_id: str, size: int) -> str:
        """Return the SHA-256 of the first ``size`` bytes of a session, as the band has it, in hexadecimal digits."""
        _check_size(size, f"session {session_id} has")
        request = struct.pack(messages.HASH_FORMAT, _id_bytes(session_id), size)
        return self._ask(messages.HASH, request, lambda payload: replies.digest(payload, size), self._hashing_s(size))

    def delete(self, session_id: str, size: int, sha256_hex: str) -> None:
        """Remove a session from the band, if it has exactly that size and hash. Raises Refused if it does not."""
        _check_size(size, f"session {session_id} has")
        digest = bytes.fromhex(sha256_hex)
        request = struct.pack(messages.DELETE_FORMAT, _id_bytes(session_id), size, digest)
        asked = 0

        def asked_once_more() -> bytes:
            nonlocal asked
            asked += 1
            return request

        try:
            self._ask(messages.DELETE, asked_once_more, replies.nothing, self._hashing_s(size))
        except Refused as refusal:
            if refusal.reason != messages.NO_SUCH_SESSION or asked == 1:
                raise  # else it has gone, and the answer that said so was lost

    def tell_time(self, utc_ms: int) -> Mark:
        """Tell the band that it is ``utc_ms`` now, in ms since 1970; return what its clock shows."""
        clock = self._talk.clock
        began = clock()
        self.status()
        round_trip_ms = _ms(clock() - began)
        sent = began

        def now_ms() -> int:
            return utc_ms + round(1000 * (sent - began))

        def request() -> bytes:
            nonlocal sent
            sent = clock()
            return struct.pack(messages.TIME_FORMAT, now_ms(), round_trip_ms)

        def mark(payload: bytes) -> Mark:
            t_ms, boot = replies.moment(payload)
            return Mark(boot, t_ms, now_ms(), _ms(clock() - sent))

        return self._ask(messages.TIME, request, mark)

    def pull(self, session_id: str, progress: Progress = no_progress) -> bytes:
        """Return all of a session that is safe in flash; its SHA-256 is the band's."""
        size = self._size_of(session_id)
        for _ in range(self.attempts):
            data = bytearray()

            def take(part: bytes, data: bytearray = data) -> None:
                data.extend(part)
                progress(len(data) / size)

            self.read_session(session_id, 0, size, take)
            if hashlib.sha256(data).hexdigest() == self.hash(session_id, size):
                return bytes(data)
        raise Garbled(f"Session {session_id} came {self.attempts} times, but never as the band has it.")

    def stream(self, on: bool) -> None:
        """Let samples come, or stop them; those that came before are forgotten."""
        self._talk.samples.clear()
        self._ask(messages.STREAM, bytes((on,)), lambda payload: replies.switch(payload, on))

    def samples(self, timeout_s: float = PATIENCE_S) -> Iterator[Sample]:
        """Yield samples as they come, for ever. Raises Silent when none has come for ``timeout_s``."""
        while True:
            if not self._talk.samples:
                self._talk.await_sample(timeout_s)
            yield self._talk.samples.popleft()

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
            raise refused(messages.BEYOND_END, "These are more changes than the band takes at once.", "Make fewer.")
        at, part = 0, text[: messages.PART_MAX]
        while at + len(part) < len(text):
            self._stage(at, part)
            at += len(part)
            part = text[at : at + messages.PART_MAX]
        request = struct.pack("<BH", messages.SET, at) + part
        return self._ask(messages.CONFIG, request, replies.changed, self.patience_s * _SAVING_PATIENCES)

    def calibrate(self, how: int) -> int:
        """Let the band calibrate, or leave that, see messages.CALIBRATE; return the state that this has led to."""
        return self._ask(messages.CALIBRATE, bytes((how,)), replies.state)

    def mark(self, block: int) -> None:
        """Mark a block, as a sample tells it, in the session. Raises Refused if none goes on."""
        self._ask(messages.MARK, struct.pack("<I", block), replies.nothing)

    def repl(self) -> None:
        """End the app: MicroPython's prompt has the port then."""
        try:
            self._ask(messages.REPL, b"", replies.nothing)
        except LinkError:
            if not self._talk.at_prompt:  # the answer was lost, but the app did as it was told
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
        deadline = self._talk.clock() + self.patience_s * self.attempts * _LISTING_PATIENCES
        while index < count:
            told, entries = self._ask(messages.LIST, struct.pack("<H", index), replies.page)
            if index and told != count:
                return None
            count = told
            index += len(entries)
            if self._talk.clock() > deadline:
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
            raise refused(messages.NO_SUCH_SESSION, f"There is no session {session_id} on the band.")
        return size

    def _hashing_s(self, size: int) -> float:
        return self.patience_s * (1 + size / _HASHED_AT_ONCE)


def _check_size(size: int, whose: str) -> None:
    if size > replies.FILE_MAX:
        raise Garbled(f"The band says that {whose} {size} bytes: more than its flash.")


def _ms(seconds: float) -> int:
    return min(round(1000 * seconds), _TRIP_MAX)


def _id_bytes(session_id: str) -> bytes:
    if not _ID.fullmatch(session_id):
        raise refused(messages.NO_SUCH_SESSION, "That is no session's id.")
    return bytes.fromhex(session_id)
