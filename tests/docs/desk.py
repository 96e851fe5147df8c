"""What a reader of the pages has before him: files that the pages name, an archive, and a band at a port."""

import json
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest

from buzzband.archive import Archive
from buzzband.services import archive, config, devices_port
from buzzband.transports import ports
from cli.builders import edf, edf_signal, three_bursts
from services.builders import bursts
from services.syncing import IDS, band, log_of, run_sync
from transports.fake_band import FakeBand

PORT = "/dev/ttyACM0"
GOLDEN = Path(__file__).parents[1] / "golden_logs"


def written(folder: Path) -> Path:
    """Write what there is on it into ``folder``."""
    for name in ("my.csv", "yours.csv", "monday.csv"):
        three_bursts(folder, name)
    edf(folder, edf_signal(bursts()[:10_000], label="EMG biceps"), name="my.edf")
    (folder / "00112233445566aa.bbl").write_bytes((GOLDEN / "curls.bbl").read_bytes())
    (folder / "my-settings.json").write_text(json.dumps({"target_permille": 450}), encoding="utf-8")
    (folder / "settings.json").write_text(json.dumps({"target_permille": 600}), encoding="utf-8")
    run_sync(Archive(folder / "archive"), band(3))
    return folder


def laid(written: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay it all out in ``folder``, which becomes the current one."""
    shutil.copytree(written, folder, dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(archive, "user_data_path", lambda _name: folder / "archive")
    monkeypatch.delenv("BUZZBAND_ARCHIVE", raising=False)
    monkeypatch.setenv("EDITOR", "touch")  # saves what it was given
    _plug(monkeypatch)
    return folder


def _plug(monkeypatch: pytest.MonkeyPatch) -> None:
    there = FakeBand({IDS[0]: log_of(IDS[0])})
    monkeypatch.setattr(ports, "all_ports", lambda: (ports.Port(PORT, is_micropython=True),))
    for module in (config, devices_port):
        monkeypatch.setattr(module, "open_port", lambda _path: nullcontext(there))
