"""A Pico out of its bag becomes a band, by flash and by image: through the boot ROM's rules, then on the chip."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import buzzband_fw
from boot_rom import FLASH_SIZE, BootRom
from buzzband.bundle import band_files
from buzzband.firmware import FILE_SYSTEM_OFFSET, UF2_VARIABLE, micropython_uf2, read_firmware
from buzzband.services.image import image
from buzzband.services.install import Job, install
from buzzband.transports.drives import PICO_BOARD
from buzzband.transports.ports import Port
from buzzband.twin import Twin
from chip.worn import link_to
from counts import count
from pico_bench import PicoBench
from services.fake_pico import SERIAL, Computer, FakePico

PATIENCE_S = 120.0  # on the wall: another job may have the processor
PACE = 0.1  # chip time is dear, and the host waits mostly for itself
IDLE = {"autostart": False}
PROGRAM_SIZE = 333_312  # bytes that MicroPython 1.24.1 fills


def started(flash: bytes, budget_s: float) -> Twin:
    """The chip with that in its flash, just after the boot ROM has rebooted it."""
    twin = Twin(flash[FILE_SYSTEM_OFFSET:], erase_ms=0, budget_s=budget_s)
    assert bytes(twin.chip.mcu.flash[:PROGRAM_SIZE]) == flash[:PROGRAM_SIZE]
    return twin


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pico_bench: PicoBench) -> Iterator[object]:
    """Makes an image of files, drags it onto a Pico whose flash is full of zeros, and starts that."""
    twins: list[Twin] = []

    def drag(files: dict[str, bytes]) -> Twin:
        made = image(read_firmware(micropython_uf2()), files)
        rom = BootRom(bytes(FLASH_SIZE)).write(made)
        assert rom.starts()
        (tmp_path / "band.uf2").write_bytes(made)
        monkeypatch.setenv(UF2_VARIABLE, str(tmp_path / "band.uf2"))  # what the emulator loads
        twin = started(bytes(rom.flash), pico_bench.left_s)
        twins.append(twin)
        return twin

    yield drag
    for twin in twins:
        twin.close()


@pytest.mark.pico(0.2)
def test_an_image_boots_and_runs_the_main_py_that_is_in_it(dragged) -> None:
    twin = dragged({"main.py": b"import os\nprint('up', os.listdir())\n", "deep/er/x.txt": b"x" * 5000})
    twin.wait_until(lambda: b"up ['deep', 'main.py']" in twin.serial.output, 0.2)
    assert twin.files()["deep/er/x.txt"] == b"x" * 5000


@pytest.mark.long
@pytest.mark.pico(2.5)
def test_an_image_boots_into_a_band_that_answers(dragged) -> None:
    began = time.monotonic()
    files = band_files(IDLE)
    twin = dragged(files)
    hello = link_to(twin).hello()
    assert (hello.app, hello.slot, hello.safe_mode) == (buzzband_fw.__version__, "a", False)
    assert {path: twin.files()[path] for path in files} == files
    count("new_pico_by_image", chip_ms=round(1000 * twin.chip_s), wall_s=round(time.monotonic() - began))


class BagPico(FakePico):
    """A Pico that runs what the boot ROM has written, as soon as that reboots. ``budget_s``: its chip time."""

    budget_s = 0.0
    twin: Twin | None = None

    def unplug(self) -> None:
        super().unplug()
        self.twin = started(bytes(self.rom.flash), self.budget_s)
        self.twin._pace = PACE
        self.twin.paused = False
        self.comes_back = Port(self.twin.serial.path, True, SERIAL)


@pytest.mark.long
@pytest.mark.pico(16)
@pytest.mark.timeout(1200)
def test_a_pico_in_bootsel_with_erased_flash_becomes_a_band(
    pico_bench: PicoBench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    began = time.monotonic()
    pico = BagPico(tmp_path / PICO_BOARD, Computer(monkeypatch), rom=BootRom(b"\xff" * FLASH_SIZE))
    pico.budget_s = pico_bench.left_s
    job = Job(band_files(), buzzband_fw.__version__, read_firmware(micropython_uf2()), patience_s=PATIENCE_S)
    try:
        done = install(pico.drive, job)
        assert pico.twin is not None
        pico.twin.paused = True
        assert (done.installed, done.band.app) == ("1.24.1", buzzband_fw.__version__)
        assert {path: pico.twin.files()[path] for path in job.files} == job.files
        count("new_pico_by_flash", chip_ms=round(1000 * pico.twin.chip_s), wall_s=round(time.monotonic() - began))
    finally:
        if pico.twin:
            pico.twin.close()
