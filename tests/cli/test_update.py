"""``buzzband update`` as it is typed, on a simulated band."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.updating import SlotBand, opener, packed
from buzzband.services import devices_port
from buzzband.transports import ports
from cli.builders import run


@pytest.fixture
def band(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlotBand]:
    """A band with an older app, at the only port there is."""
    (tmp_path / "flash").mkdir()
    monkeypatch.setenv("BUZZBAND_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setattr(ports, "all_ports", lambda: (ports.Port("/dev/ttyFAKE0", is_micropython=True),))
    with SlotBand(tmp_path / "flash", {"a": packed(1), "b": packed(2)}) as virtual:
        monkeypatch.setattr(devices_port, "linked", opener(virtual))
        yield virtual


def test_the_app_of_this_version_comes_onto_the_band_and_back_again(band: SlotBand) -> None:
    done = run("update")
    assert (done.exit_code, "1 module sent" in done.stdout, "slot b" in done.stdout) == (0, True, True)
    assert "Nothing to do" in run("update").stdout
    told = json.loads(run("update", "--rollback", "--json").stdout)
    assert (told["schema"], told["rolled_back"], told["band"]["slot"]) == ("buzzband/update/1", True, "a")


def test_a_session_that_is_not_in_the_archive_is_exit_10_with_what_to_do(band: SlotBand) -> None:
    (band.folder / "log").mkdir()
    (band.folder / "log" / "00112233445566aa.bbl").write_bytes(b"felt")
    result = run("update")
    assert (result.exit_code, "buzzband sync" in result.stderr) == (10, True)
