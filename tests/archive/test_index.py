"""The index: made, taken further, refused, made anew."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from buzzband.archive.clock import Mark
from buzzband.archive.facts import NAMES, Clocks, Facts
from buzzband.archive.index import MIGRATIONS, Index, Row
from buzzband.errors import IndexDamaged, IndexTooNew

FACTS = Facts(ended="button", reps=12, wearer="Anna", boot=3, start_t_ms=77)
ROW = Row("a" * 16, "b" * 16, "c" * 16, "c" * 64, 812, Clocks((Mark(3, 1, 2, 3),), Mark(2, 5, 6)), FACTS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


def grown(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE logs ADD COLUMN mood TEXT NOT NULL DEFAULT 'good'")


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_what_is_put_in_comes_out(path: Path) -> None:
    Index(path).put([ROW])
    assert Index(path).rows() == (ROW,)


def test_the_same_raw_log_is_there_once(path: Path) -> None:
    for _ in range(2):
        Index(path).put([ROW])
    assert len(Index(path).rows()) == 1


def test_rows_of_what_has_gone_go_in_the_same_step(path: Path) -> None:
    Index(path).put([ROW])
    Index(path).put([], [ROW.key])
    assert Index(path).rows() == ()


def test_without_a_file_there_are_no_rows_and_none_is_made(path: Path) -> None:
    assert (Index(path).rows(), path.exists()) == ((), False)


def test_every_fact_has_its_column(path: Path) -> None:
    Index(path).put([])
    with closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(logs)")]
    assert columns[6:] == list(NAMES)


def test_an_old_index_is_taken_to_the_newest_schema_with_what_it_holds(path: Path) -> None:
    Index(path).put([ROW])
    assert Index(path, (*MIGRATIONS, grown)).rows() == (ROW,)
    assert version(path) == len(MIGRATIONS) + 1


def test_an_index_that_lacks_what_trends_need_is_emptied_so_that_the_raw_logs_are_read_again(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        MIGRATIONS[0](connection)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(logs)")]
        connection.execute(f"INSERT INTO logs VALUES ({', '.join('0' for _ in columns)})")
        connection.execute("PRAGMA user_version = 1")
    assert Index(path).rows() == ()
    assert version(path) == len(MIGRATIONS)


def test_a_step_that_fails_leaves_the_old_schema(path: Path) -> None:
    Index(path).put([ROW])

    def fails(connection: sqlite3.Connection) -> None:
        grown(connection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Index(path, (*MIGRATIONS, fails)).rows()
    assert (version(path), Index(path).rows()) == (len(MIGRATIONS), (ROW,))


def test_an_index_of_a_newer_version_is_refused(path: Path) -> None:
    Index(path, (*MIGRATIONS, grown)).put([])
    with pytest.raises(IndexTooNew, match="newer"):
        Index(path).rows()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_index_is_told(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(IndexDamaged, match="damaged"):
        Index(path).rows()


def test_an_index_whose_content_makes_no_sense_is_told(path: Path) -> None:
    Index(path).put([ROW])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE logs SET clocks = 'rubbish'")
    with pytest.raises(IndexDamaged):
        Index(path).rows()


def test_an_index_without_its_table_is_told(path: Path) -> None:
    Index(path).put([ROW])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE logs")
    with pytest.raises(IndexDamaged):
        Index(path).rows()


def test_a_folder_that_cannot_be_used_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Index(tmp_path / "nowhere" / "index.sqlite").put([ROW])
