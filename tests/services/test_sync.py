"""``sync``: everything arrives once, byte for byte, and is deleted on the band only then."""

import errno
import itertools
import json
import os
from pathlib import Path

import pytest

from buzzband.archive import Archive
from buzzband.archive import archive as states
from buzzband.archive.check import check
from buzzband.archive.clock import Exact
from buzzband.errors import ArchiveUnusable, Garbled, Unplugged
from buzzband.services.sync import COPIED, FAILED, KNOWN, UNFINISHED
from buzzband.services.sync_words import sync_document, sync_text
from services.fake_link import UID, FakeLink
from services.syncing import (
    IDS,
    NOW_MS,
    FaultyDisk,
    Stopped,
    all_of,
    band,
    contents,
    damaged,
    header_only,
    log_of,
    run_sync,
    with_time,
)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def whole(archive: Archive, before: dict[str, bytes]) -> None:
    """The archive holds exactly these sessions, once each, byte for byte, and nothing is wrong with it."""
    assert contents(archive) == {name: [data] for name, data in before.items()}
    assert check(archive).findings == ()
    assert sorted(one.row.session_id for one in archive.sessions()) == sorted(before)


def test_all_sessions_are_copied_byte_for_byte_and_deleted_on_the_band(archive: Archive) -> None:
    link = band()
    before = dict(link.sessions_there)
    done = run_sync(archive, link)
    done.require_whole()
    whole(archive, before)
    assert link.sessions_there == {}
    assert [(one.session_id, one.how, one.deleted) for one in done.bands[0].sessions] == [
        (name, COPIED, True) for name in IDS
    ]


def test_a_session_is_deleted_only_after_the_band_has_given_its_hash(archive: Archive) -> None:
    link = band(1)
    run_sync(archive, link)
    assert link.asked[-2:] == ["hash", "delete"]


def test_keep_leaves_all_on_the_band_and_the_next_sync_finds_it_known(archive: Archive) -> None:
    link = band()
    before = dict(link.sessions_there)
    run_sync(archive, link, keep=True).require_whole()
    assert link.sessions_there == before
    link.read_bytes = 0
    again = run_sync(archive, link)
    assert (link.read_bytes, {one.how for one in again.bands[0].sessions}, link.sessions_there) == (0, {KNOWN}, {})
    whole(archive, before)


def test_a_running_session_is_copied_as_it_stands_and_completed_by_the_next_sync(archive: Archive) -> None:
    data = log_of(IDS[0], 3)
    link = FakeLink({IDS[0]: data[:1000]}, running={IDS[0]})
    done = run_sync(archive, link)
    done.require_whole()
    assert (done.bands[0].sessions[0].how, contents(archive)) == (UNFINISHED, {IDS[0]: [data[:1000]]})
    assert archive.sessions()[0].state == states.UNFINISHED
    link.sessions_there, link.running, link.read_bytes = {IDS[0]: data}, set(), 0
    run_sync(archive, link).require_whole()
    assert link.read_bytes == len(data) - 1000
    whole(archive, {IDS[0]: data})
    assert archive.sessions()[0].state == states.COMPLETE


def test_a_session_that_has_just_begun_and_holds_nothing_yet_is_left_alone(archive: Archive) -> None:
    run_sync(archive, FakeLink({IDS[0]: b""}, running={IDS[0]})).require_whole()
    assert contents(archive) == {}


@pytest.mark.parametrize(
    "data", [damaged(log_of(IDS[0])), header_only(IDS[0])[:30], b"rubbish", b"", log_of(IDS[1]), log_of(IDS[0])[:-9]]
)
def test_what_is_damaged_is_kept_as_it_is(archive: Archive, data: bytes) -> None:
    link = FakeLink({IDS[0]: data})
    run_sync(archive, link).require_whole()
    assert (contents(archive), link.sessions_there) == ({IDS[0]: [data]}, {})


def test_a_copy_that_was_cut_off_goes_on_where_it_was(archive: Archive) -> None:
    link = band(1, cut=8)
    before = dict(link.sessions_there)
    first = run_sync(archive, link)
    assert isinstance(first.bands[0].failure, Unplugged)
    had = archive.raw.parts()[0].stat().st_size
    link.cut, link.read_bytes = None, 0
    second = run_sync(archive, link)
    assert (second.bands[0].sessions[0].resumed_bytes, link.read_bytes) == (had, len(before[IDS[0]]) - had)
    whole(archive, before)


@pytest.mark.parametrize("torn", [b"\0" * 100, b"\xff" * 7])
def test_a_part_with_a_torn_end_goes_on_behind_its_last_whole_record(archive: Archive, torn: bytes) -> None:
    data = log_of(IDS[0])
    part = archive.raw.part_of(UID, IDS[0])
    part.parent.mkdir(parents=True)
    part.write_bytes(data[:500] + torn)
    run_sync(archive, FakeLink({IDS[0]: data})).require_whole()
    whole(archive, {IDS[0]: data})


def test_a_part_of_other_content_is_kept_beside_if_it_holds_records(archive: Archive) -> None:
    data, other = log_of(IDS[0], 2), log_of(IDS[0], 3, app="0.0.9")[:900]
    part = archive.raw.part_of(UID, IDS[0])
    part.parent.mkdir(parents=True)
    part.write_bytes(other)
    run_sync(archive, FakeLink({IDS[0]: data})).require_whole()
    assert all_of(contents(archive).values()) == sorted((data, other))
    assert all(session.conflict for session in archive.sessions())


def test_other_content_of_the_same_id_is_kept_beside_and_told(archive: Archive) -> None:
    first, second = log_of(IDS[0], 1), log_of(IDS[0], 2, app="0.0.9")
    run_sync(archive, FakeLink({IDS[0]: first}))
    done = run_sync(archive, FakeLink({IDS[0]: second}))
    assert all_of(contents(archive).values()) == sorted((first, second))
    assert "the same id has other content too" in sync_text(done)


def test_a_band_that_has_less_of_a_session_than_the_archive_takes_nothing_away(archive: Archive) -> None:
    data = log_of(IDS[0], 2)
    run_sync(archive, FakeLink({IDS[0]: data}))
    shorter = FakeLink({IDS[0]: data[:700]})
    run_sync(archive, shorter).require_whole()
    assert shorter.sessions_there == {}
    whole(archive, {IDS[0]: data})


def test_a_session_that_the_archive_has_damaged_on_disk_is_brought_anew(archive: Archive) -> None:
    link = band(1)
    before = dict(link.sessions_there)
    run_sync(archive, link, keep=True)
    path = archive.raw.logs()[0].path
    path.chmod(0o644)
    path.write_bytes(damaged(path.read_bytes()))
    run_sync(archive, link).require_whole()
    whole(archive, before)


def test_several_bands_are_synced_and_one_that_fails_does_not_keep_the_others_from_it(archive: Archive) -> None:
    other = "a" * 16
    first, broken, third = band(2), band(1, cut=0), FakeLink({IDS[2]: log_of(IDS[2], uid=other)}, uid=other)
    done = run_sync(archive, first, broken, third)
    assert [band.failure is None for band in done.bands] == [True, False, True]
    assert {log.uid for log in archive.raw.logs()} == {UID, other}
    with pytest.raises(Unplugged):
        done.require_whole()


def test_a_session_that_disappeared_before_it_was_copied_is_told_once(archive: Archive) -> None:
    run_sync(archive, band(2, cut=3))  # the inventory is there, nothing else
    done = run_sync(archive, FakeLink({IDS[1]: log_of(IDS[1], 2)}))
    assert [one.session_id for one in done.bands[0].vanished] == [IDS[0]]
    assert f"{IDS[0][:10]}  has gone from the band" in sync_text(done)
    assert run_sync(archive, FakeLink({})).bands[0].vanished == []


def test_what_was_copied_of_a_session_that_disappeared_is_kept(archive: Archive) -> None:
    link = band(1, cut=6)
    data = link.sessions_there[IDS[0]]
    run_sync(archive, link)
    done = run_sync(archive, FakeLink({}))
    (gone,) = done.bands[0].vanished
    assert 0 < gone.saved_bytes < gone.size
    assert contents(archive) == {IDS[0]: [data[: gone.saved_bytes]]}


def test_a_session_that_was_synced_and_deleted_has_not_disappeared(archive: Archive) -> None:
    run_sync(archive, band())
    assert run_sync(archive, FakeLink({})).bands[0].vanished == []


def test_a_refused_deletion_is_told_and_no_failure(archive: Archive) -> None:
    link = band(1)
    link.delete = lambda *_: (_ for _ in ()).throw(refusal())  # type: ignore[method-assign]
    done = run_sync(archive, link)
    done.require_whole()
    assert "still on the band: The band refuses" in sync_text(done)


def refusal() -> Exception:
    from services.fake_link import refused

    return refused(9)


def test_a_session_that_cannot_be_had_does_not_keep_the_others_from_it(archive: Archive) -> None:
    link = band()
    hash_of = link.hash
    link.hash = lambda name, size: "0" * 64 if name == IDS[1] else hash_of(name, size)  # type: ignore[method-assign]
    done = run_sync(archive, link)
    assert [one.how for one in done.bands[0].sessions] == [COPIED, FAILED, COPIED]
    assert set(contents(archive)) == {IDS[0], IDS[2]}
    assert list(link.sessions_there) == [IDS[1]]
    with pytest.raises(Garbled):
        done.require_whole()


def test_a_band_that_sends_more_than_there_is_is_stopped(archive: Archive) -> None:
    link = FakeLink({IDS[0]: log_of(IDS[0])})

    def endless(_name: str, _start: int, _size: int, take: object) -> None:
        while True:
            take(bytes(4096))  # type: ignore[operator]

    link.read_session = endless  # type: ignore[method-assign]
    assert isinstance(run_sync(archive, link).bands[0].failure, Garbled)
    assert sum(path.stat().st_size for path in archive.raw.parts()) < 8192


def test_the_band_is_told_the_time_and_what_its_clock_says_is_noted(archive: Archive) -> None:
    run_sync(archive, band(1, boot=9, t_ms=1234))
    (mark,) = archive.journal(UID).read().marks
    assert (mark.boot, mark.t_ms, mark.utc_ms, mark.round_trip_ms) == (9, 1234, NOW_MS, 4)


def test_a_session_of_the_same_power_on_is_placed_exactly(archive: Archive) -> None:
    run_sync(archive, FakeLink({IDS[0]: log_of(IDS[0], boot=3)}, boot=3, t_ms=500_000))
    placed = archive.sessions()[0].when
    assert isinstance(placed, Exact)
    assert abs(placed.start_ms - (NOW_MS - 500_000)) <= placed.within_ms


def test_a_session_that_was_told_the_time_is_placed_by_that(archive: Archive) -> None:
    run_sync(archive, FakeLink({IDS[0]: with_time(IDS[0], NOW_MS - 86_400_000)}, boot=8))
    assert archive.sessions()[0].when == Exact(NOW_MS - 86_400_000 - 2000, 11)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..",
        "",
        "/tmp/x",
        "0" * 15,
        "0" * 17,
        "0123456789ABCDEF",
        "0123456789abcde\n",
        "\u0660" * 16,
    ],
)
def test_ids_that_cannot_be_are_refused(archive: Archive, name: str) -> None:
    link = FakeLink({name: log_of(IDS[0])})
    assert isinstance(run_sync(archive, link).bands[0].failure, Garbled)
    other = FakeLink({IDS[0]: log_of(IDS[0])}, uid=name)
    assert isinstance(run_sync(archive, other).bands[0].failure, Garbled)
    assert contents(archive) == {}


def test_the_document_tells_all_and_is_json(archive: Archive) -> None:
    link = band(2)
    told = json.loads(json.dumps(sync_document(run_sync(archive, link))))
    (one,) = told["bands"]
    assert (one["uid"], one["error"], one["left"]) == (UID, None, 0)
    assert [session["session"]["reps"] for session in one["sessions"]] == [4, 8]


# Faults, everywhere


def rerun(folder: Path, links: list[FakeLink], before: dict[str, bytes]) -> None:
    """Sync again with nothing in the way: all is there once, byte for byte."""
    archive = Archive(folder)
    for link in links:
        link.cut = None
    run_sync(archive, *links).require_whole()
    run_sync(archive, *links).require_whole()
    assert all(link.sessions_there == {} for link in links)
    whole(archive, before)
    assert archive.raw.parts() == ()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.usefixtures("no_power_cuts")
def test_unplugged_at_every_message_the_rerun_completes(tmp_path: Path, after: bool) -> None:
    for cut in itertools.count():
        link = band(2, cut=cut, after=after)
        before = dict(link.sessions_there)
        done = run_sync(Archive(tmp_path / str(cut)), link)
        if done.bands[0].failure is None:
            break
        rerun(tmp_path / str(cut), [link], before)
    assert cut >= 20


@pytest.mark.usefixtures("no_power_cuts")
def test_unplugged_at_every_message_time_and_again_it_completes_in_the_end(archive: Archive) -> None:
    link = band()
    before = dict(link.sessions_there)
    for _ in range(200):
        link.cut, link.calls = 7, 0
        if run_sync(archive, link).bands[0].failure is None:
            break
    rerun(archive.folder, [link], before)


@pytest.mark.parametrize("how", ["before", "midst", "after", "power"])
@pytest.mark.usefixtures("no_power_cuts")
def test_the_host_killed_at_every_change_of_its_disk_the_rerun_completes(tmp_path: Path, how: str) -> None:
    for stop in itertools.count():
        link = band(2)
        before = dict(link.sessions_there)
        folder = tmp_path / str(stop)
        try:
            run_sync(Archive(folder, FaultyDisk(stop, how)), link)
        except Stopped:
            rerun(folder, [link], before)
        else:
            break
    assert stop > 30


@pytest.mark.parametrize("how", ["before", "midst"])
@pytest.mark.usefixtures("no_power_cuts")
def test_a_disk_that_is_full_from_any_change_on_is_told_and_nothing_is_lost(tmp_path: Path, how: str) -> None:
    def full() -> OSError:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for stop in itertools.count():
        link = band(2)
        before = dict(link.sessions_there)
        disk = FaultyDisk(stop, how, full)
        disk.stays_broken = True
        archive = Archive(tmp_path / str(stop), disk)
        failure = run_sync(archive, link).bands[0].failure
        if failure is None:
            break
        assert isinstance(failure, ArchiveUnusable)
        assert "no room" in str(failure)
        safe = contents(archive)
        assert all(name in link.sessions_there or safe.get(name) == [data] for name, data in before.items())
        rerun(archive.folder, [link], before)
    assert stop > 30


@pytest.mark.usefixtures("no_power_cuts")
def test_the_host_killed_before_and_after_the_index_is_written_the_rerun_completes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from buzzband.archive.index import Index

    put = Index.put
    for stop in range(6):
        calls = itertools.count()

        def stopping(index: Index, *rows: object, stop: int = stop, calls: "itertools.count[int]" = calls) -> None:
            if (number := next(calls)) * 2 == stop:
                raise Stopped
            put(index, *rows)  # type: ignore[arg-type]
            if number * 2 + 1 == stop:
                raise Stopped

        link = band(3)
        before = dict(link.sessions_there)
        with monkeypatch.context() as patched:
            patched.setattr(Index, "put", stopping)
            with pytest.raises(Stopped):
                run_sync(Archive(tmp_path / str(stop)), link)
        rerun(tmp_path / str(stop), [link], before)
