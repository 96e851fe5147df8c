"""The index: what each raw log says, in one SQLite file, so that a list of sessions need not read them all.

Nothing stands in it that the raw logs do not say, so it can always be made anew. It keeps a rollback journal and no
write-ahead log: that leaves one file at rest, and works on network drives too.
"""

import errno
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

from buzzband.archive.clock import Mark
from buzzband.archive.facts import NAMES, Clocks, Facts
from buzzband.archive.raw import RawLog
from buzzband.errors import IndexDamaged, IndexTooNew

NAME = "index.sqlite"
SIDE_FILE = f"{NAME}-journal"
BUSY_S = 10.0
SYNCHRONOUS = "FULL"  # a transaction that is over outlasts a power cut

Migration = Callable[[sqlite3.Connection], object]


def _create(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        CREATE TABLE logs (
            uid TEXT NOT NULL, session_id TEXT NOT NULL, digest TEXT NOT NULL,
            sha256 TEXT NOT NULL, size INTEGER NOT NULL, clocks TEXT NOT NULL,
            problem TEXT NOT NULL, ended TEXT NOT NULL, damaged INTEGER NOT NULL, missing INTEGER NOT NULL,
            duration_ms INTEGER NOT NULL, sets INTEGER NOT NULL, reps INTEGER NOT NULL, cycles INTEGER NOT NULL,
            hits INTEGER NOT NULL, holds INTEGER NOT NULL, cues INTEGER NOT NULL, faults INTEGER NOT NULL,
            good_permille INTEGER NOT NULL, target_permille INTEGER NOT NULL, grade INTEGER NOT NULL,
            exercise TEXT NOT NULL, mode TEXT NOT NULL, wearer TEXT NOT NULL, app TEXT NOT NULL,
            boot INTEGER NOT NULL, reset TEXT NOT NULL, start_t_ms INTEGER NOT NULL, "foreign" TEXT NOT NULL,
            source TEXT NOT NULL,
            PRIMARY KEY (uid, session_id, digest)
        )
        """
    )


def _add_work(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM logs")
    for name in (
        *("load_kg", "good", "too_fast", "muscle_off", "peaks_permille", "complete"),
        *("concentric_ms", "pause_ms", "eccentric_ms", "work_ms", "held_ms"),
    ):
        connection.execute(f"ALTER TABLE logs ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0")


MIGRATIONS: tuple[Migration, ...] = (_create, _add_work)
"""Each takes the schema one version further. One that needs more of the raw logs empties ``logs``: what is not there is
read from them."""

_NOT_ITS_FAULT = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
_COLUMNS = ("uid", "session_id", "digest", "sha256", "size", "clocks", *NAMES)
_KEY = "uid = ? AND session_id = ? AND digest = ?"
_NAMED = ", ".join(f'"{name}"' for name in _COLUMNS)


@dataclass(frozen=True)
class Row:
    """What the index says of a raw log."""

    uid: str
    session_id: str
    digest: str
    sha256: str
    size: int
    clocks: Clocks
    facts: Facts

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what names the raw log."""
        return self.uid, self.session_id, self.digest


class Index:
    """The index in a file, made when it is first used. All methods raise IndexDamaged, IndexTooNew and OSError."""

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self.path = path
        self._migrations = migrations

    def rows(self) -> tuple[Row, ...]:
        """Return all there is, in order."""
        return self._read("ORDER BY uid, session_id, digest")

    def row(self, key: tuple[str, str, str]) -> Row | None:
        """Return what there is of a raw log."""
        return next(iter(self._read(f"WHERE {_KEY}", key)), None)

    def put(self, rows: Iterable[Row], gone: Iterable[tuple[str, str, str]] = ()) -> None:
        """Add rows or replace them, and take those away whose raw logs have gone: all or nothing."""
        marks = ", ".join("?" * len(_COLUMNS))
        with self._opened() as connection, _transaction(connection):
            connection.executemany(f"DELETE FROM logs WHERE {_KEY}", gone)
            connection.executemany(f"INSERT OR REPLACE INTO logs ({_NAMED}) VALUES ({marks})", map(_values, rows))

    def problems(self) -> str:
        """Return what SQLite finds wrong with the file, if anything."""
        if not self.path.exists():
            return ""
        with self._opened() as connection:
            (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        return "" if told == "ok" else str(told)

    def _read(self, clause: str, values: Sequence[str] = ()) -> tuple[Row, ...]:
        if not self.path.exists():
            return ()
        with self._opened() as connection:
            found = connection.execute(f"SELECT {_NAMED} FROM logs {clause}", values)
            try:
                return tuple(map(_row, found))
            except (ValueError, KeyError, TypeError) as error:
                raise IndexDamaged(f"{self.path} holds what makes no sense.") from error

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file, with the newest schema."""
        with _sqlite_errors(self.path), closing(sqlite3.connect(self.path, BUSY_S, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
            self._migrate(connection)
            yield connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        if _version(connection) == len(self._migrations):
            return
        with _transaction(connection):
            version = _version(connection)
            if version > len(self._migrations):
                raise IndexTooNew(f"{self.path} was made by a newer buzzband.")
            for number, migration in enumerate(self._migrations[version:], version + 1):
                migration(connection)
                connection.execute(f"PRAGMA user_version = {number}")


def row_of(log: RawLog, sha256: str, facts: Facts, clocks: Clocks) -> Row:
    """Return the row of a raw log."""
    return Row(log.uid, log.session_id, log.digest, sha256, log.size, clocks, facts)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk may have ended it
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def _sqlite_errors(path: Path) -> Iterator[None]:
    """Turn what sqlite3 raises into our own errors, and into OSError what is not the file's fault."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _NOT_ITS_FAULT:
            raise OSError(_NOT_ITS_FAULT[code], str(error), str(path)) from error
        raise IndexDamaged(f"{path} is damaged: {error}.") from error


def _values(row: Row) -> tuple[object, ...]:
    clocks = json.dumps(asdict(row.clocks))
    return (row.uid, row.session_id, row.digest, row.sha256, row.size, clocks, *astuple(row.facts))


def _row(values: Sequence[Any]) -> Row:
    uid, session_id, digest, sha256, size, clocks, *facts = values
    return Row(uid, session_id, digest, sha256, size, _clocks(clocks), Facts(*facts))


def _clocks(text: str) -> Clocks:
    told = json.loads(text)
    return Clocks(tuple(Mark(**one) for one in told["inside"]), Mark(**told["before"]) if told["before"] else None)
