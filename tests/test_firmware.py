from pathlib import Path

import pytest

from buzzband import cache, firmware
from buzzband.errors import FirmwareMissing


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
