"""The checks see what a recorder, or whoever writes beside it, could do wrong."""

import json
import struct
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from littlefs import LittleFSError

from buzzband.bundle import pack_image
from buzzband.twin import Operation, Tear
from buzzband_fw.store import records
from journal.journal import Journal, Memory, contents, file_system
from journal.kept import Check, Felt, Found
from journal.little_flash import TimedMemory
from recordings.log_builder import HEADER, OTHER_SESSION, SESSION, LogWriter
from session_files import session_files

PATH = f"/log/{SESSION}.bbl"
BEGINS_S = 10.0


def pieces(count: int = 3) -> list[bytes]:
    """The records of a session: a header, and a rep every second."""
    written = LogWriter()
    written.record(records.HEADER, json.dumps(HEADER).encode(), round(1000 * BEGINS_S))
    for number in range(1, count):
        written.record(records.MARK, struct.pack("<I", 100 * number), round(1000 * (BEGINS_S + number)))
    return written.pieces


class Desk:
    """A file system on which files are written by hand, each at a time of its own."""

    def __init__(self, **files: bytes) -> None:
        self.image = pack_image({f"{name}.txt": data for name, data in files.items()})
        self._clock = SimpleNamespace(now_us=1e6 * BEGINS_S)
        self._memory = TimedMemory(self.image, self._clock, 45.0)
        self.flash = file_system(self._memory)
        self.flash.mount()
        self.flash.mkdir("/log")

    @property
    def done(self) -> int:
        """How many operations there have been."""
        return len(self._memory.journal)

    def wait(self, seconds: float) -> None:
        self._clock.now_us += 1e6 * seconds
        self._memory.take_busy_us()

    def write(self, path: str, data: bytes, mode: str = "wb") -> None:
        with self.flash.open(path, mode, buffering=0) as file:
            file.write(data)
        self.wait(0.2)

    def journal(self) -> Journal:
        return Journal(self.image, tuple(self._memory.journal), self._clock.now_us / 1e6)

    def check(self, *changing: str, begins_s: float | None = None, forgotten_from: int | None = None) -> Found:
        return Check(self.journal(), [Felt(SESSION, begins_s, forgotten_from)], changing).run()


def test_what_is_appended_and_stays_is_kept() -> None:
    desk = Desk(a=b"a")
    for number, piece in enumerate(pieces()):
        desk.write(PATH, piece, "ab" if number else "wb")
    found = desk.check()
    assert (found.images, len(found.states)) == (5 * desk.done, 5)  # nothing, empty, and one for each piece


def test_small_files_stand_behind_the_session_in_the_order_of_their_numbers() -> None:
    files = {f"log/{SESSION}.1000": b"d", f"log/{SESSION}.bbl": b"a", f"log/{SESSION}.002": b"b", "log/x": b"?"}
    files |= {f"log/{SESSION}.010": b"c", f"log/{OTHER_SESSION}.000": b"e"}
    assert session_files(files) == {SESSION: b"abcd", OTHER_SESSION: b"e"}


def test_a_merge_that_removes_last_loses_nothing() -> None:
    first, second, third = pieces()
    desk = Desk()
    desk.write(PATH, first)
    desk.write(f"/log/{SESSION}.000", second)
    desk.write(f"/log/{SESSION}.001", third)
    desk.write(PATH, second + third, "ab")
    desk.flash.remove(f"/log/{SESSION}.000")
    desk.flash.remove(f"/log/{SESSION}.001")
    assert desk.check().operations == desk.done


def removes_first(desk: Desk) -> dict[str, Any]:
    first, second, _ = pieces()
    desk.write(PATH, first)
    desk.write(f"/log/{SESSION}.000", second)
    desk.flash.remove(f"/log/{SESSION}.000")
    desk.write(PATH, second, "ab")
    return {}


def begins_anew(desk: Desk) -> dict[str, Any]:
    desk.write(PATH, b"".join(pieces()))
    desk.flash.remove(PATH)
    desk.write(PATH, b"".join(pieces()))
    return {}


def waits_too_long(desk: Desk) -> dict[str, Any]:
    first, second, third = pieces()
    desk.write(PATH, first)
    desk.wait(6.5)
    desk.write(PATH, second + third, "ab")
    return {"begins_s": BEGINS_S}


def deletes_half(desk: Desk) -> dict[str, Any]:
    first, second, _ = pieces()
    desk.write(PATH, first)
    desk.write(f"/log/{SESSION}.000", second)
    begins = desk.done
    desk.flash.remove(PATH)
    return {"forgotten_from": begins}


def touches_another(desk: Desk) -> dict[str, Any]:
    desk.write("/a.txt", b"b")
    return {}


def leaves_something(desk: Desk) -> dict[str, Any]:
    desk.write("/crash.txt", b"b")
    return {}


def makes_a_session_up(desk: Desk) -> dict[str, Any]:
    desk.write(f"/log/{OTHER_SESSION}.bbl", b"")
    return {}


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (removes_first, "committed records are gone"),
        (begins_anew, "committed records are gone"),
        (waits_too_long, "s old is lost|s of activation are lost"),
        (deletes_half, "half of a session"),
        (touches_another, r"a\.txt at"),
        (leaves_something, r"crash\.txt at"),
        (makes_a_session_up, "never was"),
    ],
)
def test_a_recorder_is_caught_that(deed: Callable[[Desk], dict[str, Any]], words: str) -> None:
    desk = Desk(a=b"a")
    with pytest.raises(AssertionError, match=words):
        desk.check(**deed(desk))


def test_a_file_that_is_replaced_is_the_one_or_the_other() -> None:
    def replaced(write: Callable[[Desk], None]) -> Desk:
        desk = Desk(a=b"old")
        write(desk)
        return desk

    def rightly(desk: Desk) -> None:
        desk.write("/a.new", b"new")
        desk.flash.rename("/a.new", "/a.txt")

    def wrongly(desk: Desk) -> None:
        desk.flash.remove("/a.txt")
        desk.write("/a.txt", b"new")

    assert replaced(rightly).check("a.txt").images
    with pytest.raises(AssertionError, match=r"a\.txt at"):
        replaced(wrongly).check("a.txt")


def test_an_image_that_does_not_mount_is_no_success() -> None:
    image = pack_image({"a": b"a"})
    wiped = Journal(image, [Operation(0.0, 0, 4096), Operation(0.1, 4096, 4096)], 0.2)  # both superblocks
    with pytest.raises(LittleFSError):
        Check(wiped, ()).run()


def test_cuts_leave_each_operation_torn_in_five_ways_and_the_next_one_finds_it_whole() -> None:
    image = b"\xff" * 8192
    operations = [Operation(1.0, 0, 256, bytes(256)), Operation(2.0, 0, 4096)]
    journal = Journal(image + bytes(352 * 4096 - 8192), operations, 3.0)
    cuts = [(cut.index, cut.tear, cut.at_s, cut.image[:256]) for cut in journal.cuts()]
    assert [tear for _, tear, _, _ in cuts] == [*Tear] * 2
    by_tear = {(index, tear): (at_s, left) for index, tear, at_s, left in cuts}
    assert by_tear[0, Tear.NOTHING] == (1.0, b"\xff" * 256)
    assert by_tear[0, Tear.HALF] == (1.0, bytes(128) + b"\xff" * 128)
    assert by_tear[0, Tear.WHOLE] == by_tear[1, Tear.NOTHING] == (2.0, bytes(256))
    assert by_tear[1, Tear.WHOLE] == (3.0, b"\xff" * 256)
    assert journal.last[:256] == b"\xff" * 256


def test_programming_only_clears_bits() -> None:
    memory = Memory(b"\x0f" * 4096)
    memory.prog(None, 0, 0, b"\x3c" * 256)
    assert bytes(memory.buffer[:256]) == b"\x0c" * 256
    assert contents(pack_image({"a/b": b"c"})) == {"a/b": b"c"}
