"""Pages and pictures are written whole or not at all."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from buzzband.errors import OutputFailed
from buzzband.services import pages
from report.builders import with_sets

TOLD = with_sets((700, 500))
MAGIC = {".png": b"\x89PNG\r\n\x1a\n", ".svg": b"<?xml", ".pdf": b"%PDF-", ".PNG": b"\x89PNG\r\n\x1a\n"}


@pytest.mark.parametrize("suffix", MAGIC)
def test_the_name_of_a_picture_decides_its_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"picture{suffix}"
    pages.write_plot(TOLD, path)
    assert path.read_bytes().startswith(MAGIC[suffix])
    assert list(tmp_path.iterdir()) == [path]


def test_every_format_that_is_promised_is_tried_here() -> None:
    assert set(pages.PLOT_FORMATS) <= set(MAGIC)


@pytest.mark.parametrize("name", ["picture.bmp", "picture", ".png", "picture.png.gz", "png"])
def test_other_names_are_refused_with_the_formats_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputFailed, match=name) as raised:
        pages.write_plot(TOLD, tmp_path / name)
    assert ".png or .svg or .pdf" in raised.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_page_is_html_in_utf_8_that_others_may_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.html"
    pages.write_page(TOLD, path)
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def file_as_folder(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "page.html"


def file_above_the_folder(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "folder" / "page.html"


def folder_in_the_way(folder: Path) -> Path:
    (folder / "page.html").mkdir()
    return folder / "page.html"


def name_too_long(folder: Path) -> Path:
    return folder / ("x" * 300 + ".html")


def folder_that_may_not_be_written(folder: Path) -> Path:
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    try:
        (closed / "try").write_text("")
    except PermissionError:
        return closed / "page.html"
    pytest.skip("this user may write everywhere")


@pytest.mark.parametrize(
    "unwritable",
    [file_as_folder, file_above_the_folder, folder_in_the_way, name_too_long, folder_that_may_not_be_written],
)
def test_what_cannot_be_written_is_named_and_leaves_nothing_behind(
    tmp_path: Path, unwritable: Callable[[Path], Path]
) -> None:
    path = unwritable(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputFailed, match="cannot be written") as raised:
        pages.write_page(TOLD, path)
    assert str(path) in str(raised.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("step", ["chmod", "replace"])
def test_a_page_that_is_there_stays_whole_when_the_new_one_fails(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, step, fail)
    with pytest.raises(OutputFailed, match="No space left on device"):
        pages.write_page(TOLD, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_leaves_nothing_behind_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        pages.write_page(TOLD, tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_an_old_page_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")
    pages.write_page(TOLD, path)
    assert path.stat().st_size > 1000


def test_what_a_link_points_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "target.html").write_text("old")
    (tmp_path / "link.html").symlink_to("target.html")
    pages.write_page(TOLD, tmp_path / "link.html")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "target.html").read_text().startswith("<!doctype html>")


def test_a_pipe_or_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    with pytest.raises(OutputFailed, match="not a file"):
        pages.write_page(TOLD, tmp_path / "pipe.html")
    assert (tmp_path / "pipe.html").is_fifo()
