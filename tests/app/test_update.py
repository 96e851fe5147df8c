"""An update of the whole app on a simulated band: into the other slot, on trial, confirmed, or back again."""

from pathlib import Path

import pytest

from app.updating import SlotBand, packed, rolled_back, updated, version
from buzzband.archive import Archive
from buzzband.packs import module_name


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def flash(tmp_path: Path) -> Path:
    (tmp_path / "flash").mkdir()
    return tmp_path / "flash"


def modules(number: int) -> dict[str, bytes]:
    return {module_name(path): data for path, data in version(number).items()}


def test_an_update_comes_into_the_other_slot_and_stays(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed()}) as virtual:
        done = updated(virtual, archive, 1)
        assert (done.band.slot, done.sent, virtual.held("b")) == ("b", ("hal/led",), modules(1))
        assert done.copied_bytes > 100_000
        virtual.reset()
        assert (virtual.slot, virtual.files()["slot.txt"]) == ("b", b"b")
        assert virtual.held("a") == modules(0)
