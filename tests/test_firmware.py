import hashlib
import io
from http.client import HTTPException
from pathlib import Path

import pytest

from buzzband import cache, firmware, uf2
from buzzband.errors import BadUf2, DownloadFailed, FirmwareMissing, HashMismatch, WrongFirmware
from uf2_files import program


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv(firmware.UF2_VARIABLE, raising=False)
    monkeypatch.setattr(cache, "folder", lambda kind: tmp_path / kind)
    return tmp_path


def test_the_variable_names_a_uf2_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine = tmp_path / "mine.uf2"
    mine.write_bytes(firmware.UF2_MAGIC + bytes(504))
    monkeypatch.setenv(firmware.UF2_VARIABLE, str(mine))
    assert firmware.micropython_uf2() == mine


def test_a_variable_that_names_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(firmware.UF2_VARIABLE, "nowhere.uf2")
    with pytest.raises(FirmwareMissing, match=r"nowhere\.uf2"):
        firmware.micropython_uf2()


def test_a_variable_that_names_another_kind_of_file_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "emg.csv").write_text("time,EMG")
    monkeypatch.setenv(firmware.UF2_VARIABLE, str(tmp_path / "emg.csv"))
    with pytest.raises(FirmwareMissing, match="is not a UF2"):
        firmware.micropython_uf2()


def test_an_empty_cache_says_what_to_download_and_where_to(tmp_path: Path) -> None:
    with pytest.raises(FirmwareMissing) as raised:
        firmware.micropython_uf2()
    assert firmware.UF2_URL in raised.value.hint
    assert str(tmp_path / "firmware" / firmware.UF2_NAME) in raised.value.hint


def test_a_damaged_uf2_is_refused(tmp_path: Path) -> None:
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware" / firmware.UF2_NAME).write_bytes(b"half of it")
    with pytest.raises(FirmwareMissing, match="damaged"):
        firmware.micropython_uf2()


def micropython(version: bytes = b"v1.24.1", machine: bytes = b"Raspberry Pi Pico with RP2040", size: int = 2) -> bytes:
    """A UF2 with what MicroPython says of itself."""
    said = b"3.4.0; MicroPython " + version + b" on 2024-11-29\0; " + machine + b"\0"
    content = program(size)
    return uf2.write([(0, content[:4096] + said + content[4096 + len(said) :])])


def test_micropython_is_known_by_what_it_says_of_itself() -> None:
    found = firmware.checked(micropython())
    assert (found.version, found.version_text) == ((1, 24, 1), "1.24.1")
    assert found.sha256 == hashlib.sha256(micropython()).hexdigest()


def test_a_version_of_two_numbers_is_one() -> None:
    assert firmware.checked(micropython(b"v1.28")).version == (1, 28)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (uf2.write([(0, program(2))]), "no MicroPython"),
        (micropython(b"v1.22.2"), r"1\.22\.2, which is too old"),
        (micropython(machine=b"Raspberry Pi Pico W with RP2040"), "but for Raspberry Pi Pico W with RP2040"),
        (micropython(machine=b"Raspberry Pi Pico2 with RP2350"), "but for Raspberry Pi Pico2 with RP2350"),
        (micropython(machine=b"something"), "but for another"),
        (micropython(size=161), "holds a file system besides"),
    ],
)
def test_what_a_band_does_not_run_on_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(WrongFirmware, match=why):
        firmware.checked(data)


def test_a_file_that_is_no_uf2_or_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.uf2").write_bytes(b"nonsense")
    with pytest.raises(BadUf2):
        firmware.read_firmware(tmp_path / "x.uf2")
    with pytest.raises(FirmwareMissing, match=r"nowhere\.uf2 cannot be read"):
        firmware.read_firmware(tmp_path / "nowhere.uf2")
    with pytest.raises(FirmwareMissing):
        firmware.read_firmware(tmp_path)


@pytest.mark.parametrize("version", [(1, 23), (1, 24, 1), (1, 25, 0), (1, 28, 0)])
def test_versions_in_the_supported_range_are_taken_without_a_word(version: tuple[int, ...]) -> None:
    assert (firmware.unsupported(version), firmware.doubtful(version)) == ("", "")


def test_the_two_that_compile_wrongly_are_taken_with_a_word_and_old_ones_not() -> None:
    assert "1.26.1" in firmware.doubtful((1, 26, 1))
    assert "1.27.0" in firmware.doubtful((1, 27, 0))
    assert "too old" in firmware.unsupported((1, 22, 2))


class Page(io.BytesIO):
    """A page on the web."""


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> list[Exception | bytes]:
    """What the next downloads give."""
    given: list[Exception | bytes] = []

    def opened(url: str, timeout: float) -> Page:
        assert (url, timeout) == (firmware.UF2_URL, 30.0)
        found = given.pop(0)
        if isinstance(found, Exception):
            raise found
        return Page(found)

    monkeypatch.setattr(firmware, "urlopen", opened)
    monkeypatch.setattr(firmware, "UF2_SHA256", hashlib.sha256(micropython()).hexdigest())
    monkeypatch.setattr(firmware, "UF2_SIZE", len(micropython()))
    return given


@pytest.mark.parametrize("before", [None, b"damaged"])
def test_what_the_cache_lacks_is_downloaded_once_with_progress(
    web: list[Exception | bytes], tmp_path: Path, before: bytes | None
) -> None:
    cached = tmp_path / "firmware" / firmware.UF2_NAME
    if before:
        cached.parent.mkdir()
        cached.write_bytes(before)
    web.append(micropython())
    shares: list[float] = []
    assert firmware.fetched_uf2(shares.append) == cached
    assert firmware.fetched_uf2() == cached
    assert cached.read_bytes() == micropython()
    assert shares[-1] == 1.0


def test_the_variable_stands_in_the_way_of_a_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(firmware.UF2_VARIABLE, "nowhere.uf2")
    with pytest.raises(FirmwareMissing):
        firmware.fetched_uf2()


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (OSError("Name or service not known"), DownloadFailed),
        (HTTPException("half an answer"), DownloadFailed),
        (b"a page that says sorry", HashMismatch),
        (micropython() * 1000, HashMismatch),
    ],
)
def test_a_download_that_does_not_bring_it_leaves_nothing(
    web: list[Exception | bytes], tmp_path: Path, given: Exception | bytes, kind: type[Exception]
) -> None:
    web.append(given)
    with pytest.raises(kind):
        firmware.fetched_uf2()
    assert not (tmp_path / "firmware").exists()
