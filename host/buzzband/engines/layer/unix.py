"""The whole app on MicroPython's Unix port, started by engines/micropython_band.py in a folder that it has filled.

    job.json     surroundings and script of the World, slots, heap_locked_us (from, until), states of the chips' models
    raw.bin      the EMG, 16 bits a sample, little-endian
    other.bin    the same of a second sensor, empty if there is none
    imu.bin      the movement, if there is an IMU: frames of six 16-bit numbers, little-endian
    flash/       the band's files
    report.json  is written when the recording is over and the button has ended the session: now the link is served

The serial port is stdin and stdout. Until the recording is over simulated time runs freely and the host is not heard;
afterwards it keeps to the clock on the wall, until stdin ends.
"""
# ruff: noqa: PTH104, PTH116  (MicroPython has no pathlib)

import builtins
import io
import json
import micropython  # type: ignore[import-not-found]
import os
import select
import sys
import time
from array import array
from typing import Any

from buzzband.engines.layer import modules
from buzzband.engines.layer.usb import Usb
from buzzband.engines.layer.world import NEVER_US, NO_POWER, ChipReset, World
from buzzband.twin import haptics as haptics_models
from buzzband.twin.imu import rebuilt

_PRESS_MS = 100
_AFTER_PRESS_US = 3_000_000  # the session is merged by then
_BOOT_US = 100_000
_FLASH = "flash"


class PipeUsb(Usb):
    """The port on stdin and stdout."""

    def __init__(self, world: Any) -> None:
        super().__init__(world)
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def give(self, data: bytes) -> None:
        """See ``Usb.give``."""
        sys.stdout.buffer.write(data)

    def listen(self, wait_ms: int) -> bool:
        """Take what the host has sent, wait for it if need be; return whether there still is a host."""
        while self._poll.poll(wait_ms):
            data = sys.stdin.buffer.read(1)
            if not data:
                return False
            self.receive(data)
            wait_ms = 0
        return True


class UnixWorld(World):
    """A world that ends a recording with a press of the button, and then serves the link."""

    def __init__(self, job: Any, codes: Any) -> None:
        super().__init__(
            _pins(),
            codes,
            _FLASH,
            imu=_imu(job),
            other=_codes("other.bin"),
            haptics=_haptics(job),
            **job["surroundings"],
        )
        self.usb = self._pipe = PipeUsb(self)
        self.limit_us = NEVER_US
        self.locked_us = 0
        self._samples = len(codes)
        self._lock_from_us, self._lock_until_us = job["heap_locked_us"]
        self._serves_from_us = -1
        self._real_ms = 0
        self._depth = 0

    def before_sleep(self) -> None:
        """Look at what is due: the lock of the heap, the end of the recording, the host."""
        if self._depth:
            self.locked_us = self.now_us - self._lock_from_us
            if self.now_us >= self._lock_until_us:
                self._unlock()
        elif self._lock_from_us <= self.now_us < self._lock_until_us:
            self._lock_from_us = self.now_us
            self._depth = 1
            micropython.heap_lock()
        if self._serves_from_us >= 0:
            self._serve()
        elif self.limit_us == NEVER_US and self.converter.fed >= self._samples:
            self.schedule(self.now_us, "press", _PRESS_MS)
            self.limit_us = self.now_us + _PRESS_MS * 1000 + _AFTER_PRESS_US

    def at_limit(self) -> None:
        """Tell the host that the recording is over, and serve it from now on."""
        self.limit_us = NEVER_US
        self._keep_time()
        self.report()

    def _keep_time(self) -> None:
        """Let simulated time go with that on the wall from here on."""
        self._serves_from_us = self.now_us
        self._real_ms = _clock.ticks_ms()

    def _serve(self) -> None:
        """Wait until the clock on the wall is as far as the simulated one, unless the host has something to say."""
        ahead_ms = (self.now_us - self._serves_from_us) // 1000 - _clock.ticks_diff(_clock.ticks_ms(), self._real_ms)
        if not self._pipe.listen(max(ahead_ms, 0)):
            self.die(NO_POWER)
        if self.usb.waiting():
            self._keep_time()

    def report(self) -> None:
        """Write down what there is to see from outside."""
        told = {
            "now_us": self.now_us,
            "duties": self.gpio.duties,
            "edges": self.gpio.edges,
            "touched": self.flash.touched,
            "locked_us": self.locked_us,
            "why": self.why,
        }
        with _open("report.part", "w") as file:
            json.dump(told, file)
        os.rename("report.part", "report.json")

    def describe(self, error: Any) -> str:
        """See ``World.describe``."""
        text = io.StringIO()
        _print_exception(error, text)
        return text.getvalue()

    def open_heap(self) -> None:
        """See ``World.open_heap``."""
        if self._depth:
            self._depth += 1
            if self._depth == 2:
                micropython.heap_unlock()

    def shut_heap(self) -> None:
        """See ``World.shut_heap``."""
        if self._depth:
            self._depth -= 1
            if self._depth == 1:
                micropython.heap_lock()

    def die(self, why: str) -> None:
        """See ``World.die``."""
        self._unlock()
        super().die(why)

    def _unlock(self) -> None:
        if self._depth == 1:
            micropython.heap_unlock()
        self._depth = 0
        self._lock_until_us = 0


class SlotPath:
    """``sys.path`` as the band sees it: ``/a`` is a folder beside this program's own."""

    def __init__(self, path: list[str]) -> None:
        self._path = path

    def insert(self, index: int, entry: str) -> None:
        """See ``list``."""
        self._path.insert(index, entry.lstrip("/"))

    def remove(self, entry: str) -> None:
        """See ``list``."""
        self._path.remove(entry.lstrip("/"))


_clock: Any = time
_open = open
_print_exception = sys.print_exception  # type: ignore[attr-defined]


def _pins() -> Any:
    import pins  # type: ignore[import-not-found]

    return pins


def _codes(name: str) -> Any:
    samples = array("H", bytes(os.stat(name)[6]))
    with _open(name, "rb") as file:
        file.readinto(samples)
    return samples


def _imu(job: Any) -> Any:
    if job["imu"] is None:
        return None
    with _open("imu.bin", "rb") as file:
        return rebuilt(job["imu"], file.read())


def _haptics(job: Any) -> Any:
    return None if job["haptics"] is None else haptics_models.rebuilt(job["haptics"])


def install(world: World) -> None:
    """Put the layer in the place of MicroPython's own modules."""
    made = modules.build(world)
    console, interpreter = made["sys"], made["micropython"]
    console.path, console.modules = SlotPath(sys.path), sys.modules
    console.implementation, console.platform = sys.implementation, sys.platform
    interpreter.const = micropython.const
    sys.modules.update(made)
    builtins.open = world.flash.open  # type: ignore[assignment]


def main() -> None:
    """Be the chip, once: until the host has gone, the firmware restarts the chip, or ends at the prompt."""
    with _open("job.json") as file:
        job = json.load(file)
    world = UnixWorld(job, _codes("raw.bin"))
    for when_us, name, value in job["script"]:
        world.schedule(when_us, name, value)
    world.boot(True)
    install(world)
    try:
        world.spend(_BOOT_US)
        for name in ("boot.py", "main.py"):
            with _open(name) as file:
                exec(file.read(), {"__name__": "__main__"})
    except ChipReset:
        world.report()
    sys.exit(world.why != NO_POWER)
