"""What keeping a session does to flash: erases by the hour, and in one step, counted under littlefs itself."""

import random
from pathlib import PurePosixPath
from typing import Any

import pytest
from littlefs import LittleFS, UserContext

from builders import tell
from buzzband.bundle import FLASH_BLOCK_COUNT, FLASH_BLOCK_SIZE
from buzzband_fw.store import session
from buzzband_fw.store.session import Pieces

PAGE = 256
ERASE_MS, PAGE_MS = 45, 0.4
STEP_MS = 150
ERASES_PER_HOUR = 600
PIECES_PER_HOUR = 900  # one every 4 s
MERGE_AT = 10
SESSIONS_KB = 30


class CountedFlash(UserContext):
    """Flash that counts what is done to it."""

    def __init__(self) -> None:
        super().__init__(FLASH_BLOCK_COUNT * FLASH_BLOCK_SIZE)
        self.erases = self.pages = 0

    def erase(self, cfg: Any, block: int) -> int:
        self.erases += 1
        return int(super().erase(cfg, block))

    def prog(self, cfg: Any, block: int, off: int, data: bytes) -> int:
        self.pages += len(data) // PAGE
        return int(super().prog(cfg, block, off, data))

    @property
    def busy_ms(self) -> float:
        """How long all that takes."""
        return self.erases * ERASE_MS + self.pages * PAGE_MS


class PicoOs:
    """``os`` and ``open`` of the band on a littlefs as MicroPython sets it up on the Pico."""

    def __init__(self, flash: CountedFlash) -> None:
        self.fs = LittleFS(
            context=flash,
            block_size=FLASH_BLOCK_SIZE,
            block_count=FLASH_BLOCK_COUNT,
            read_size=32,
            prog_size=PAGE,
            cache_size=4 * PAGE,
            lookahead_size=32,
            block_cycles=100,
        )
        self.listdir = lambda path="": self.fs.listdir("/" + path)
        self.ilistdir = lambda path: [(name,) for name in self.listdir(path)]
        self.mkdir, self.remove = self.fs.mkdir, self.fs.remove

    def stat(self, path: str) -> tuple[int, ...]:
        return (0,) * 6 + (self.fs.stat(path).size,)

    def open(self, path: str, mode: str) -> Any:
        file = self.fs.open(path, mode, buffering=0)
        write = file.write

        class Written:
            """A file whose write may be told how many bytes to take."""

            def write(self, data: bytes, count: int | None = None) -> None:
                write(data[:count])

            def __enter__(self) -> "Written":
                return self

            def __exit__(self, *_error: object) -> None:
                file.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

        return Written()


@pytest.mark.parametrize("sessions", [2, 25])
def test_an_hour_costs_few_erases_and_no_step_takes_long(monkeypatch: pytest.MonkeyPatch, sessions: int) -> None:
    flash, rng = CountedFlash(), random.Random(1)
    files = PicoOs(flash)
    monkeypatch.setattr(session, "os", files)
    monkeypatch.setattr(session, "open", files.open, raising=False)
    files.mkdir(session.FOLDER)
    for number in range(sessions):
        path = PurePosixPath(session.FOLDER, f"{rng.getrandbits(64):016x}{session.SUFFIX}")
        with files.open(str(path), "wb") as file:
            file.write(bytes(1000 * SESSIONS_KB + number))
    pieces = Pieces(rng.randbytes(8))
    pieces.begin(bytes(900), 900)
    before, steps_ms = flash.erases, []
    for number in range(PIECES_PER_HOUR):
        size = rng.randrange(150, 400) if number // 10 % 4 == 0 else rng.randrange(40, 110)  # sets and rests
        steps_ms.append(taken_ms(flash, lambda size=size: pieces.keep(rng.randbytes(size), size)))
        if pieces.waiting() >= MERGE_AT:
            while pieces.waiting():
                steps_ms.append(taken_ms(flash, pieces.merge))
    erases = flash.erases - before
    tell(
        f"{sessions} sessions: {erases} erases an hour, {len(steps_ms)} steps, the longest {max(steps_ms):.0f} ms, "
        f"{sum(ms > ERASE_MS for ms in steps_ms)} with an erase"
    )
    assert erases <= ERASES_PER_HOUR
    assert max(steps_ms) <= STEP_MS


def taken_ms(flash: CountedFlash, step: Any) -> float:
    before_ms = flash.busy_ms
    step()
    return flash.busy_ms - before_ms
