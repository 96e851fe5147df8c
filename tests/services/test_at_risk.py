"""Sessions on a board that flash would put at risk: those that the archive does not have, byte for byte."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from buzzband.archive import Archive
from buzzband.archive.raw import sha256_of
from buzzband.errors import ArchiveUnusable, SessionsAtRisk
from buzzband.services.at_risk import OnBoard, guard_with, sessions_at, sessions_over
from buzzband.transports.board import Item
from services.fake_link import FakeLink
from services.syncing import IDS, log_of, run_sync

LOG = log_of(IDS[0])


def archive_with(folder: Path, sessions: dict[str, bytes]) -> Archive:
    archive = Archive(folder)
    run_sync(archive, FakeLink(dict(sessions))).require_whole()
    return archive


def at_prompt(files: dict[str, bytes]) -> SimpleNamespace:
    """A board with these files in /log, and a folder."""
    items = (Item("old", True), *(Item(name, False) for name in files))
    hashes = {f"/log/{name}": sha256_of(data) for name, data in files.items()}
    return SimpleNamespace(
        listdir=lambda folder: items if folder == "/log" else (),
        hashes=lambda paths: {path: hashes[path] for path in paths},
    )


def test_sessions_that_the_archive_has_may_be_put_at_risk(tmp_path: Path) -> None:
    guard_with(archive_with(tmp_path, {IDS[0]: LOG}))([OnBoard(IDS[0], sha256_of(LOG))])


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(OnBoard(IDS[1], sha256_of(LOG)), id="another session"),
        pytest.param(OnBoard(IDS[0], sha256_of(LOG + b"!")), id="other content"),
        pytest.param(OnBoard(IDS[0]), id="not over"),
        pytest.param(OnBoard("../../etc", sha256_of(LOG)), id="no id"),
    ],
)
def test_any_other_stops_it(tmp_path: Path, found: OnBoard) -> None:
    guard = guard_with(archive_with(tmp_path, {IDS[0]: LOG}))
    with pytest.raises(SessionsAtRisk, match=r"There is 1 session on the board that is not in the archive") as caught:
        guard([OnBoard(IDS[0], sha256_of(LOG)), found])
    assert "buzzband sync" in caught.value.hint
    assert "--lose-sessions" in caught.value.hint


def test_a_raw_log_that_has_changed_on_the_disk_is_not_the_session(tmp_path: Path) -> None:
    archive = archive_with(tmp_path, {IDS[0]: LOG})
    (log,) = archive.raw.logs()
    log.path.chmod(0o600)
    log.path.write_bytes(LOG[:-1] + b"!")
    with pytest.raises(SessionsAtRisk):
        guard_with(archive)([OnBoard(IDS[0], sha256_of(LOG))])


def test_without_an_archive_every_session_is_at_risk(tmp_path: Path) -> None:
    guard = guard_with(Archive(tmp_path / "nowhere"))
    guard([])
    with pytest.raises(SessionsAtRisk, match="There are 2 sessions"):
        guard([OnBoard(IDS[0], sha256_of(LOG)), OnBoard(IDS[1])])


def test_an_archive_that_cannot_be_read_stops_it(tmp_path: Path) -> None:
    archive = archive_with(tmp_path, {IDS[0]: LOG})
    (log,) = archive.raw.logs()
    log.path.unlink()
    log.path.mkdir()
    archive.raw.logs = lambda **_which: (log,)  # type: ignore[method-assign]
    with pytest.raises(ArchiveUnusable):
        guard_with(archive)([OnBoard(IDS[0], sha256_of(LOG))])


def test_a_band_is_asked_for_the_hash_of_what_is_over() -> None:
    link = FakeLink({IDS[0]: LOG, IDS[1]: b"more"}, running={IDS[1]})
    assert sessions_over(link) == (OnBoard(IDS[0], sha256_of(LOG)), OnBoard(IDS[1]))  # type: ignore[arg-type]
    assert link.asked.count("hash") == 1


def test_at_the_prompt_a_session_with_pieces_is_not_over() -> None:
    board = at_prompt(
        {f"{IDS[0]}.bbl": LOG, f"{IDS[1]}.bbl": LOG, f"{IDS[1]}.000": b"piece", f"{IDS[2]}.017": b"piece"}
    )
    found = sessions_at(board)  # type: ignore[arg-type]
    assert set(found) == {OnBoard(IDS[0], sha256_of(LOG)), OnBoard(IDS[1]), OnBoard(IDS[2])}
    assert len(found) == 3


def test_what_is_no_session_s_file_is_nobody_s_loss() -> None:
    assert sessions_at(at_prompt({"notes.txt": b"", f"{IDS[0]}.bbl.part": b"", "log.bbl": b""})) == ()  # type: ignore[arg-type]
