"""The world of a band on this interpreter: its chip runs in a thread that stands still while the host acts."""

import sys
import traceback
from array import array
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from buzzband.engines.layer import modules
from buzzband.engines.layer.adc import Converter
from buzzband.engines.layer.world import World
from buzzband.engines.private_modules import PORTABLE, Patch, PrivateModules
from buzzband.twin import Vibration
from buzzband_fw.core import portable

_CODE_MAX = 4095
_FREE_RAM = 100_000


class ShakenConverter(Converter):
    """A converter whose electrodes feel the motor."""

    def __init__(self, world: Any, codes: Any, other: Any, vibration: Vibration) -> None:
        super().__init__(world, codes, other)
        self._vibration = vibration

    def write(self, ring: Any, at: int, first: int, count: int) -> None:
        """See ``Converter.write``."""
        super().write(ring, at, first, count)
        added = self._vibration.block(self._world.gpio.motor_on, count)[-len(ring) :]
        places = np.arange(at + count - len(added), at + count) % len(ring)
        view = np.frombuffer(ring, np.uint16)
        view[places] = np.clip(np.rint(view[places] + added), 0, _CODE_MAX)


class BandWorld(World):
    """A world that lets the host go on by calling ``pause``; it comes back when time is to pass."""

    def __init__(self, vibration: Vibration | None, codes: "array[int]", *arguments: Any, **options: Any) -> None:
        super().__init__(arguments[0], codes, *arguments[1:], **options)
        if vibration is not None:
            self.converter = ShakenConverter(self, codes, options.get("other", ()), vibration)
        self.pause: Callable[[], None] = lambda: None
        self.watch: Callable[[], object] | None = None
        self._files: list[Any] = []

    def at_limit(self) -> None:
        """See ``World.at_limit``."""
        self.pause()

    def before_sleep(self) -> None:
        """Let the host go on if what it waits for is there."""
        if self.watch is not None and self.watch():
            self.watch = None
            self.pause()

    def describe(self, error: Any) -> str:
        """See ``World.describe``."""
        return "".join(traceback.format_exception(error))

    def opened(self, file: Any) -> None:
        """See ``World.opened``."""
        self._files = [each for each in self._files if not each.closed]
        self._files.append(file)

    def die(self, why: str) -> None:
        """See ``World.die``."""
        super().die(why)
        for file in self._files:
            file.close()


class _Memory:
    """``gc``: there is always the same room, and never anything to collect."""

    def threshold(self, _size: int) -> None:
        """Do nothing."""

    def collect(self) -> None:
        """Do nothing."""

    def mem_free(self) -> int:
        """Return a number like a Pico's."""
        return _FREE_RAM


def private_modules(world: World, slots: Mapping[str, Path], patches: Mapping[str, Patch]) -> PrivateModules:
    """Return the modules for one life of the chip in ``world``, none of the firmware imported yet."""
    given: dict[str, Any] = {**modules.build(world), "gc": _Memory(), PORTABLE: modules.new_module()}
    interpreter = given["micropython"]
    interpreter.viper, interpreter.native = portable.micropython.viper, portable.micropython.native
    vars(given[PORTABLE]).update(vars(portable), micropython=interpreter)
    found = PrivateModules(given, world.flash.open, slots, patches, given["vfs"].mounted)
    console = given["sys"]
    console.path, console.modules = found.path, found.loaded
    console.implementation = (sys.implementation.name, tuple(sys.version_info[:3]))
    return found
