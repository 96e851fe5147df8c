"""Boots are counted, and no number comes twice; the last time that a host told outlives the battery."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from buzzband_fw.store import boots

MARK = (3, 5300, 1_764_000_000_000)


@pytest.fixture(autouse=True)
def flash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / boots.PATH


def test_boots_are_numbered_from_1() -> None:
    assert [boots.count() for _ in range(3)] == [(1, None), (2, None), (3, None)]


def test_a_mark_is_there_in_later_boots() -> None:
    boots.count()
    boots.save(1, MARK)
    assert [boots.count() for _ in range(2)] == [(2, MARK), (3, MARK)]


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b"", lambda data: bytes(24)]
)
def test_a_spoilt_file_is_not_believed_and_numbers_go_on_from_anywhere(flash: Path, spoil: Any) -> None:
    boots.count()
    flash.write_bytes(spoil(flash.read_bytes()))
    number, mark = boots.count()
    assert mark is None
    assert 0 < number < 1 << 30
    assert boots.count() == (number + 1, None)


def test_numbers_from_anywhere_differ(flash: Path) -> None:
    found = set()
    for _ in range(5):
        flash.write_bytes(b"spoilt")
        found.add(boots.count()[0])
    assert len(found) > 1


def test_a_file_that_cannot_be_read_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_path: str, _mode: str) -> Any:
        raise OSError(errno.EIO)

    monkeypatch.setattr(boots, "open", fails, raising=False)
    monkeypatch.setattr(os, "urandom", lambda count: b"\x04\0\0\0"[:count])
    assert boots.count() == (2, None)


def test_a_file_whose_checksum_is_wrong_or_that_has_more_behind_it_is_not_believed(flash: Path) -> None:
    boots.count()
    good = flash.read_bytes()
    for data in (bytes([good[0] ^ 1]) + good[1:], good[:-1] + bytes([good[-1] ^ 1]), good + good):
        flash.write_bytes(data)
        assert boots._read()[0] != 1
        assert boots._read()[1] is None
    flash.write_bytes(good)
    assert boots._read() == (1, None)


def test_without_a_mark_its_place_is_empty(flash: Path) -> None:
    boots.count()
    assert not any(flash.read_bytes()[4:-4])
