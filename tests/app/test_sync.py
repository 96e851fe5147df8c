"""The whole way: the app records on a simulated band, a sync brings it into the archive, and the band is free."""

from contextlib import nullcontext

import pytest

from app.bench import band, contractions, link_to
from buzzband.archive import Archive
from buzzband.archive.archive import COMPLETE, UNFINISHED
from buzzband.archive.check import check
from buzzband.archive.clock import Exact
from buzzband.services.sync import sync

NOW_MS = 1_763_000_000_000

pytestmark = pytest.mark.usefixtures("no_power_cuts")


def synced(virtual, archive):
    """Sync the simulated band; its clock is that of the host, so many ms after NOW_MS."""
    done = sync(
        ["simulated"],
        archive,
        open_link=lambda *_: nullcontext(link_to(virtual)),
        now_ms=lambda: NOW_MS + round(1000 * virtual.now_s),
        patience_s=1.0,
    )
    done.require_whole()
    return done.bands[0]


def files(virtual):
    """The files of the sessions in flash, by their ids."""
    found = {path: data for path, data in virtual.files().items() if path.startswith("log/")}
    assert all(path.endswith(".bbl") for path in found), "something is not merged"
    return {path[4:20]: data for path, data in found.items()}


def test_what_the_band_has_recorded_is_in_the_archive_byte_for_byte_and_gone_from_the_band(tmp_path):
    archive = Archive(tmp_path)
    with band(contractions(3)) as virtual:
        virtual.play()
        virtual.run_for(1)
        there = files(virtual)
        (one,) = synced(virtual, archive).sessions
        assert files(virtual) == {}
    (log,) = archive.raw.logs()
    assert {log.session_id: log.read()} == there
    assert check(archive).findings == ()
    (session,) = archive.sessions()
    assert (one.deleted, session.state) == (True, COMPLETE)
    assert isinstance(session.when, Exact)
    assert 0 <= session.when.start_ms - NOW_MS < 1000


def test_a_session_that_goes_on_is_copied_as_it_stands_and_completed_later(tmp_path):
    archive = Archive(tmp_path)
    with band(contractions(6)) as virtual:
        virtual.run_for(8)
        assert [one.deleted for one in synced(virtual, archive).sessions] == [False]
        assert [session.state for session in archive.sessions()] in ([UNFINISHED], [])
        virtual.press()  # the session that began at power-on ends
        virtual.run_for(1)
        there = files(virtual)
        synced(virtual, archive)
    (log,) = archive.raw.logs()
    assert {log.session_id: log.read()} == there
    assert archive.sessions()[0].state == COMPLETE
