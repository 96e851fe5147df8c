"""The motor's leak at the last calibration: of the latest session that tells it, on the band or in the archive."""

from pathlib import Path
from typing import Any

from buzzband.archive import Archive
from buzzband.services.last_leak import last_leak_permille
from services.fake_link import UID, FakeLink
from services.syncing import IDS, log_of, run_sync


def log(session_id: str, boot: int, leak: object) -> bytes:
    return log_of(session_id, boot=boot, calibration={"how": "guided", "leak_permille": leak})


def leak_of(link: Any, archive: Archive) -> int | None:
    return last_leak_permille(link, UID, archive)


def test_the_latest_session_counts_wherever_it_is(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    run_sync(archive, FakeLink({IDS[0]: log(IDS[0], 3, 30), IDS[1]: log(IDS[1], 9, 90)}))
    assert leak_of(FakeLink(), archive) == 90
    assert leak_of(FakeLink({IDS[2]: log(IDS[2], 5, 50)}), archive) == 90
    assert leak_of(FakeLink({IDS[2]: log(IDS[2], 12, 120)}), archive) == 120


def test_sessions_that_do_not_tell_it_are_passed_over(tmp_path: Path) -> None:
    sessions = {IDS[0]: log(IDS[0], 3, 30), IDS[1]: log_of(IDS[1], boot=9), IDS[2]: log(IDS[2], 12, "loud")}
    assert leak_of(FakeLink(sessions), Archive(tmp_path)) == 30


def test_without_any_it_is_not_known(tmp_path: Path) -> None:
    assert leak_of(FakeLink({IDS[0]: b"no session at all"}), Archive(tmp_path)) is None


def test_a_band_that_goes_meanwhile_leaves_what_the_archive_knows(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    run_sync(archive, FakeLink({IDS[0]: log(IDS[0], 3, 30)}))
    assert leak_of(FakeLink({IDS[1]: log(IDS[1], 9, 90)}, cut=0), archive) == 30
