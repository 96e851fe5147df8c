"""The archive as a whole: it heals itself, checks itself, and can be made anew."""

import errno
import shutil
import stat
from pathlib import Path

import pytest

from buzzband.archive import Archive
from buzzband.archive import check as checks
from buzzband.archive.archive import COMPLETE, CUT_OFF, DAMAGED, UNREADABLE
from buzzband.archive.check import Finding, check
from buzzband.archive.disk import Disk
from buzzband.archive.raw import is_id, sha256_of
from buzzband.errors import ArchiveUnusable, IndexDamaged, IndexTooNew
from services.fake_link import UID, FakeLink
from services.syncing import IDS, band, contents, damaged, header_only, log_of, run_sync

pytestmark = pytest.mark.usefixtures("no_power_cuts")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Three sessions of one band."""
    made = Archive(tmp_path / "archive")
    run_sync(made, band()).require_whole()
    return made


def kinds(archive: Archive) -> list[str]:
    return [finding.kind for finding in check(archive).findings]


def the(archive: Archive, kind: str) -> Finding:
    (found,) = [finding for finding in check(archive).findings if finding.kind == kind]
    assert found.mend
    return found


def spoil(archive: Archive, number: int = 0) -> Path:
    path = archive.raw.logs()[number].path
    path.chmod(0o644)
    path.write_bytes(damaged(path.read_bytes()))
    return path


def test_raw_logs_are_named_by_band_session_and_content_and_nobody_may_write_to_them(archive: Archive) -> None:
    for log in archive.raw.logs():
        assert log.path == archive.folder / UID / f"{log.session_id}.{log.digest}.bbl"
        assert log.path.stat().st_mode & 0o777 == 0o444


def test_an_archive_in_order_has_no_findings(archive: Archive) -> None:
    assert (check(archive).logs, check(archive).findings) == (3, ())


def test_an_archive_that_is_not_there_is_empty(tmp_path: Path) -> None:
    nothing = Archive(tmp_path / "nowhere")
    assert (nothing.sessions(), check(nothing).findings, nothing.folder.exists()) == ((), (), False)


def test_a_changed_raw_log_is_found(archive: Archive) -> None:
    path = spoil(archive)
    found = the(archive, checks.ALTERED)
    assert (found.where, found.is_fault) == (f"{UID}/{path.name}", True)


def test_a_missing_raw_log_is_found(archive: Archive) -> None:
    archive.raw.logs()[1].path.unlink()
    assert IDS[2] in the(archive, checks.MISSING).where
    assert len(archive.sessions()) == 2


def test_a_missing_index_is_made_anew_by_whoever_asks(archive: Archive) -> None:
    before = archive.sessions()
    archive.index.path.unlink()
    assert kinds(archive) == []
    assert archive.sessions() == before


def test_a_damaged_index_is_found_and_rebuild_mends_it(archive: Archive) -> None:
    before = archive.sessions()
    archive.index.path.write_bytes(b"rubbish" * 1000)
    assert the(archive, checks.INDEX).is_fault
    with pytest.raises(IndexDamaged):
        archive.sessions()
    assert archive.rebuild() == 3
    assert (archive.sessions(), kinds(archive)) == (before, [])


def test_an_index_of_a_newer_version_is_found_and_rebuild_mends_it(archive: Archive) -> None:
    import sqlite3

    connection = sqlite3.connect(archive.index.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(IndexTooNew):
        archive.sessions()
    assert "rebuild" in the(archive, checks.INDEX).mend
    archive.rebuild()
    assert kinds(archive) == []


def test_an_index_that_says_otherwise_than_a_raw_log_is_found(archive: Archive) -> None:
    import sqlite3

    with sqlite3.connect(archive.index.path) as connection:
        connection.execute("UPDATE logs SET reps = 99")
    connection.close()
    assert "otherwise" in the(archive, checks.INDEX).what
    archive.rebuild()
    assert kinds(archive) == []


def test_what_an_interrupted_index_left_beside_it_is_not_played_into_a_new_one(archive: Archive) -> None:
    journal = archive.folder / "index.sqlite-journal"
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600))
    archive.rebuild()
    assert not journal.exists()
    assert len(archive.sessions()) == 3


def test_rebuild_gives_the_same_index_as_the_syncs_did(archive: Archive) -> None:
    before = archive.index.rows()
    archive.rebuild()
    assert archive.index.rows() == before


def test_strangers_are_found_wherever_they_are(archive: Archive) -> None:
    (archive.folder / "notes.txt").write_text("mine")
    (archive.folder / UID / "photo.jpg").write_text("mine")
    (archive.folder / UID / "deadbeef.bbl").write_text("mine")
    (archive.folder / "0123456789ABCDEF").mkdir()
    (archive.folder / UID / f"{'e' * 16}.{'e' * 16}.bbl").symlink_to("/etc/passwd")
    found = [finding for finding in check(archive).findings if finding.kind == checks.STRANGER]
    assert len(found) == 5
    assert not any(finding.is_fault for finding in found)
    assert len(archive.sessions()) == 3


def test_a_copy_that_was_cut_off_is_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    run_sync(archive, band(1, cut=6))
    assert the(archive, checks.PART).where == f"{UID}/{IDS[0]}.part"


def test_a_copy_that_could_not_get_its_name_can_still_be_gone_on_with(tmp_path: Path) -> None:
    class Full(Disk):
        def rename(self, path: Path, target: Path) -> None:
            raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(ArchiveUnusable):
        Archive(tmp_path, Full()).take_in(UID, IDS[0], log_of(IDS[0], 1), 0)
    (part,) = Archive(tmp_path).raw.parts()
    assert part.stat().st_mode & stat.S_IWUSR
    part.chmod(0o444)  # as it was left before, and as a careful user may leave it
    digest = sha256_of(part.read_bytes())
    kept = Archive(tmp_path).keep(UID, IDS[0], digest, 0)
    assert (kept.read(), stat.S_IMODE(kept.path.stat().st_mode)) == (log_of(IDS[0], 1), 0o444)


def test_the_same_content_under_two_names_is_never_lost(archive: Archive) -> None:
    log = archive.raw.logs()[0]
    twin = log.path.with_name(f"{log.session_id}.{'1' * 16}.bbl")
    twin.write_bytes(log.read())
    content = log.read()
    archive.sessions()
    archive.rebuild()
    assert log.read() == twin.read_bytes() == content
    assert "altered" in kinds(archive)


def test_conflicting_contents_are_told_and_both_kept(archive: Archive) -> None:
    run_sync(archive, FakeLink({IDS[0]: log_of(IDS[0], 4, app="0.0.9")}))
    assert IDS[0] in the(archive, checks.CONFLICT).what
    assert len(contents(archive)[IDS[0]]) == 2


def test_the_beginning_of_a_longer_copy_is_a_duplicate_which_rebuild_removes(archive: Archive) -> None:
    log = archive.raw.logs()[0]
    shorter = log.read()[:300]
    from buzzband.archive.raw import sha256_of

    (log.path.parent / f"{log.session_id}.{sha256_of(shorter)[:16]}.bbl").write_bytes(shorter)
    assert the(archive, checks.DUPLICATE).mend
    archive.rebuild()
    assert kinds(archive) == []
    assert contents(archive)[log.session_id] == [log.read()]


def test_the_same_session_with_two_bands_is_told(archive: Archive) -> None:
    shutil.copytree(archive.folder / UID, archive.folder / ("b" * 16))
    found = kinds(archive)
    assert found.count(checks.DUPLICATE) == 3
    assert found.count(checks.FOREIGN) == 3


def test_damage_that_came_from_the_band_is_told_and_no_fault(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    run_sync(
        archive, FakeLink({IDS[0]: damaged(log_of(IDS[0])), IDS[1]: b"rubbish", IDS[2]: log_of(IDS[2], end=False)})
    )
    assert sorted(kinds(archive)) == [checks.DAMAGED, checks.UNREADABLE]
    assert not any(finding.is_fault for finding in check(archive).findings)
    states = {session.row.session_id: session.state for session in archive.sessions()}
    assert states == {IDS[0]: DAMAGED, IDS[1]: UNREADABLE, IDS[2]: CUT_OFF}


def test_lost_lines_of_the_journal_are_found(archive: Archive) -> None:
    path = archive.journal(UID).path
    path.write_bytes(path.read_bytes().replace(b'"t_ms"', b'"t_mz"'))
    assert the(archive, checks.JOURNAL).is_fault


def test_facts_are_those_of_the_log(archive: Archive) -> None:
    session = next(one for one in archive.sessions() if one.row.session_id == IDS[1])
    facts = session.row.facts
    assert (session.state, facts.sets, facts.reps, facts.hits, facts.cues) == (COMPLETE, 2, 8, 4, 8)
    assert (facts.boot, facts.reset, facts.ended, facts.target_permille) == (3, "power_on", "button", 500)


def test_a_raw_log_that_somebody_puts_back_is_indexed(archive: Archive, tmp_path: Path) -> None:
    log = archive.raw.logs()[0]
    shutil.move(log.path, tmp_path / "away")
    assert len(archive.sessions()) == 2
    shutil.move(tmp_path / "away", log.path)
    assert len(archive.sessions()) == 3
    assert kinds(archive) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    archive = Archive(tmp_path / "file" / "archive")
    failure = run_sync(archive, band(1)).bands[0].failure
    assert isinstance(failure, ArchiveUnusable)
    assert "file" in str(failure)


@pytest.mark.parametrize("text", ["0" * 15, "0" * 17, "A" * 16, "../../../../etc", "", "0" * 15 + "\n", "\u0661" * 16])
def test_only_16_hexadecimal_digits_become_part_of_a_path(archive: Archive, text: str) -> None:
    assert not is_id(text)
    with pytest.raises(ValueError, match="16 hexadecimal digits"):
        archive.raw.part_of(UID, text)
    with pytest.raises(ValueError, match="16 hexadecimal digits"):
        archive.raw.part_of(text, IDS[0])


def test_a_header_and_nothing_else_is_a_session_that_was_cut_off(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    run_sync(archive, FakeLink({IDS[0]: header_only(IDS[0])}))
    assert archive.sessions()[0].state == CUT_OFF
