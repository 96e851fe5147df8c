"""Sessions in flash: a piece is removed only when the session's file holds what it held."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from buzzband_fw.store import session
from buzzband_fw.store.session import Pieces

SESSION = bytes.fromhex("00112233445566aa")
OTHER = bytes.fromhex("ffeeddccbbaa9988")
HEADER, PARTS = b"header", (b"one", b"two", b"three")


class PicoFile:
    """A file as MicroPython has it: a write may be told how many bytes to take; it is there when it is closed."""

    cut_after = 1 << 30  # changes of flash

    def __init__(self, path: str, mode: str) -> None:
        self._path, self._mode = Path(path), mode
        self._data = b"" if mode == "wb" else self._path.read_bytes()

    def read(self) -> bytes:
        return self._data

    def write(self, data: bytes, count: int | None = None) -> None:
        self._data += data[:count]

    def close(self) -> None:
        if self._mode != "rb":
            change()
            self._path.write_bytes(self._data)

    def __enter__(self) -> "PicoFile":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def ilistdir(path: str) -> Iterator[tuple[str, int, int, int]]:
    """Name, kind, inode and size of each file, as MicroPython tells them."""
    return ((each.name, 0x8000, 0, each.stat().st_size) for each in Path(path).iterdir())


class PowerFailed(BaseException):
    """There is none any more."""


def change() -> None:
    if not PicoFile.cut_after:
        raise PowerFailed
    PicoFile.cut_after -= 1


@pytest.fixture(autouse=True)
def flash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def remove(path: str) -> None:
        change()
        Path(path).unlink()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(PicoFile, "cut_after", 1 << 30)
    monkeypatch.setattr(session, "open", PicoFile, raising=False)
    monkeypatch.setattr(os, "remove", remove)
    monkeypatch.setattr(os, "ilistdir", ilistdir, raising=False)
    return tmp_path / session.FOLDER


def pieces(session_id: bytes = SESSION) -> Pieces:
    made = Pieces(session_id)
    made.begin(HEADER, len(HEADER))
    for part in PARTS:
        made.keep(part + b"junk", len(part))
    return made


def test_pieces_are_numbered_files_beside_the_session_s(flash: Path) -> None:
    made = pieces()
    found = {path.name: path.read_bytes() for path in flash.iterdir()}
    assert found == {
        "00112233445566aa.bbl": b"header",
        "00112233445566aa.000": b"one",
        "00112233445566aa.001": b"two",
        "00112233445566aa.002": b"three",
    }
    assert (made.waiting(), made.committed, made.commits) == (3, 6, 4)
    assert session.listing() == [SESSION.hex()]
    assert session.unmerged() == {SESSION.hex(): (0, 2)}


def test_merged_they_are_the_session_s_file_in_order(flash: Path) -> None:
    made = pieces()
    steps = 1
    while made.merge():
        steps += 1
    assert {path.name: path.read_bytes() for path in flash.iterdir()} == {"00112233445566aa.bbl": b"headeronetwothree"}
    assert (made.committed, made.waiting(), made.merging, session.unmerged()) == (17, 0, False, {})
    assert steps == 1 + len(PARTS) + 1 + len(PARTS)  # open, copy each, see it through, remove each


def test_a_piece_that_comes_in_a_merge_is_merged_in_its_turn(flash: Path) -> None:
    made = pieces()
    for _ in range(6):
        made.merge()
    made.keep(b"four", 4)
    while made.merge():
        pass
    assert (flash / "00112233445566aa.bbl").read_bytes() == b"headeronetwothreefour"


def test_more_than_a_thousand_pieces_keep_their_order(flash: Path) -> None:
    made = Pieces(SESSION, 998, 998)
    made.begin(HEADER, len(HEADER))
    for number in range(4):
        made.keep(b"%d" % number, 1)
    assert session.unmerged() == {SESSION.hex(): (998, 1001)}
    session.recover(lambda: None)
    assert (flash / "00112233445566aa.bbl").read_bytes() == b"header0123"


@pytest.mark.parametrize("changes", range(8))
def test_power_that_fails_in_a_merge_costs_nothing(flash: Path, changes: int) -> None:
    """What it leaves is merged at the next power-on; what was copied before may come twice."""
    made = pieces()
    PicoFile.cut_after = changes
    try:
        while made.merge():
            pass
    except PowerFailed:
        pass
    PicoFile.cut_after = 1 << 30
    session.recover(lambda: None)
    (path,) = flash.iterdir()
    held = path.read_bytes()
    assert held.startswith(b"headeronetwothree")
    assert held.removeprefix(b"headeronetwothree") in (b"", b"onetwothree", b"twothree", b"three")


def test_what_several_sessions_have_left_goes_each_to_its_own(flash: Path) -> None:
    pieces(SESSION)
    pieces(OTHER)
    braced: list[int] = []
    session.recover(lambda: braced.append(1))
    assert {path.name: path.read_bytes() for path in flash.iterdir()} == {
        "00112233445566aa.bbl": b"headeronetwothree",
        "ffeeddccbbaa9988.bbl": b"headeronetwothree",
    }
    assert len(braced) >= 2 * len(PARTS)


@pytest.mark.parametrize(
    "name", ["notes.txt", "my recordings 01.123", "00112233445566AA.000", "00112233445566aa.0x1", ".000"]
)
def test_files_of_others_are_left_alone(flash: Path, name: str) -> None:
    flash.mkdir()
    (flash / name).write_bytes(b"mine")
    session.recover(lambda: None)
    assert [path.name for path in flash.iterdir()] == [name]
    assert (session.listing(), session.unmerged()) == ([], {})


def test_without_a_folder_there_are_no_sessions() -> None:
    assert (session.listing(), session.unmerged()) == ([], {})
    session.recover(lambda: None)


def test_a_new_id_is_none_that_flash_has(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bytes] = []
    monkeypatch.setattr(session, "size_of", lambda found: drawn.append(found) or (0 if len(drawn) < 3 else -1))
    found = session.new_id(b"salt")
    assert found == drawn[-1]
    assert len(set(drawn)) == 3
    assert {len(each) for each in drawn} == {8}


def test_an_id_depends_on_the_salt_where_chance_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", lambda count: bytes(count))
    assert session.new_id(b"one") != session.new_id(b"two")


def test_a_file_has_a_size_and_none_has_less_than_nothing(flash: Path) -> None:
    pieces()
    assert (session.size_of(SESSION), session.size_of(OTHER)) == (len(HEADER), -1)
    session.remove(SESSION)
    assert session.size_of(SESSION) == -1


def test_each_write_and_each_step_that_changes_flash_is_counted() -> None:
    made = pieces()
    while made.merge():
        pass
    assert made.commits == 1 + len(PARTS) + 1 + len(PARTS)  # header, pieces, one merge, each piece removed


def test_sessions_are_listed_in_order(flash: Path) -> None:
    for session_id in (OTHER, SESSION):
        Pieces(session_id).begin(HEADER, len(HEADER))
    assert session.listing() == sorted((SESSION.hex(), OTHER.hex()))


def test_what_is_free_is_so_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _path: (4096, 4096, 352, 100))
    assert session.free_bytes() == 409_600


def test_before_anything_is_kept_nothing_was() -> None:
    made = Pieces(SESSION)
    assert (made.committed, made.commits, made.merging, made.waiting(), made.merge()) == (0, 0, False, 0, False)
