"""UF2 files: what is refused and why, what the boot ROM makes of what is accepted, and of what is written."""

from hashlib import sha256

import pytest

from boot_rom import FLASH_SIZE, BootRom
from buzzband import uf2
from buzzband.errors import BadUf2, FirmwareMissing
from buzzband.firmware import checked, micropython_uf2
from counts import count
from uf2_files import blocks, damaged, program, small, with_field

NUMBER, COUNT, ADDRESS, FLAGS, SIZE, FAMILY = 5, 6, 3, 2, 4, 7
GOOD = small()


def refusal(data: bytes) -> str:
    with pytest.raises(BadUf2) as caught:
        uf2.read(data)
    return str(caught.value)


def renumbered(found: list[bytes]) -> bytes:
    return b"".join(
        with_field(with_field(block, 0, NUMBER, at), 0, COUNT, len(found)) for at, block in enumerate(found)
    )


def test_what_was_written_is_read_back() -> None:
    pages = uf2.read(GOOD)
    assert len(pages.at) == 48
    assert pages.content[:8192] == program(2)
    assert pages.at[0x100A0000] == bytes(range(256))


def test_the_boot_rom_takes_what_is_written_and_starts_it_whatever_was_in_flash() -> None:
    rom = BootRom(bytes(FLASH_SIZE)).write(GOOD)
    assert rom.starts()
    assert bytes(rom.flash[:8192]) == program(2)
    assert bytes(rom.flash[0xA0000:0xA1000]) == bytes(range(256)) * 16
    assert not any(rom.flash[8192:0xA0000])


def test_renumbered_without_padding_sectors_are_spoiled_and_that_is_refused() -> None:
    found = blocks(uf2.write([(0, program(2))]))[:-5] + blocks(uf2.write([(0xA0000, bytes(range(256)) * 16)]))
    data = renumbered(found)
    rom = BootRom(bytes(FLASH_SIZE)).write(data)
    assert rom.rebooted
    assert bytes(rom.flash[0xA0000:0xA1000]) != bytes(range(256)) * 16
    assert refusal(data) == "Block 27 of the UF2 goes to 0x100a0000, which the boot ROM would not erase."


def test_one_file_behind_another_stops_after_the_first_and_is_refused() -> None:
    data = uf2.write([(0, program(2))]) + uf2.write([(0xA0000, bytes(range(256)) * 16)])
    rom = BootRom().write(data)
    assert rom.rebooted
    assert set(rom.flash[0xA0000:0xA1000]) == {0xFF}
    assert "says that there are 32 blocks; there are 48" in refusal(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no UF2"),
        (b"time,EMG\n" * 100, "no UF2"),
        (GOOD[:-1], "cut short"),
        (GOOD[:-512], "Block 0 of the UF2 says that there are 48 blocks; there are 47"),
        (GOOD * 400, "more than the flash"),
        (with_field(GOOD, 3, 0, 0), "Block 3 of the UF2 is damaged"),
        (with_field(GOOD, 3, 1, 0), "Block 3 of the UF2 is damaged"),
        (with_field(GOOD, 3, 8, 0), "Block 3 of the UF2 is damaged"),
        (with_field(GOOD, 3, FLAGS, 0), "Block 3 of the UF2 is not for the flash of an RP2040: it does not say"),
        (with_field(GOOD, 3, FLAGS, 0x2001), "no plain content"),
        (with_field(GOOD, 3, FAMILY, 0xE48BFF59), r"for an RP2350 \(family 0xe48bff59\)"),
        (with_field(GOOD, 3, FAMILY, 7), "another chip"),
        (with_field(GOOD, 3, SIZE, 255), "Block 3 of the UF2 carries 255 bytes"),
        (with_field(GOOD, 3, COUNT, 47), "Block 3 of the UF2 says that there are 47 blocks"),
        (with_field(GOOD, 3, NUMBER, 4), "Block 3 of the UF2 says that it is block 4"),
        (with_field(GOOD, 3, ADDRESS, 0x10000301), "begin of a page"),
        (with_field(GOOD, 3, ADDRESS, 0x20000000), "not in the flash of a Pico"),
        (with_field(GOOD, 3, ADDRESS, 0x10200000), "not in the flash of a Pico"),
        (with_field(GOOD, 3, ADDRESS, 0x10000000), "goes to 0x10000000, as block 0 does"),
        (with_field(GOOD, 3, ADDRESS, 0x10000500), "Block 4 of the UF2 goes to 0x10000400, which is in front of"),
        (uf2.write([(4096, program(1))]), "nothing goes to the begin of flash"),
        (uf2.write([(0, bytes(4096))]), "Block 0 of the UF2 holds no second stage"),
        (renumbered(blocks(GOOD)[:16] + blocks(GOOD)[17:]), "Block 31 .* would not erase"),
        (renumbered(blocks(uf2.write([(0, program(1) * 2)]))[:17]), ""),
    ],
)
def test_what_is_wrong_is_named_with_its_block(data: bytes, why: str) -> None:
    if not why:  # a last sector that is not filled is no fault
        assert len(uf2.read(data).at) == 17
        return
    with pytest.raises(BadUf2, match=why):
        uf2.read(data)


def test_a_sector_that_would_be_erased_twice_is_refused() -> None:
    found = blocks(uf2.write([(0, program(2))]))
    assert "erase" in refusal(renumbered([*found[:8], *found[16:24], *found[24:]]))
    assert refusal(renumbered([*found[:1], *found[16:31], *found[31:]])).startswith("Block 1 ")


@pytest.mark.parametrize(
    "sectors",
    [
        [(0, bytes(4095))],
        [(1, bytes(4096))],
        [(4096, bytes(4096)), (0, bytes(4096))],
        [(0, bytes(4096)), (0, bytes(4096))],
        [(FLASH_SIZE, bytes(4096))],
    ],
)
def test_only_whole_sectors_in_order_are_written(sectors: list[tuple[int, bytes]]) -> None:
    with pytest.raises(ValueError):
        uf2.write(sectors)


def test_what_fills_up_a_sector_is_what_erased_flash_holds() -> None:
    short = renumbered(blocks(uf2.write([(0, program(2))]))[:17])
    assert list(uf2.read(short).sectors()) == [
        (0, program(2)[:4096]),
        (4096, program(2)[4096:4352] + b"\xff" * (4096 - 256)),
    ]


def test_the_checksum_is_the_one_of_the_published_check_value() -> None:
    assert uf2.crc32(b"123456789") == 0x0376E6E7  # CRC-32/MPEG-2


def test_bytes_that_carry_nothing_may_be_anything() -> None:
    data = GOOD[:300] + b"anything" + GOOD[308:]
    assert uf2.read(data) == uf2.read(GOOD)
    assert BootRom().write(data).flash == BootRom().write(GOOD).flash


def verdicts(seeds: range, good: bytes = GOOD) -> dict[str, int]:
    """What became of as many damaged files.

    What is accepted, the boot ROM puts into flash as it was read, over whatever was there, and starts it. Content that
    is not the original's no block can tell; that is what the pinned hash is for.
    """
    found = dict.fromkeys(("same_content", "other_content", "refused", "refused_and_flash_would_be_wrong"), 0)
    before = bytes(FLASH_SIZE)
    whole = BootRom(before).write(good).flash
    for seed in seeds:
        data = damaged(good, seed)
        rom = BootRom(before).write(data)
        try:
            pages = uf2.read(data)
        except BadUf2:
            found["refused"] += 1
            found["refused_and_flash_would_be_wrong"] += not rom.starts() or rom.flash != whole
            continue
        assert rom.starts(), seed
        assert rom.flash == laid_out(pages, before), seed
        found["same_content" if rom.flash == whole else "other_content"] += 1
        assert rom.flash == whole or sha256(data).digest() != sha256(good).digest()
    return found


def test_the_pinned_micropython_is_taken_and_40_damaged_ones_are_refused_or_do_what_they_say() -> None:
    try:
        data = micropython_uf2().read_bytes()
    except FirmwareMissing as why:
        pytest.skip(str(why))
    assert BootRom(bytes(FLASH_SIZE)).write(data).flash == laid_out(checked(data).pages, bytes(FLASH_SIZE))
    found = verdicts(range(40), data)
    assert found["refused"] > 20


def laid_out(pages: uf2.Pages, before: bytes) -> bytearray:
    """Flash with these pages in it: the rest of each sector erased, the rest of flash as before."""
    flash = bytearray(before)
    for address in pages.at:
        sector = (address - uf2.FLASH_ADDRESS) // 4096 * 4096
        flash[sector : sector + 4096] = b"\xff" * 4096
    for address, page in pages.at.items():
        flash[address - uf2.FLASH_ADDRESS : address - uf2.FLASH_ADDRESS + 256] = page
    return flash


def test_damaged_files_are_refused_or_do_what_they_say() -> None:
    found = verdicts(range(1500))
    assert min(found.values()) > 0


@pytest.mark.long
def test_10_000_damaged_files_are_refused_or_do_what_they_say() -> None:
    count("uf2", damaged=10_000, **verdicts(range(10_000, 20_000)))
