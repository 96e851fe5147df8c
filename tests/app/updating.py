"""Bands with packs in their slots, and updates of them, for tests."""

import functools
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from app.bench import UNCALIBRATED, link_to, rest
from buzzband import bundle
from buzzband.archive import Archive
from buzzband.engines.band import VirtualBand
from buzzband.packs import new_pack, read_pack
from buzzband.services.update import Updated, roll_back, update

START_S = 0.5
CHANGES = "buzzband_fw/hal/motor_pwm.mpy"
IDLE: Mapping[str, Any] = {**UNCALIBRATED, "autostart": False}


@functools.cache
def app_files() -> dict[str, bytes]:
    """The app as a band gets it."""
    return bundle.app_files()


def version(number: int) -> dict[str, bytes]:
    """The app with one module that differs; 0: as it is."""
    return {**app_files(), CHANGES: app_files()[CHANGES] + bytes(number)}


class SlotBand(VirtualBand):
    """A band whose apps are packs in its flash: of a module in them the source of that name runs."""

    def __init__(self, flash: Path, slots: Mapping[str, bytes], chosen: str = "", **options: Any) -> None:
        for name, data in slots.items():
            (flash / f"{name}.app").write_bytes(data)
        if chosen:
            (flash / "slot.txt").write_text(chosen)
        super().__init__(rest(1), IDLE, folder=flash, slots={}, **{"usb_power": True, **options})

    def held(self, slot: str) -> dict[str, bytes]:
        """The modules in a slot."""
        return read_pack(self.files()[f"{slot}.app"])

    @property
    def slot(self) -> str:
        """The slot that answers."""
        self.run_for(START_S)
        return link_to(self).hello().slot


def packed(number: int = 0) -> bytes:
    return new_pack(version(number))


def updated(virtual: VirtualBand, archive: Archive, number: int) -> Updated:
    return update("simulated", version(number), archive, open_link=opener(virtual))


def rolled_back(virtual: VirtualBand, archive: Archive) -> Updated:
    return roll_back("simulated", archive, open_link=opener(virtual))


def opener(virtual: VirtualBand) -> Any:
    """Opens the link to a band once that has had time to start."""

    def opened(_port: str, _patience_s: float) -> Any:
        virtual.run_for(START_S)
        return nullcontext(link_to(virtual))

    return opened
