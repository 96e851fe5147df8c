"""The emulated chip starts from what a cut of power has left."""

from buzzband.twin import Twin
from buzzband_fw.link import messages
from chip.worn import link_to
from journal.chip_scenarios import BOOT_S, stay_at_prompt
from journal.journal import contents
from journal.kept import records_in
from journal.pulled import assert_kept, is_merged
from session_files import session_files
from twin.bench import TwinBench, ask

MERGE_S = 0.45  # chip time of ``merge``
START_S = 3.5  # and of ``start``
RUNS_S = 0.3

_IMPORT = "import sys; sys.path.insert(0, '/a'); from buzzband_fw.store.session import recover"
_MERGE = "recover(lambda: None)"


def merge(bench: TwinBench, image: bytes) -> Twin:
    """Let the chip do nothing but what the app does first: merge. Every session is whole and in one file then."""
    worn = bench.boot(image=image, pty=False, erase_ms=0)
    stay_at_prompt(worn)
    assert (ask(worn, _IMPORT), ask(worn, _MERGE)) == ("", "")
    check(worn, image)
    return worn


def start(bench: TwinBench, image: bytes) -> Twin:
    """Let the band start: it answers, a session runs, and every other one is whole and in one file."""
    worn = bench.boot(image=image, pty=False)
    worn.wait_until(lambda: worn.emg.samples_fed, BOOT_S)
    worn.run_for(RUNS_S)
    link = link_to(worn)
    assert link.status().state in (messages.RUNNING, messages.IDLE)
    listed = {entry.session_id for entry in link.sessions()}
    assert listed >= {name for name, data in session_files(contents(image)).items() if records_in(data, name)}
    assert worn.resets == ()
    check(worn, image)
    return worn


def check(worn: Twin, image: bytes) -> None:
    """No record that was in ``image`` has gone."""
    files = worn.files()
    for name, data in session_files(contents(image)).items():
        assert_kept(files, name, data)
        assert is_merged(files, name)
