"""A band that starts from what a cut of power has left: it merges, begins the next session, and loses nothing again."""

from collections.abc import Iterable, Mapping

from buzzband_fw.link.messages import FLASH_FULL
from journal.journal import contents
from journal.kept import Check, Felt, Found, records_in
from journal.little_flash import JournalBand
from journal.scenarios import Scene, running
from session_files import session_files

BOOT_S = 1.0


def boot(image: bytes, runs_s: float = BOOT_S) -> Scene:
    """Let a band start from ``image``, and a session begin, if there is room for one: nothing that was there is lost.

    Every session that was there is in one file then, unless flash is too full to merge them.
    """
    before = session_files(contents(image))
    with JournalBand(image) as worn:
        worn.run_for(runs_s)
        assert worn.resets == []
        is_full = worn.app.band.faults & FLASH_FULL
        new = () if is_full else (running(worn),)
        files, journal = worn.files(), worn.journal()
    for name, data in before.items():
        assert_kept(files, name, data)
        assert is_full or is_merged(files, name)
    return Scene(journal, (*(Felt(name, None) for name in before), *new))


def assert_kept(files: Mapping[str, bytes], session_id: str, data: bytes) -> None:
    """All records of ``data`` are in flash still."""
    held = records_in(session_files(files).get(session_id, b""), session_id)
    assert held.keys() == records_in(data, session_id).keys()


def is_merged(files: Mapping[str, bytes], session_id: str) -> bool:
    """Return whether a session is in one file, or in none."""
    return {path for path in files if path.startswith(f"log/{session_id}.")} <= {f"log/{session_id}.bbl"}


def boot_and_cut(images: Iterable[bytes], seed: int = 0) -> Found:
    """Let a band start from each of ``images``, cut its power at every operation, and add up what is found."""
    found = Found()
    for image in images:
        scene = boot(image)
        found.add(Check(scene.journal, scene.felt).run(seed))
    return found
