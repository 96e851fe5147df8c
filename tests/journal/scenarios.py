"""What is done with a simulated band while its flash is watched."""

import contextlib
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from littlefs import LittleFS, LittleFSError

from app.bench import rest, settings
from app.lifter import Lifter, lifter
from builders import codes, effort
from buzzband.bundle import FLASH_BLOCK_COUNT, FLASH_BLOCK_SIZE, pack_image
from buzzband.recordings.band_log import read_log
from buzzband.transports.link import Link
from buzzband.twin import Mpu6050Model
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.link.messages import FLASH_FULL
from buzzband_fw.store.records import BY_FULL_FLASH
from journal.journal import Journal, Memory, file_system
from journal.kept import Felt
from journal.little_flash import JournalBand
from session_files import session_files

SETTINGS_FILE = "settings.json"
APP = {"a/app.bin": bytes(range(256)) * 80, "slot.txt": b"a"}  # what nobody is to touch
RESERVE = 32768  # bytes that the recorder leaves free
REST_S = 10.0
MOMENT_S = 1.0
SETS_MAX, SET_S = 10, 27
HOLD_S = 40.0
SPARE_BYTES = 4000

_LINK_BYTES = 8  # in a block of a file, for the block before it


@dataclass(frozen=True)
class Scene:
    """What was done. ``changing``: files that were rewritten."""

    journal: Journal
    felt: tuple[Felt, ...]
    changing: tuple[str, ...] = ()


@functools.cache
def curls() -> Lifter:
    """A set of four, and a rest."""
    return lifter(4, lead_out_s=REST_S)


@functools.cache
def image(free_bytes: int | None = None) -> bytes:
    """Return the flash of a calibrated band, with no more than ``free_bytes`` free."""
    files = {**APP, SETTINGS_FILE: json.dumps(curls().settings.as_dict()).encode()}
    return pack_image(files) if free_bytes is None else filled(files, free_bytes)


def filled(files: Mapping[str, bytes], free_bytes: int) -> bytes:
    """Return a file system that holds ``files``, and so much more that no more than ``free_bytes`` are free."""
    spare = free_blocks(pack_image(files)) - free_bytes // FLASH_BLOCK_SIZE
    return pack_image({**files, "ballast": bytes(spare * (FLASH_BLOCK_SIZE - _LINK_BYTES))})


def free_blocks(flash: bytes) -> int:
    """Return how many blocks of a file system are free."""
    mounted = file_system(Memory(flash))
    mounted.mount()
    return FLASH_BLOCK_COUNT - int(mounted.used_block_count)


def band(flash: bytes) -> JournalBand:
    """Return a band on somebody who does a set of curls."""
    return JournalBand(flash, curls().raw, imu=Mpu6050Model(curls().frames.ravel()))


def running(worn: JournalBand) -> Felt:
    """Return the session that goes on, as it will have been felt."""
    begins_s = worn.world.converter.since_us / 1e6 + worn.app.band._first_block * BLOCK_MS / 1000
    return Felt(worn.app.band.recorder.session_id.hex(), begins_s)


@functools.cache
def a_set() -> Scene:
    """A set of curls, a rest, and the button."""
    return set_on(image())


def set_on(flash: bytes) -> Scene:
    """A set of curls, a rest, and the button, with that in flash."""
    with band(flash) as worn:
        worn.run_for(MOMENT_S)
        felt = running(worn)
        worn.play()
        worn.run_for(MOMENT_S)
        return Scene(worn.journal(), (felt,))


@functools.cache
def a_hold() -> Scene:
    """A muscle that stays near the target, so that a word may be due at any time."""
    held = np.concatenate([rest(0.5), codes(effort(0.35, HOLD_S, seed=7))])
    with JournalBand(pack_image({**APP, SETTINGS_FILE: json.dumps(settings()).encode()}), held) as worn:
        worn.run_for(MOMENT_S)
        felt = running(worn)
        worn.play()
        worn.run_for(MOMENT_S)
        return Scene(worn.journal(), (felt,))


@functools.cache
def two_sessions() -> Scene:
    """A session in the middle of which the button is pressed, and another."""
    with band(image()) as worn:
        worn.run_for(MOMENT_S)
        first = running(worn)
        worn.run_for(12)
        worn.press()
        worn.press()
        worn.run_for(MOMENT_S)
        second = running(worn)
        worn.play()
        worn.run_for(MOMENT_S)
        return Scene(worn.journal(), (first, second))


@functools.cache
def renamed() -> Scene:
    """Settings are changed in the rest after a set: a file takes another's name."""
    with band(image()) as worn:
        worn.run_for(MOMENT_S)
        felt = running(worn)
        worn.run_until(lambda: worn.world.converter.fed >= len(curls().raw) - 4800 * 3, 60)
        link = Link(worn.stream, clock=lambda: worn.now_s)
        link.change({"target_permille": 600})
        worn.play()
        worn.run_for(MOMENT_S)
        return Scene(worn.journal(), (felt,), (SETTINGS_FILE,))


@functools.cache
def deleted() -> Scene:
    """A session is deleted by the host that has it, while another goes on."""
    with band(a_set().journal.last) as worn:
        worn.run_for(MOMENT_S)
        felt = running(worn)
        files = session_files(worn.files())
        (old,) = files.keys() - {felt.session_id}
        begins = len(worn.flash.memory.journal)
        link = Link(worn.stream, clock=lambda: worn.now_s)
        link.delete(old, len(files[old]), hashlib.sha256(files[old]).hexdigest())
        worn.play()
        worn.run_for(MOMENT_S)
        return Scene(worn.journal(), (Felt(old, None, begins), felt))


@functools.cache
def reserve_left() -> Scene:
    """So many sets that the session ends because all but the reserve is full, and more sets without one."""
    with JournalBand(image(RESERVE + FLASH_BLOCK_SIZE), np.tile(curls().raw, SETS_MAX)) as worn:
        worn.run_for(MOMENT_S)
        felt = running(worn)
        assert worn.run_until(lambda: worn.app.band.faults & FLASH_FULL, SETS_MAX * SET_S)
        worn.run_for(REST_S)
        assert read_log(session_files(worn.files())[felt.session_id]).end.reason == BY_FULL_FLASH
        return Scene(worn.journal(), (felt,))


@functools.cache
def full_disk() -> Scene:
    """Something else fills the flash in the middle of a set, but for a few blocks: what was committed stays."""

    def fill(flash: LittleFS) -> None:
        with flash.open("spare", "wb") as file:
            file.write(bytes(SPARE_BYTES))
        with flash.open("ballast", "wb", buffering=0) as file, contextlib.suppress(LittleFSError):
            for _ in range(FLASH_BLOCK_COUNT):
                file.write(bytes(FLASH_BLOCK_SIZE))
                file.flush()
        flash.remove("spare")

    with JournalBand(image(), np.tile(curls().raw, SETS_MAX)) as worn:
        worn.run_for(8)
        session_id = running(worn).session_id
        worn.meddle(fill)
        worn.begin_journal()
        assert worn.run_until(lambda: worn.app.band.faults & FLASH_FULL, SETS_MAX * SET_S)
        worn.run_for(REST_S)
        return Scene(worn.journal(), (Felt(session_id, None),))


SCENARIOS: Mapping[str, Callable[[], Scene]] = {
    "a set": a_set,
    "a hold": a_hold,
    "two sessions": two_sessions,
    "rename": renamed,
    "delete": deleted,
    "reserve left": reserve_left,
    "full disk": full_disk,
}
