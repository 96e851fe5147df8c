"""Syncs a fake band whose sessions are files, for a test that kills this process: folders of archive and band."""

import hashlib
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from buzzband.archive import Archive
from buzzband.services.sync import sync
from services.fake_link import FakeLink


class FileLink(FakeLink):
    """A band that forgets nothing when its process is killed, and is slow enough for that."""

    folder: Path

    def read_session(self, session_id: str, start: int, size: int, take) -> None:  # type: ignore[no-untyped-def]
        def slowly(data: bytes) -> None:
            time.sleep(0.0005)
            take(data)

        super().read_session(session_id, start, size, slowly)

    def delete(self, session_id: str, size: int, sha256_hex: str) -> None:
        super().delete(session_id, size, sha256_hex)
        (self.folder / session_id).unlink()


def main(archive: str, folder: str) -> None:
    link = FileLink({path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())})
    link.folder = Path(folder)
    assert all(len(hashlib.sha256(data).digest()) == 32 for data in link.sessions_there.values())
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    done = sync(
        ["fake"],
        Archive(Path(archive)),
        open_link=lambda *_: nullcontext(link),  # type: ignore[arg-type, return-value]
        now_ms=lambda: time.time_ns() // 1_000_000,
        patience_s=1.0,
    )
    done.require_whole()


if __name__ == "__main__":
    main(*sys.argv[1:])
