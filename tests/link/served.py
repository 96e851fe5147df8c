"""A band's server on a wire, and what it asks of a band, with the sessions as files of a folder."""

import json
from collections import deque
from pathlib import Path

from buzzband_fw.link import messages
from buzzband_fw.link.server import Server
from buzzband_fw.store.settings import Settings
from transports.fake_band import Clock, FakeBand

BYTES_PER_POLL = 8


class ServedBand:
    """What a server asks of a band, with the sessions as files of a folder."""

    def __init__(self, folder: Path, sessions: dict[str, bytes]) -> None:
        self.clear = True
        self.resting = True
        self.open: set[str] = set()
        self.left: set[str] = set()
        self.moments: list[tuple[int, int]] = []
        self.marks: list[int] = []
        self.state = messages.RUNNING
        self.slot = "a"
        self.on_trial = False
        self.settings = Settings({}, str(folder / "settings.json"))
        self._folder = folder
        for name, data in sessions.items():
            (folder / name).write_bytes(data)

    def hello(self) -> str:
        return json.dumps(FakeBand().hello)

    def status_into(self, buffer: bytearray, offset: int) -> int:
        status = (messages.STATUS_SIZE + messages.LIFTED_SIZE) * b"\x01"
        buffer[offset : offset + len(status)] = status
        return len(status)

    def sessions(self) -> list[str]:
        return sorted(path.name for path in self._folder.iterdir())

    def session_path(self, session_id: bytes) -> str:
        return str(self._folder / session_id.hex())

    def session_size(self, session_id: bytes) -> int:
        path = self._folder / session_id.hex()
        return path.stat().st_size if path.exists() else -1

    def is_clear(self) -> bool:
        return self.clear

    def may_write(self) -> bool:
        return self.resting

    def obstacle(self) -> int:
        return messages.IN_USE

    def holds(self, session_id: bytes) -> bool:
        return session_id.hex() in self.open

    def unmerged(self) -> set[str]:
        return self.left

    def remove(self, session_id: bytes) -> None:
        (self._folder / session_id.hex()).unlink()

    def note_time(self, utc_ms: int, round_trip_ms: int) -> tuple[int, int]:
        self.moments.append((utc_ms, round_trip_ms))
        return 4321, 9

    def calibrate(self, how: int) -> int:
        self.state = (messages.IDLE, messages.CALIBRATING, messages.WARMING_UP)[how]
        return self.state

    def mark(self, block: int) -> bool:
        self.marks.append(block)
        return self.state == messages.RUNNING


class Wire:
    """Both ends of a cable: the server's port, and the host's stream. Time passes when the host waits."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.server: Server | None = None
        self.to_host = bytearray()
        self.ready = True
        self._to_band: deque[int] = deque()

    def look(self) -> None:
        """There is no driver."""

    def can_write(self) -> bool:
        return self.ready

    def close(self) -> None:
        """Nothing to let go of."""

    def read(self, timeout_s: float | None = None) -> "int | bytes":
        """The port's ``read`` without an argument, the stream's with one."""
        if timeout_s is None:
            return self._to_band.popleft() if self._to_band else -1
        assert self.server is not None
        while not self.to_host and self.server.poll(BYTES_PER_POLL):
            self.clock.now += 0.0001
        self.clock.now += 0.001 if self.to_host else timeout_s
        data = bytes(self.to_host)
        self.to_host.clear()
        return data

    def write(self, data: bytes | bytearray, length: int | None = None) -> None:
        """The port's ``write`` with a length, the stream's without."""
        if length is None:
            self._to_band.extend(data)
        else:
            self.to_host += data[:length]
