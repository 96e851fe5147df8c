"""Drives of boards in BOOTSEL: where they are found, what they say, and how they are written to."""

import errno
import os
from pathlib import Path

import pytest

from buzzband.errors import BuzzbandError, DriveChanged, DriveUnusable, WrongDrive
from buzzband.transports import drives
from buzzband.transports.drives import Drive, boot_drives, drive_at, is_there, parsed_info, put, why_not

INFO = b"UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n"


def plugged(folder: Path, info: bytes = INFO) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "INFO_UF2.TXT").write_bytes(info)
    return str(folder)


@pytest.fixture
def pico(tmp_path: Path) -> Drive:
    return drive_at(plugged(tmp_path / "RPI-RP2"))


def test_a_pico_is_known_by_what_its_drive_says(pico: Drive) -> None:
    assert (pico.board_id, pico.model, pico.bootloader) == ("RPI-RP2", "Raspberry Pi RP2", "UF2 Bootloader v3.0")
    assert pico.is_pico
    assert str(pico) == f"{pico.path}, Raspberry Pi RP2, Board-ID RPI-RP2"


def test_drives_are_told_from_other_folders(tmp_path: Path) -> None:
    (tmp_path / "USB").mkdir()
    places = [plugged(tmp_path / "b"), plugged(tmp_path / "a", b"UF2\nBoard-ID: RP2350\n"), str(tmp_path / "USB")]
    found = boot_drives([*places, str(tmp_path / "nowhere")])
    assert [(Path(drive.path).name, drive.is_pico) for drive in found] == [("a", False), ("b", True)]


@pytest.mark.parametrize(
    ("info", "why"),
    [
        (None, "no drive of a board in BOOTSEL"),
        (b"UF2 Bootloader v1.0\r\nModel: Raspberry Pi RP2350\r\nBoard-ID: RP2350\r\n", "its Board-ID is RP2350"),
        (b"", "its Board-ID is missing"),
        (b"Board-ID: RPI-RP2", "its Board-ID is missing"),  # the first line is the boot loader's
        (bytes(range(256)) * 100, "its Board-ID is missing"),
    ],
)
def test_anything_else_is_no_pico(tmp_path: Path, info: bytes | None, why: str) -> None:
    if info is not None:
        plugged(tmp_path, info)
    with pytest.raises(WrongDrive, match=why):
        drive_at(str(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n" * 5000,
        b":" * 5000,
        b"UF2\nModel: " + b"\x1b[2J" * 2000,
        b"UF2\n" + "Model: \u202eevil\n".encode(),
        b"\xff\xfe" + "Board-ID: RPI-RP2".encode("utf-16-le"),
        os.urandom(5000),
    ],
)
def test_whatever_the_file_says_is_printable_and_short(text: bytes) -> None:
    for name, value in parsed_info(text).items():
        assert name.isprintable()
        assert value.isprintable()
        assert len(value) <= 64


def test_of_two_lines_of_one_name_the_first_counts() -> None:
    assert parsed_info(b"UF2\nBoard-ID: RP2350\nBoard-ID: RPI-RP2\n")["board-id"] == "RP2350"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_of_that_name_does_not_hold_us_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "INFO_UF2.TXT")
    assert boot_drives([str(tmp_path)]) == ()


def test_a_folder_of_that_name_is_no_drive(tmp_path: Path) -> None:
    (tmp_path / "INFO_UF2.TXT").mkdir()
    assert boot_drives([str(tmp_path)]) == ()


def test_a_drive_is_there_until_it_goes_or_says_something_else(pico: Drive) -> None:
    assert is_there(pico)
    plugged(Path(pico.path), INFO.replace(b"v3.0", b"v9.9"))
    assert not is_there(pico)
    (Path(pico.path) / "INFO_UF2.TXT").unlink()
    assert not is_there(pico)


def test_what_is_written_arrives_and_progress_goes_to_1(pico: Drive) -> None:
    shares: list[float] = []
    put(pico, bytes(100_000), shares.append)
    assert (Path(pico.path) / drives.UF2_FILE).read_bytes() == bytes(100_000)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_it_goes_through_to_the_device(pico: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(drives.os, "fsync", synced.append)
    put(pico, b"x")
    assert len(synced) == 1


def test_a_link_that_stands_in_the_place_of_the_file_is_not_followed(pico: Drive, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    (Path(pico.path) / drives.UF2_FILE).symlink_to(target)
    with pytest.raises(DriveUnusable):
        put(pico, b"x")
    assert target.read_text() == "mine"


def test_a_drive_that_goes_between_the_look_and_the_write_leaves_nothing_in_its_place(
    pico: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = drives._described

    def and_then_it_goes(path: str, within: int | None) -> Drive | None:
        found = described(path, within)
        Path(path).rename(f"{path}-gone")
        Path(path).mkdir()
        return found

    monkeypatch.setattr(drives, "_described", and_then_it_goes)
    put(pico, b"x")  # into the folder that was looked at
    assert list(Path(pico.path).iterdir()) == []


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.EROFS, DriveUnusable, "read-only"),
        (errno.EACCES, DriveUnusable, "may not write"),
        (errno.EPERM, DriveUnusable, "may not write"),
        (errno.ENOSPC, DriveUnusable, "is full"),
        (errno.EINVAL, DriveUnusable, "cannot be written"),
        (errno.EIO, DriveChanged, "has gone"),
        (errno.ENOENT, DriveChanged, "has gone"),
        (errno.ENODEV, DriveChanged, "has gone"),
    ],
)
def test_why_a_file_cannot_be_made_is_told_and_what_to_do(
    pico: Drive, monkeypatch: pytest.MonkeyPatch, code: int, kind: type[BuzzbandError], words: str
) -> None:
    opened = drives._opened

    def failing(path: str, name: str, flags: int, within: int | None) -> int:
        if name == drives.UF2_FILE:
            raise OSError(code, os.strerror(code))
        return opened(path, name, flags, within)

    monkeypatch.setattr(drives, "_opened", failing)
    with pytest.raises(kind, match=words) as caught:
        put(pico, b"x")
    assert caught.value.hint


def test_the_systems_that_cannot_open_folders_look_and_write_all_the_same(
    pico: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drives, "_HAS_FOLDERS", False)
    put(pico, b"x")
    assert (Path(pico.path) / drives.UF2_FILE).read_bytes() == b"x"
    (Path(pico.path) / "INFO_UF2.TXT").unlink()
    with pytest.raises(DriveChanged):
        put(pico, b"y")


def test_a_message_of_the_system_is_passed_on(pico: Drive) -> None:
    assert "Input/output error" in str(why_not(pico, OSError(errno.EIO, "Input/output error")))


MOUNTS = r"""proc /proc proc rw 0 0
/dev/sda1 / ext4 rw 0 0
/dev/sdb1 /media/lifter/RPI-RP2 vfat rw 0 0
/dev/sdc1 /media/lifter/My\040Pico\134x vfat ro 0 0
nas:/share /mnt/nas nfs4 rw 0 0

half a
"""


@pytest.fixture
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mounts").write_text(MOUNTS)
    monkeypatch.setattr(drives, "_LINUX_MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr(drives, "_LINUX_LABELS", tmp_path)
    monkeypatch.setattr(drives.sys, "platform", "linux")
    return tmp_path


def test_on_linux_fat_drives_are_looked_at_and_nothing_that_may_hang(linux: Path) -> None:
    assert drives.mount_points() == ("/media/lifter/RPI-RP2", "/media/lifter/My Pico\\x")
    (linux / "mounts").unlink()
    assert drives.mount_points() == ()


def test_on_linux_a_drive_that_nothing_has_mounted_is_found_by_its_label(linux: Path) -> None:
    assert drives.unmounted() == ()
    device = linux / "sdd1"
    device.touch()
    (linux / "RPI-RP2").symlink_to(device)
    assert drives.unmounted() == (str(device),)
    (linux / "mounts").write_text(f"{device} /media/lifter/RPI-RP2 vfat rw 0 0\n")
    assert drives.unmounted() == ()


def test_on_macos_volumes_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "RPI-RP2").mkdir()
    monkeypatch.setattr(drives, "_MAC_VOLUMES", tmp_path)
    monkeypatch.setattr(drives.sys, "platform", "darwin")
    assert drives.mount_points() == (str(tmp_path / "RPI-RP2"),)
    monkeypatch.setattr(drives, "_MAC_VOLUMES", tmp_path / "nowhere")
    assert drives.mount_points() == ()


def test_on_windows_letters_are_looked_at_but_no_network_and_no_optical_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {"C:\\": 3, "D:\\": 5, "E:\\": 2, "Z:\\": 4}
    letters = sum(1 << ord(root[0]) - ord("A") for root in kinds)
    monkeypatch.setattr(drives, "_kernel", lambda: (letters, kinds.__getitem__))
    monkeypatch.setattr(drives.sys, "platform", "win32")
    assert drives.mount_points() == ("C:\\", "E:\\")
