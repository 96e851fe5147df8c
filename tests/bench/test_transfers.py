"""What is moved is what it is said to be, and what is told of it adds up."""

import transfers
from transfers import Spent

from buzzband.bundle import app_files
from buzzband.packs import PACK_MAX, new_pack
from buzzband.recordings.band_log import intact_records
from report import year


def test_the_session_is_one_of_about_100_kb_that_can_be_read() -> None:
    assert abs(len(transfers.SESSION) - 100_000) < 1000
    records = list(intact_records(transfers.SESSION, year.session_id(0)))
    assert records[-1].end == len(transfers.SESSION)


def test_only_the_modules_that_are_named_change() -> None:
    app = app_files()
    longer = transfers.longer(app, transfers.ONE_MODULE)
    assert [path for path in app if longer[path] != app[path]] == [transfers.ONE_MODULE]
    assert len(new_pack(longer)) == len(new_pack(app)) + 1 <= PACK_MAX


def test_what_was_spent_before_does_not_count_and_a_piece_stands_for_all() -> None:
    assert Spent(3.0, 500) - Spent(1.0, 100) == Spent(2.0, 400)
    assert Spent(1.5, 300) * (100 / 50) == Spent(3.0, 600)
