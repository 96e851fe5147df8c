"""A band that starts from what a cut of power has left: it merges, begins the next session, and loses nothing again."""

from collections.abc import Iterable

from buzzband_fw.link.messages import FLASH_FULL
from journal.journal import contents
from journal.kept import Check, Felt, Found, records_in, session_files
from journal.little_flash import JournalBand
from journal.scenarios import Scene, running

BOOT_S = 1.0


def boot(image: bytes, runs_s: float = BOOT_S) -> Scene:
    """Let a band start from ``image``: every session is in one file, with each record that it had.

    A new one runs, if there is room for it.
    """
    before = session_files(contents(image))
    with JournalBand(image) as worn:
        worn.run_for(runs_s)
        assert worn.resets == []
        new = () if worn.app.band.faults & FLASH_FULL else (running(worn),)
        files, journal = worn.files(), worn.journal()
    for name, data in before.items():
        assert_merged(files, name, data)
    return Scene(journal, (*(Felt(name, None) for name in before), *new))


def assert_merged(files: dict[str, bytes], session_id: str, data: bytes) -> None:
    """All records of ``data`` are in the session's one file."""
    parts = [path for path in files if path.startswith(f"log/{session_id}.")]
    assert parts == [f"log/{session_id}.bbl"] or not records_in(data, session_id)
    held = records_in(files.get(f"log/{session_id}.bbl", b""), session_id)
    assert held.keys() == records_in(data, session_id).keys()


def boot_and_cut(images: Iterable[bytes], seed: int = 0) -> Found:
    """Let a band start from each of ``images``, cut its power at every operation, and add up what is found."""
    found = Found()
    for image in images:
        scene = boot(image)
        found.add(Check(scene.journal, scene.felt).run(seed))
    return found
