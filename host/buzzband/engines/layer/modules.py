"""The modules that the firmware imports, bound to a world."""

from typing import Any

from buzzband.engines.layer.adc import ADC, DMA
from buzzband.engines.layer.gpio import PWM, Pin
from buzzband.engines.layer.i2c import CONTROLLER, CONTROLLER_SIZE, I2C
from buzzband.engines.layer.usb import POLLIN
from buzzband.engines.layer.world import SOFTWARE

TICKS_MASK = (1 << 30) - 1  # MicroPython's clocks on 32 bits start anew after 2^30
UID = bytes(range(0xE6, 0xEE))

_HALF = 1 << 29
_CLOCK_CALL_US = 3
_TICK_US = 10_000  # these two as in hal/doze.py
_MARGIN_US = 200
_ALIGNED = 0x20008000
_NOT_MOUNTED = 22  # EINVAL


class Module:
    """A module that was never a file."""


def new_module() -> Any:
    """Return one with nothing in it."""
    return Module()


class Mounts:
    """``vfs``, as far as it is used. ``mounted``: file systems by the paths that they are at."""

    def __init__(self) -> None:
        self.mounted: dict[str, Any] = {}

    def mount(self, file_system: Any, path: str) -> None:
        """See MicroPython."""
        file_system.mount(False, False)
        self.mounted[path] = file_system

    def umount(self, path: str) -> None:
        """See MicroPython."""
        if path not in self.mounted:
            raise OSError(_NOT_MOUNTED)
        self.mounted.pop(path).umount()


class Timer:
    """``machine.Timer``, of which the world has one."""

    PERIODIC = 1
    world: Any = None

    def init(self, mode: int, period: int, tick_hz: int, callback: Any) -> None:
        """Start the ticks."""
        self.world.set_timer(period * 1_000_000 // tick_hz, callback)

    def deinit(self) -> None:
        """Stop them."""
        self.world.set_timer(0, None)


class WDT:
    """``machine.WDT``: runs from now on."""

    world: Any = None

    def __init__(self, timeout: int) -> None:
        self.world.set_watchdog(timeout * 1000)


class Clock:
    """``time``, as far as it is used."""

    def __init__(self, world: Any) -> None:
        self._world = world

    def ticks_us(self) -> int:
        """See MicroPython."""
        self._world.spend(_CLOCK_CALL_US)
        ticks: int = self._world.ticks_us() & TICKS_MASK
        return ticks

    def ticks_ms(self) -> int:
        """See MicroPython."""
        self._world.spend(_CLOCK_CALL_US)
        ticks: int = self._world.ticks_us() // 1000 & TICKS_MASK
        return ticks

    def ticks_add(self, ticks: int, delta: int) -> int:
        """See MicroPython."""
        return ticks + delta & TICKS_MASK

    def ticks_diff(self, later: int, earlier: int) -> int:
        """See MicroPython."""
        return (later - earlier + _HALF & TICKS_MASK) - _HALF

    def sleep_ms(self, ms: int) -> None:
        """See MicroPython."""
        self._world.spend(ms * 1000)


class Addresses:
    """``uctypes``, as far as it is used. ``addressof`` gives out ``next_ones``, first to last, and then one that suits
    any ring.
    """

    def __init__(self, world: Any) -> None:
        self.next_ones: list[int] = []
        self._world = world

    def addressof(self, _thing: Any) -> int:
        """Return where a thing might lie."""
        return self.next_ones.pop(0) if self.next_ones else _ALIGNED

    def bytearray_at(self, address: int, size: int) -> Any:
        """Return what lies there, as kernels see it: registers, by word."""
        if (address, size) != (CONTROLLER, CONTROLLER_SIZE):
            raise NotImplementedError("memory that is not the I2C controller's")
        return self._world.wires.controller


class Console:
    """``sys``, without what only the interpreter knows: ``path``, ``modules``, ``implementation``."""

    platform = "layer"  # no chip: its assembler is not there

    def __init__(self, world: Any) -> None:
        self.stdin = new_module()
        self.stdin.buffer = world.usb
        self.stdout = self.stdin
        self.printed: list[str] = []
        self._world = world

    def print_exception(self, error: Any, file: Any = None) -> None:
        """Write a traceback to ``file``, or to ``printed``."""
        self._world.open_heap()
        text = self._world.describe(error)
        if file is None:
            self.printed.append(text)
        else:
            file.write(text)
        self._world.shut_heap()


class Interpreter:
    """``micropython``, as far as it is used; what else there is, ``native`` and ``const``, the engine adds."""

    def __init__(self, world: Any) -> None:
        self._world = world

    def kbd_intr(self, byte: int) -> None:
        """See MicroPython."""
        self._world.usb.interrupt = byte

    def heap_lock(self) -> None:
        """See MicroPython; does nothing unless ``heap_unlock`` has opened a heap that the world keeps locked."""
        self._world.shut_heap()

    def heap_unlock(self) -> None:
        """See MicroPython; does nothing unless the world keeps the heap locked."""
        self._world.open_heap()

    def asm_thumb(self, _function: Any) -> Any:
        """Stand in for the one piece of machine code, which sleeps: of hal/doze.py."""
        return self.sleep

    def sleep(self, tick_us: Any) -> None:
        """Sleep up to the tick, or the first after it that is yet to come, and on to what then wakes the chip."""
        now_us = self._world.ticks_us() & TICKS_MASK
        passed_us = (now_us - tick_us[0] + _HALF & TICKS_MASK) - _HALF
        tick_us[0] = tick_us[0] + max(passed_us // _TICK_US + 1, 0) * _TICK_US & TICKS_MASK
        self._world.sleep((tick_us[0] - now_us + _HALF & TICKS_MASK) - _HALF - _MARGIN_US)


def exported(source: Any, *names: str) -> Any:
    """Return a module that holds attributes of ``source``: MicroPython imports no method from an object."""
    module = new_module()
    for name in names:
        setattr(module, name, getattr(source, name))
    return module


def bound(world: Any, *classes: Any) -> Any:
    """Return a module that holds ``classes``, each of them in ``world``."""
    module = new_module()
    for each in classes:
        setattr(module, each.__name__, type(each.__name__, (each,), {"world": world}))
    return module


def build(world: Any) -> dict[str, Any]:
    """Return the modules by name."""
    machine = bound(world, ADC, I2C, PWM, WDT, Pin, Timer)
    machine.mem16 = machine.mem32 = world.registers
    machine.reset = lambda: world.reset(SOFTWARE)
    machine.unique_id = lambda: UID
    select = new_module()
    select.POLLIN = POLLIN
    select.poll = lambda: world.usb
    return {
        "machine": machine,
        "rp2": bound(world, DMA),
        "time": exported(Clock(world), "ticks_us", "ticks_ms", "ticks_add", "ticks_diff", "sleep_ms"),
        "os": exported(world.flash, "ilistdir", "listdir", "mkdir", "remove", "rename", "stat", "statvfs", "urandom"),
        "vfs": Mounts(),
        "uctypes": exported(Addresses(world), "addressof", "bytearray_at", "next_ones"),
        "select": select,
        "sys": Console(world),
        "micropython": exported(Interpreter(world), "kbd_intr", "asm_thumb", "heap_lock", "heap_unlock"),
    }
