"""One UF2 for MicroPython and the app: what the boot ROM makes of it, and what the chip does with that."""

import os
import random
from pathlib import Path

import pytest

from boot_rom import FLASH_SIZE, BootRom
from buzzband import firmware as rules
from buzzband import uf2
from buzzband.bundle import band_files, pack_image, unpack_image, used_blocks
from buzzband.errors import BadUf2, OutputFailed
from buzzband.firmware import FILE_SYSTEM_OFFSET, Firmware
from buzzband.services.image import image, image_document, image_text, write_image
from uf2_files import program

FILES = {"main.py": b"start()", "a/buzzband_fw/app.mpy": bytes(range(256)) * 60, "settings.json": b"{}"}
PROGRAM = program(3)[: 3 * 4096 - 512]  # not whole sectors
FIRMWARE_UF2 = b"".join(
    uf2._block(number, len(PROGRAM) // 256, 256 * number, PROGRAM[256 * number : 256 * number + 256])
    for number in range(len(PROGRAM) // 256)
)
FIRMWARE = Firmware(FIRMWARE_UF2, uf2.read(FIRMWARE_UF2), (1, 24, 1))


def system_of(flash: bytes) -> bytes:
    return bytes(flash[FILE_SYSTEM_OFFSET:])


def old_band(seed: int) -> bytes:
    """Flash in which a band has lived: another MicroPython, and a file system that was written to for long."""
    rng = random.Random(seed)
    files = {f"log/{n}.bbl": rng.randbytes(rng.randrange(9000)) for n in range(60)}
    return rng.randbytes(FILE_SYSTEM_OFFSET) + pack_image({**files, "main.py": b"old", "old.py": b"old"})


@pytest.mark.parametrize("before", [b"\xff" * FLASH_SIZE, bytes(FLASH_SIZE), old_band(1), old_band(2)])
def test_over_whatever_was_in_flash_it_gives_micropython_and_these_files(before: bytes) -> None:
    rom = BootRom(before).write(image(FIRMWARE, FILES))
    assert rom.starts()
    assert bytes(rom.flash[: len(PROGRAM)]) == PROGRAM
    assert unpack_image(system_of(rom.flash)) == FILES


def test_the_halves_of_metadata_that_are_empty_go_too_or_older_ones_would_win() -> None:
    made = pack_image(FILES)
    written = {at for at in range(352) if made[at * 4096 : at * 4096 + 4096].strip(b"\xff")}
    needed = used_blocks(made)
    assert written < set(needed)
    for at in set(needed) - written:
        assert needed[at] == b"\xff" * 4096


def test_only_what_is_needed_goes() -> None:
    assert len(image(FIRMWARE, FILES)) < 40 * 16 * 512


def test_a_program_that_reaches_into_the_file_system_is_refused() -> None:
    large = uf2.write([(0, program(FILE_SYSTEM_OFFSET // 4096 + 1))])
    with pytest.raises((BadUf2, ValueError)):
        image(Firmware(large, uf2.read(large), (1, 24, 1)), FILES)


def test_what_is_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.services.image.band_files", lambda settings: {**FILES, **settings})
    out = tmp_path / "band.uf2"
    done = write_image(out, FIRMWARE, {"more": b"more"})
    assert uf2.read(out.read_bytes())
    assert (done.size, done.files, done.micropython) == (out.stat().st_size, 4, "1.24.1")
    assert done.sha256 in image_text(done)
    assert "BOOTSEL" in image_text(done)
    assert image_document(done)["schema"] == "buzzband/image/1"


def test_a_version_to_be_careful_with_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.services.image.band_files", lambda _settings: FILES)
    done = write_image(tmp_path / "band.uf2", Firmware(FIRMWARE_UF2, FIRMWARE.pages, (1, 27, 0)))
    assert rules.doubtful((1, 27, 0)) in image_text(done)


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.services.image.band_files", lambda _settings: FILES)
    with pytest.raises(OutputFailed, match="cannot be written"):
        write_image(tmp_path / "nowhere" / "band.uf2", FIRMWARE)


def test_what_is_there_and_no_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.services.image.band_files", lambda _settings: FILES)
    pipe = tmp_path / "band.uf2"
    os.mkfifo(pipe)
    with pytest.raises(OutputFailed, match="it is there, and not a file"):
        write_image(pipe, FIRMWARE)
    assert pipe.is_fifo()


def test_the_app_fits_its_half_of_350_kb() -> None:
    made = used_blocks(pack_image(band_files()))
    assert len(made) * 4096 <= 2 * 350_000
