"""Packs and updates on official MicroPython on the emulated Pico."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from app.updating import CHANGES, packed, version
from builders import tell
from buzzband.archive import Archive
from buzzband.bundle import band_files
from buzzband.packs import new_pack
from buzzband.services import update
from buzzband.transports.link import Link
from buzzband.twin import Emg, Twin
from buzzband.twin.stream import TwinStream
from counts import count
from pico_bench import PicoBench

IDLE = {"settings.json": b'{"autostart": false}'}
PATIENCE_S = 3.0  # of chip time
TIMES_AS_FAST = 3
BROKEN = {**version(0), "buzzband_fw/joined.mpy": b"no module"}


class SlotTwin(Twin):
    """A band whose slots hold packs. A host that waits for it lets chip time pass."""

    def __init__(self, budget_s: float, files: dict[str, bytes], **options: Any) -> None:
        super().__init__({**band_files(), **IDLE, **files}, emg=Emg(()), budget_s=budget_s, **options)

    def link(self, *_: object) -> Any:
        stream = TwinStream(self)
        return nullcontext(Link(stream, patience_s=PATIENCE_S, clock=stream.seconds))


@pytest.mark.long
@pytest.mark.pico(2.9)
def test_an_app_that_cannot_be_loaded_gives_way_to_the_other_one(pico_bench: PicoBench) -> None:
    with SlotTwin(pico_bench.left_s, {"b.app": new_pack(BROKEN), "slot.txt": b"b", "a.app": packed()}) as twin:
        twin.wait_until(lambda: twin.resets, 1.0)
        with twin.link() as link:
            assert link.hello().slot == "a"
        assert len(twin.resets) == 1


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.pico(30)
def test_a_change_of_one_file_comes_three_times_as_fast_as_mpremote_copies_the_app(
    pico_bench: PicoBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = {f"c/{path}": data for path, data in version(0).items()}
    write(tmp_path / "c", version(2))
    with SlotTwin(pico_bench.left_s, {"a.app": packed(1), "b.app": packed(0), **folder}, pty=True) as twin:
        with twin.link() as link:
            link.hello()  # it has started
        spent = SpentTime(twin, monkeypatch)
        done = update.update("twin", version(2), Archive(tmp_path / "archive"), open_link=twin.link)
        began_s = twin.chip_s
        with twin.running(0.001):
            command = ["connect", twin.serial.path, "cp", "-r", str(tmp_path / "c") + "/.", ":c/"]
            run = [sys.executable, "-m", "mpremote", *command]
            subprocess.run(run, check=True, capture_output=True, timeout=1500)
        mpremote_s = twin.chip_s - began_s
        assert twin.files()[f"c/{CHANGES}"] == version(2)[CHANGES]
    assert (done.sent, done.band.slot) == ((CHANGES.removeprefix("buzzband_fw/").removesuffix(".mpy"),), "b")
    written_s = sum(spent.talks_s[:3])
    figures = {
        "update_s": round(written_s, 2),
        "with_restart_and_self_test_s": round(sum(spent.talks_s), 2),
        "mpremote_cp_s": round(mpremote_s, 2),
        "times_mpremote": round(mpremote_s / written_s, 1),
    }
    tell(str(figures))
    count("update_speed", **figures)
    assert mpremote_s / written_s >= TIMES_AS_FAST


class SpentTime:
    """Notes how long each part of an update takes on the chip: look, write, verify, greet, test."""

    def __init__(self, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
        self.talks_s: list[float] = []
        talk = update._Run.talk

        def timed(run: Any, deed: Callable[[Link], Any]) -> Any:
            began_s = twin.chip_s
            try:
                return talk(run, deed)
            finally:
                self.talks_s.append(twin.chip_s - began_s)

        monkeypatch.setattr(update._Run, "talk", timed)


def write(folder: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
