"""A band as the link shows it, with no line between: sessions, a clock, and a plug that comes out when it is told."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

from buzzband.errors import Refused, Unplugged
from buzzband.transports.replies import Hello
from buzzband_fw.link import messages

UID = "e66138528361ba32"
PART = 100  # bytes of one answer


@dataclass
class FakeLink:
    """``sessions``: contents by id. ``running``: ids. ``boot``, ``t_ms``: of the band's clock.

    ``cut``: the plug comes out at that call, counted from 0; ``after``: only when the band has done what it was asked.
    """

    sessions_there: dict[str, bytes] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    uid: str = UID
    boot: int = 3
    t_ms: int = 500_000
    cut: int | None = None
    after: bool = False
    calls: int = 0
    read_bytes: int = 0
    asked: list[str] = field(default_factory=list)

    def hello(self) -> Hello:
        with self._call("hello"):
            return Hello(1, "0.1.0", "1.24.1", self.uid, "a", False, 1_000_000, 70_000, 640)

    def tell_time(self, utc_ms: int) -> SimpleNamespace:
        with self._call("tell_time"):
            return SimpleNamespace(boot=self.boot, t_ms=self.t_ms, utc_ms=utc_ms, round_trip_ms=4)

    def sessions(self) -> tuple[SimpleNamespace, ...]:
        with self._call("sessions"):
            return tuple(
                SimpleNamespace(session_id=one, size=len(data), running=one in self.running)
                for one, data in self.sessions_there.items()
            )

    def read_session(self, session_id: str, start: int, size: int, take: Callable[[bytes], None]) -> None:
        for at in range(start, size, PART):
            with self._call("read"):
                data = self.sessions_there[session_id][at : min(at + PART, size)]
                self.read_bytes += len(data)
            take(data)

    def hash(self, session_id: str, size: int) -> str:
        with self._call("hash"):
            data = self._content(session_id)
            if size > len(data):
                raise refused(messages.BEYOND_END)
            return hashlib.sha256(data[:size]).hexdigest()

    def delete(self, session_id: str, size: int, sha256_hex: str) -> None:
        with self._call("delete"):
            data = self._content(session_id)
            if session_id in self.running:
                raise refused(9)
            if (len(data), hashlib.sha256(data).hexdigest()) != (size, sha256_hex):
                raise refused(8)
            del self.sessions_there[session_id]

    def _content(self, session_id: str) -> bytes:
        if session_id not in self.sessions_there:
            raise refused(messages.NO_SUCH_SESSION)
        return self.sessions_there[session_id]

    @contextmanager
    def _call(self, what: str) -> Iterator[None]:
        number, self.calls = self.calls, self.calls + 1
        self.asked.append(what)
        if number == self.cut and not self.after:
            raise Unplugged("The fake band has gone.")
        yield
        if number == self.cut:
            raise Unplugged("The fake band has gone.")


def refused(reason: int) -> Refused:
    error = Refused(f"The band refuses: reason {reason}.")
    error.reason = reason
    return error
