"""A Pico in BOOTSEL: a folder for its drive, the boot ROM's rules behind it, and what can go wrong with it."""

import errno
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from boot_rom import FLASH_SIZE, BootRom
from buzzband.progress import Progress
from buzzband.services import bootsel
from buzzband.transports import drives, ports
from buzzband.transports.drives import Drive
from buzzband.transports.ports import Port

INFO = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: {}\r\n"
SERIAL = "E661385283614B32"
Fault = Callable[["FakePico", int], None]


@dataclass
class FakePico:
    """``fault`` is called with each block before the boot ROM gets it; ``comes_back``: as what, with which number."""

    folder: Path
    computer: "Computer"
    board_id: str = drives.PICO_BOARD
    fault: Fault | None = None
    comes_back: Port | None = field(default_factory=lambda: Port("/dev/ttyFAKE0", True, SERIAL))
    rom: BootRom = field(default_factory=lambda: BootRom(bytes(FLASH_SIZE)))

    def __post_init__(self) -> None:
        self.plug_in()

    @property
    def drive(self) -> Drive:
        return drives.drive_at(str(self.folder))

    def plug_in(self) -> None:
        self.folder.mkdir(parents=True)
        (self.folder / drives.INFO_NAME).write_text(INFO.format(self.board_id), newline="")
        self.computer.picos.append(self)

    def unplug(self) -> None:
        if self in self.computer.picos:
            shutil.rmtree(self.folder)
            self.computer.picos.remove(self)

    def take(self, data: bytes) -> None:
        """Take blocks as the computer writes them; reboot when the boot ROM does."""
        for at in range(0, len(data), 512):
            if self.fault:
                self.fault(self, at // 512)
            self.rom.write(data[at : at + 512])
            if self.rom.rebooted:
                self.unplug()
                if self.comes_back:
                    self.computer.ports.append(self.comes_back)
                return


class Computer:
    """What the system would tell: drives and ports. ``picos``: those that are plugged in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.picos: list[FakePico] = []
        self.ports: list[Port] = []
        self.folders: list[str] = []
        self.unmounted: tuple[str, ...] = ()
        self._write = os.write
        monkeypatch.setattr(drives, "mount_points", lambda: [*self.folders, *(str(pico.folder) for pico in self.picos)])
        monkeypatch.setattr(drives, "unmounted", lambda: self.unmounted)
        monkeypatch.setattr(ports, "all_ports", lambda: tuple(self.ports))
        monkeypatch.setattr("buzzband.services.devices_port.all_ports", lambda: tuple(self.ports))
        monkeypatch.setattr("buzzband.services.devices.all_ports", lambda: tuple(self.ports))
        monkeypatch.setattr("buzzband.services.devices_port.unmounted", lambda: self.unmounted)
        monkeypatch.setattr(drives, "_write_all", self._write_all)
        monkeypatch.setattr(bootsel, "_PAUSE_S", 0.01)
        monkeypatch.setattr(bootsel, "_SETTLE_S", 0.05)

    def _write_all(self, descriptor: int, data: bytes, progress: Progress) -> None:
        """As the original, with the Pico at the other end."""
        here = os.fstat(descriptor).st_ino
        files = {pico.folder / drives.UF2_FILE: pico for pico in self.picos}
        (pico,) = (pico for file, pico in files.items() if file.exists() and file.stat().st_ino == here)
        pico.take(data)
        if pico not in self.picos:
            raise OSError(errno.EIO, "Input/output error")  # as a system may say that lost the drive on the last block
        self._write(descriptor, data)
        progress(1.0)


def full(_pico: FakePico, block: int) -> None:
    if block == 20:
        raise OSError(errno.ENOSPC, "No space left on device")


def turned_read_only(_pico: FakePico, block: int) -> None:
    if block == 0:
        raise OSError(errno.EROFS, "Read-only file system")


def slow(_pico: FakePico, _block: int) -> None:
    time.sleep(0.005)


def stuck(_pico: FakePico, block: int) -> None:
    if block == 5:
        time.sleep(2)


def pulled_out(pico: FakePico, block: int) -> None:
    if block == 30:
        pico.unplug()
        raise OSError(errno.EIO, "Input/output error")


def loses_a_block(pico: FakePico, block: int) -> None:
    if block == 40:
        pico.rom._count = 0
