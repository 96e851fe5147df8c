"""Which sessions are exported, where they go, and that nothing which is there is replaced unasked."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from buzzband.archive import Archive
from buzzband.defaults import EXPORTS
from buzzband.errors import NoSuchSession, OutputFailed, RecordingNotFound, TooShort
from buzzband.services import export as service
from buzzband.services.export import Exported, export
from exports.builders import cut_off, full
from recordings.log_builder import SESSION, LogWriter
from services.fake_link import FakeLink
from services.syncing import IDS, band, header_only, run_sync

pytestmark = pytest.mark.usefixtures("no_power_cuts")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Three sessions of one band."""
    made = Archive(tmp_path / "archive")
    run_sync(made, band()).require_whole()
    return made


def log_in(folder: Path, data: bytes, name: str = SESSION) -> Path:
    path = folder / f"{name}.bbl"
    path.write_bytes(data)
    return path


def exported(archive: Archive, wanted: Sequence[object], kind: str, folder: Path, **options: bool) -> Exported:
    return export(archive, [str(one) for one in wanted], kind, folder, **options)


def names(done: Exported) -> list[str]:
    assert all(path.is_file() for path in done.files)
    return sorted(path.relative_to(done.folder).as_posix() for path in done.files)


def test_all_sessions_of_the_archive_or_those_that_are_named(archive: Archive, tmp_path: Path) -> None:
    assert names(exported(archive, [], "edf", tmp_path / "all")) == sorted(f"session-{one}.edf" for one in IDS)
    assert names(exported(archive, [IDS[1][:4]], "edf", tmp_path / "one")) == [f"session-{IDS[1]}.edf"]


def test_a_session_that_is_named_twice_is_there_once(archive: Archive, tmp_path: Path) -> None:
    assert exported(archive, [IDS[0], IDS[0][:5]], "json", tmp_path / "out").sessions == (IDS[0],)


def test_csv_has_tables_of_all_sessions_and_tables_of_each(archive: Archive, tmp_path: Path) -> None:
    found = names(exported(archive, [IDS[0], IDS[1]], "csv", tmp_path / "out"))
    of_each = [f"session-{one}-{what}.csv" for one in IDS[:2] for what in ("events", "samples")]
    assert found == sorted(["reps.csv", "sessions.csv", "sets.csv", *of_each])


def test_a_log_that_lies_anywhere_needs_no_archive(tmp_path: Path) -> None:
    done = exported(Archive(tmp_path / "none"), [log_in(tmp_path, full())], "json", tmp_path / "out")
    (path,) = done.files
    told = json.loads(path.read_text())
    assert told["session"]["id"] == SESSION
    assert told["session"]["when"]["start"] == "2025-11-24T16:00:00.500+00:00"
    assert (told["activation"]["permille"][99:101], told["activation"]["rate_hz"]) == ([792, None], 50)
    assert len(told["reps"]) == 3
    assert not (tmp_path / "none").exists()


def test_two_logs_with_one_id_have_two_names(tmp_path: Path) -> None:
    wanted = [log_in(tmp_path, full(), "a"), log_in(tmp_path, cut_off(), "b")]
    assert len(names(exported(Archive(tmp_path / "none"), wanted, "edf", tmp_path / "out"))) == 2


@pytest.mark.parametrize("kind", EXPORTS)
def test_what_is_there_is_not_replaced_and_nothing_else_is_written(archive: Archive, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "out"
    mine = exported(archive, [], kind, folder).files[-1]
    for path in folder.rglob("*"):
        if path.is_file() and path != mine:
            path.unlink()
    mine.write_text("mine")
    with pytest.raises(OutputFailed):
        exported(archive, [], kind, folder)
    assert [path for path in folder.rglob("*") if path.is_file()] == [mine]
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("kind", [kind for kind in EXPORTS if kind != "bids"])
def test_what_is_there_is_replaced_when_asked(archive: Archive, tmp_path: Path, kind: str) -> None:
    before = exported(archive, [], kind, tmp_path / "out")
    before.files[0].write_text("old")
    exported(archive, [], kind, tmp_path / "out", overwrite=True)
    assert before.files[0].read_bytes() != b"old"


def test_a_link_that_leads_nowhere_counts_as_being_there(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / f"session-{IDS[0]}.edf").symlink_to(tmp_path / "elsewhere.edf")
    with pytest.raises(OutputFailed):
        exported(archive, [IDS[0]], "edf", folder)
    assert not (tmp_path / "elsewhere.edf").exists()


def test_a_bids_dataset_goes_into_an_empty_folder_even_with_overwrite(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    exported(archive, [IDS[0]], "bids", tmp_path / "out")
    with pytest.raises(OutputFailed, match="not empty"):
        exported(archive, [IDS[1]], "bids", tmp_path / "out", overwrite=True)


def test_what_cannot_be_exported_is_left_out_and_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    sessions = {IDS[0]: full(IDS[0]), IDS[1]: header_only(IDS[1]), IDS[2]: b"rubbish" * 9}
    run_sync(archive, FakeLink(sessions)).require_whole()
    done = exported(archive, [], "edf", tmp_path / "out")
    assert done.sessions == (IDS[0],)
    told = {one.session_id: one.why for one in done.left}
    assert (told[IDS[1]], "Nothing in the file" in told[IDS[2]] or "no header" in told[IDS[2]]) == (
        "It holds no activation.",
        True,
    )
    assert "Left out" in service.exported_text(done)


def test_nothing_to_export_is_an_error_and_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(TooShort):
        exported(Archive(tmp_path / "none"), [], "edf", tmp_path / "out")
    with pytest.raises(TooShort):
        exported(Archive(tmp_path / "none"), [log_in(tmp_path, LogWriter().header().bytes())], "edf", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_not_there_is_named(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(NoSuchSession, match="beef"):
        exported(archive, ["beef"], "edf", tmp_path / "out")
    with pytest.raises(RecordingNotFound, match=r"beef\.bbl"):
        exported(archive, ["beef.bbl"], "edf", tmp_path / "out")


def test_progress_grows_to_the_whole(archive: Archive, tmp_path: Path) -> None:
    shares: list[float] = []
    export(archive, (), "edf", tmp_path / "out", progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("there", [False, True], ids=["no folder", "an empty folder"])
@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_that_fails_leaves_nothing_behind(
    archive: Archive, tmp_path: Path, kind: str, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out" / "deep"
    if there:
        folder.mkdir(parents=True)
    write, written = service.pages.write_file, []

    def full_after_two(data: bytes, path: Path) -> None:
        if len(written) == 2:
            raise OutputFailed("No space left on device.")
        written.append(path)
        write(data, path)

    monkeypatch.setattr(service.pages, "write_file", full_after_two)
    with pytest.raises(OutputFailed, match="space"):
        exported(archive, [], kind, folder)
    assert len(written) == 2
    assert (list(tmp_path.glob("out/**/*")) == [folder]) if there else not (tmp_path / "out").exists()


def test_an_export_that_fails_leaves_what_was_there(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = exported(archive, [IDS[0]], "json", tmp_path / "out")

    def full(_data: bytes, _path: Path) -> None:
        raise OutputFailed("No space left on device.")

    monkeypatch.setattr(service.pages, "write_file", full)
    with pytest.raises(OutputFailed, match="space"):
        exported(archive, [], "json", tmp_path / "out", overwrite=True)
    assert sorted((tmp_path / "out").iterdir()) == sorted(before.files)
