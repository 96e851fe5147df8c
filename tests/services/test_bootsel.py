"""MicroPython onto a board in BOOTSEL: the right outcome, or the right error, whatever the drive does."""

import shutil
from pathlib import Path

import pytest

from boot_rom import BootRom
from buzzband.errors import DriveChanged, DriveUnusable, NotBack, NotTaken, SeveralBoards, WrongDrive
from buzzband.services.bootsel import awaited_drive, install
from buzzband.transports import drives
from buzzband.transports.drives import PICO_BOARD, Drive
from buzzband.transports.ports import Port
from services import fake_pico
from services.fake_pico import SERIAL, Computer, FakePico
from uf2_files import program, small

UF2 = small()
QUICK = 0.1


def installed(pico: FakePico, **options: object) -> str:
    return install(pico.drive, UF2, patience_s=QUICK, **options)  # type: ignore[arg-type]


@pytest.fixture
def pico(computer: Computer, tmp_path: Path) -> FakePico:
    return FakePico(tmp_path / PICO_BOARD, computer)


def test_what_the_boot_rom_got_is_whole_and_the_port_is_the_board_s(pico: FakePico) -> None:
    assert installed(pico) == "/dev/ttyFAKE0"
    assert bytes(pico.rom.flash[:8192]) == program(2)
    assert pico.rom.starts()


def test_a_drive_that_vanishes_on_the_last_block_is_no_failure(pico: FakePico) -> None:
    assert installed(pico) == "/dev/ttyFAKE0"  # the fake raises EIO then, as systems do
    assert pico.rom.rebooted


def test_a_slow_drive_is_waited_for_longer_than_the_patience(pico: FakePico) -> None:
    pico.fault = fake_pico.slow
    assert installed(pico) == "/dev/ttyFAKE0"


def test_a_drive_that_never_comes_to_an_end_is_given_up(pico: FakePico) -> None:
    pico.fault = fake_pico.stuck
    with pytest.raises(NotTaken, match="to the end"):
        installed(pico, writing_s=0.1)


def test_a_full_drive_is_told(pico: FakePico) -> None:
    pico.fault = fake_pico.full
    with pytest.raises(DriveUnusable, match="is full"):
        installed(pico)


def test_a_drive_that_turns_out_read_only_is_told(pico: FakePico) -> None:
    pico.fault = fake_pico.turned_read_only
    with pytest.raises(DriveUnusable, match="read-only"):
        installed(pico)


def test_a_board_that_is_pulled_out_in_the_middle_is_told(pico: FakePico) -> None:
    pico.fault = fake_pico.pulled_out
    with pytest.raises(NotBack, match="no board with MicroPython came"):
        installed(pico)


def test_a_copy_that_succeeds_is_not_called_done_while_the_board_stays(pico: FakePico) -> None:
    pico.fault = fake_pico.loses_a_block
    with pytest.raises(NotTaken, match="stays in BOOTSEL"):
        installed(pico)


def test_a_board_that_reboots_into_nothing_is_told(pico: FakePico) -> None:
    pico.comes_back = None
    with pytest.raises(NotBack) as caught:
        installed(pico)
    assert "buzzband devices" in caught.value.hint


def test_a_board_that_comes_as_something_else_is_not_taken_for_it(pico: FakePico) -> None:
    pico.comes_back = Port("/dev/ttyFAKE0", False, SERIAL)
    with pytest.raises(NotBack):
        installed(pico)


def test_a_board_that_was_there_before_is_not_taken_for_it(pico: FakePico, computer: Computer) -> None:
    computer.ports.append(Port("/dev/ttyFAKE7", True, "E000000000000000"))
    assert installed(pico) == "/dev/ttyFAKE0"


def test_a_board_with_another_serial_number_than_the_one_that_was_sent_is_not_taken_for_it(pico: FakePico) -> None:
    with pytest.raises(NotBack):
        installed(pico, serial_number="E000000000000000")


def test_two_boards_that_come_at_once_are_listed(pico: FakePico, computer: Computer) -> None:
    both = [Port("/dev/ttyFAKE0", True, SERIAL), Port("/dev/ttyFAKE1", True, "E000000000000000")]
    pico.comes_back = None

    def come(_pico: FakePico, block: int) -> None:
        if block == 47:
            computer.ports.extend(both)

    pico.fault = come
    with pytest.raises(SeveralBoards, match=r"2 boards came instead of one:\n  --port .*\n  --port /dev/ttyFAKE1"):
        installed(pico)


def test_another_pico_in_bootsel_is_neither_written_to_nor_taken_for_the_first(
    pico: FakePico, computer: Computer, tmp_path: Path
) -> None:
    other = FakePico(tmp_path / "RPI-RP21", computer)
    before = bytes(other.rom.flash)
    assert installed(pico) == "/dev/ttyFAKE0"
    assert not other.rom.rebooted
    assert bytes(other.rom.flash) == before
    assert not (other.folder / drives.UF2_FILE).exists()


def test_another_pico_in_bootsel_does_not_make_a_board_that_has_gone_one_that_stays(
    pico: FakePico, computer: Computer, tmp_path: Path
) -> None:
    FakePico(tmp_path / "RPI-RP21", computer)
    pico.comes_back = None
    with pytest.raises(NotBack):
        installed(pico)


def test_a_drive_that_was_removed_since_it_was_found_is_not_written_to(pico: FakePico) -> None:
    found = pico.drive
    pico.unplug()
    with pytest.raises(DriveChanged, match=r"has gone\. Nothing was written"):
        install(found, UF2, patience_s=QUICK)


def test_what_is_left_in_the_place_of_a_drive_is_not_written_to(pico: FakePico) -> None:
    found = pico.drive
    (pico.folder / drives.INFO_NAME).unlink()
    with pytest.raises(DriveChanged):
        install(found, UF2, patience_s=QUICK)
    assert list(pico.folder.iterdir()) == []


def test_another_board_that_took_the_place_is_not_written_to(pico: FakePico) -> None:
    found = pico.drive
    (pico.folder / drives.INFO_NAME).write_text(fake_pico.INFO.format("RP2350"))
    with pytest.raises(DriveChanged, match="not the drive that it was"):
        install(found, UF2, patience_s=QUICK)
    assert [entry.name for entry in pico.folder.iterdir()] == [drives.INFO_NAME]


def test_a_drive_that_was_renamed_since_it_was_found_is_not_written_to(pico: FakePico, tmp_path: Path) -> None:
    found = pico.drive
    shutil.move(pico.folder, tmp_path / "RENAMED")
    pico.folder = tmp_path / "RENAMED"
    with pytest.raises(DriveChanged):
        install(found, UF2, patience_s=QUICK)
    assert installed(pico) == "/dev/ttyFAKE0"


def test_a_drive_that_comes_back_under_another_name_is_a_board_that_stays_in_bootsel(
    pico: FakePico, tmp_path: Path
) -> None:
    def renamed(pico: FakePico, block: int) -> None:
        if block == 30:
            pico.unplug()
            pico.folder, pico.fault, pico.rom = tmp_path / "RPI-RP21", None, BootRom()
            pico.plug_in()
            raise OSError(5, "Input/output error")

    pico.fault = renamed
    with pytest.raises(DriveUnusable, match="Input/output"):
        installed(pico)


def test_a_board_sent_into_bootsel_is_awaited_beside_those_that_were_there(computer: Computer, tmp_path: Path) -> None:
    old = FakePico(tmp_path / "RPI-RP2", computer).drive
    with pytest.raises(WrongDrive, match="no drive came"):
        awaited_drive([old], 0.0)
    new = FakePico(tmp_path / "RPI-RP21", computer).drive
    assert awaited_drive([old], 0.0) == new
    FakePico(tmp_path / "RPI-RP22", computer)
    with pytest.raises(SeveralBoards, match=r"2 drives came instead of one:\n  --drive "):
        awaited_drive([old], 0.0)


def test_a_board_of_another_kind_is_not_awaited(computer: Computer, tmp_path: Path) -> None:
    FakePico(tmp_path / "RP2350", computer, board_id="RP2350")
    with pytest.raises(WrongDrive):
        awaited_drive([], 0.0)


def test_a_board_whose_drive_is_not_mounted_is_told_with_the_command_that_mounts_it(computer: Computer) -> None:
    computer.unmounted = ("/dev/sdz1",)
    with pytest.raises(DriveUnusable, match="not mounted") as caught:
        awaited_drive([], 0.0)
    assert "udisksctl mount -b /dev/sdz1" in caught.value.hint


def test_drives_differ_by_the_file_system_that_they_are(pico: FakePico) -> None:
    assert pico.drive != Drive(**{**vars(pico.drive), "device": pico.drive.device + 1})
