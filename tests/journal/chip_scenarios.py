"""What is done with a whole band on the emulated chip while its flash is watched."""

import functools
from collections.abc import Callable, Mapping

from app.lifter import MAINS_HZ, SETTLED_BLOCKS, TARGET_PERMILLE, Lifter
from buzzband.bundle import FLASH_BLOCK_SIZE, band_files, pack_image
from buzzband.engines.cpython import condition
from buzzband.engines.job import Settings
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.services import calibration
from buzzband.twin import Emg, Mpu6050Model, Twin
from buzzband.twin.chip import FILE_SYSTEM_OFFSET
from buzzband_fw.core.chain import RAW_RATE_HZ
from chip.worn import feel, link_to
from journal.journal import Journal, in_file_system
from journal.kept import Felt
from journal.scenarios import RESERVE, SETTINGS_FILE, Scene, filled
from session_files import session_files
from twin.bench import ask, wait_for_prompt

BOOT_S = 2.5
REST_S = 9.0
CHANGED_S = 4.0  # before the end of the rest
ENDED_S = 1.5
FULL_S = 19.0
SPARE_BLOCKS = 4
COUNTED_TWICE = 16  # blocks: littlefs as MicroPython 1.24 has it counts those of each folder again
TEMPO = synth.Tempo(0.6, 0.1, 0.7, 0.1)

# A session in the middle of which something else fills the flash to its last block.
FILL = """
import sys
sys.path.insert(0, "/a")
from buzzband_fw import app

band = app.App()
try:
    band.start()
    while band.band.recorded < 500:
        band.turn()
    junk = bytes(4096)
    try:
        with open("junk.bin", "wb") as file:
            while True:
                band._brace()
                file.write(junk)
                file.flush()
    except OSError:
        print("full")
    while band.band.recorded < 1300:
        band.turn()
    band.band.end(1)
finally:
    band.stop()
"""
CRASHES_TO_PROMPT = 0x0B2D0006  # in the register that main.py counts them in


@functools.cache
def curls() -> Lifter:
    """A set of five, and a rest."""
    session = synth.Session((synth.Set(reps=5, tempo=TEMPO),), lead_in_s=0.5, lead_out_s=REST_S)
    made = synth.build(session, 3).recording
    raw = digitise(made.channels[0]).raw
    frames, _ = frames_of(made)
    assert frames is not None
    scale = calibration.from_recording(condition(raw, MAINS_HZ).envelope[SETTLED_BLOCKS:], None, None)
    return Lifter(raw, frames, Settings(MAINS_HZ, scale.rest, scale.reference, TARGET_PERMILLE, "curl"))


Boot = Callable[[bytes, Emg, Mpu6050Model | None], Twin]


def worn_and_deleted(boot: Boot) -> Scene:
    """A set, a rest in which settings are changed, the button, and the session is deleted."""
    worn = boot(
        pack_image(band_files(curls().settings.as_dict())), Emg(curls().raw), Mpu6050Model(curls().frames.ravel())
    )
    before = worn.image
    feel(worn, 0, BOOT_S)
    feel(worn, len(curls().raw) - round(CHANGED_S * RAW_RATE_HZ), 60)
    link_to(worn).change({"target_permille": 600})
    feel(worn, len(curls().raw), CHANGED_S)
    worn.button.press(100)
    worn.run_for(ENDED_S)
    (session_id,) = session_files(worn.files())
    begins = len(in_file_system(worn.flash.journal, FILE_SYSTEM_OFFSET))
    link_to(worn).repl()
    wait_for_prompt(worn)
    ask(worn, f"__import__('os').remove('log/{session_id}.bbl')")
    felt = Felt(session_id, worn.emg.time_s(0), begins)
    return Scene(journal_of(worn, before), (felt,), (SETTINGS_FILE,))


def full_disk(boot: Boot) -> Scene:
    """Something fills the flash to the last block in the middle of a session."""
    files = {**band_files(curls().settings.as_dict(), as_written=True), "fill.py": FILL.encode()}
    worn = boot(filled(files, RESERVE + (SPARE_BLOCKS + COUNTED_TWICE) * FLASH_BLOCK_SIZE), Emg(curls().raw), None)
    stay_at_prompt(worn)
    worn.serial.write(b"import fill\r")
    worn.wait_until(lambda: b"full\r\n" in worn.serial.output, FULL_S)
    before, begins = worn.image, len(worn.flash.journal)
    worn.wait_until(lambda: worn.serial.output.endswith(b">>> "), FULL_S)
    assert b"Traceback" not in worn.serial.output
    (session_id,) = session_files(worn.files())
    return Scene(journal_of(worn, before, begins), (Felt(session_id, None),))


def stay_at_prompt(worn: Twin) -> None:
    """Start as after so many crashes that main.py leaves the prompt to whoever wants to see."""
    worn.chip.mcu.watchdog.scratch_data[0] = CRASHES_TO_PROMPT
    wait_for_prompt(worn)


def journal_of(worn: Twin, before: bytes, begins: int = 0) -> Journal:
    """Return what happened to the file system that was ``before``, from operation ``begins`` on."""
    return Journal(before, in_file_system(worn.flash.journal[begins:], FILE_SYSTEM_OFFSET), worn.chip_s)


CHIP_SCENARIOS: Mapping[str, Callable[[Boot], Scene]] = {
    "a set, rest, rename, delete": worn_and_deleted,
    "full disk": full_disk,
}
SCENARIO_S = 23.0  # the longest of them
