"""A band on this interpreter: the whole firmware, as it stands, in simulated time::

with VirtualBand(codes, {"rest": 265, "reference": 29522}) as band:
    band.run_for(60)
    band.press()
    band.motor, band.files(), Link(band.stream, clock=lambda: band.now_s)
"""

import json
import math
import tempfile
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from buzzband.engines.band_records import US_PER_S, Burst, bursts, file_contents, flashes
from buzzband.engines.band_world import BandWorld, private_modules
from buzzband.engines.layer.world import NO_POWER, RUN_PIN, SOFTWARE, ChipReset
from buzzband.engines.private_modules import FOLDER, Patch
from buzzband.engines.turns import Turns
from buzzband.errors import BudgetSpent, EngineFailed, Unplugged
from buzzband.twin import Vibration
from buzzband_fw.core.chain import RAW_RATE_HZ
from buzzband_fw.hal import pins

SETTINGS_FILE = "settings.json"
RUNNING, PROMPT, OFF = "running", "prompt", "off"  # what the chip does

_APP = "buzzband_fw.app"
_ROOTFS = FOLDER / "rootfs"
_READ_MAX = 4096
_BOOT_US = 100_000  # from power-on to boot.py
_PATIENCE_S = 10  # beyond the length of a recording, for what stops the sampling meanwhile
_RELEASED_S = 0.4  # after so long the band knows that no second press follows
_COMMITS = 4  # more than a press ever leads to
_TIDY_S = 30


class VirtualBand:
    """A band around the firmware: power comes on with ``with``, time passes only in its methods.

    ``state``: RUNNING, PROMPT or OFF. ``resets``: why the chip restarted, each time. ``world``: what surrounds it.
    ``app``, ``modules``: the firmware's own ``App``, and its modules by name, for tests that look inside.

    A crash of the firmware comes out of the method in which it happens: EngineFailed, from the firmware's own error.
    With ``survives`` only the band knows, as a band on an arm does.
    """

    def __init__(
        self,
        codes: ArrayLike = (),
        settings: Mapping[str, Any] | None = None,
        *,
        folder: Path | None = None,
        script: Sequence[tuple[float, str, Any]] = (),
        vibration: Vibration | None = None,
        slots: Mapping[str, Path] | None = None,
        patches: Mapping[str, Patch] | None = None,
        survives: bool = False,
        other: ArrayLike = (),
        **surroundings: Any,
    ) -> None:
        """``codes``: the EMG from the first sample on, 12 bits at 4800 S/s; mid-scale behind its end.

        ``other``: the same of a second sensor; of two that take turns every second sample of each is seen.
        ``settings``: what settings.json holds; None: there is none. ``folder``: the flash, a temporary one if None.
        ``script``: (seconds, name, value), see ``World``; so are ``surroundings``: supply_mv, usb_power, erase_ms,
        free_bytes, uptime_us, seed, every_tick, imu and haptics (models of buzzband.twin). ``slots``: for ``a`` and
        ``b`` a folder that holds buzzband_fw; the installed one is in ``a`` if None. A slot without one has what its
        pack holds. ``patches``: for modules of the firmware, see private_modules.
        """
        self._temporary = tempfile.TemporaryDirectory(prefix="buzzband-") if folder is None else None
        self.folder = Path(self._temporary.name) if self._temporary else Path(str(folder))
        if settings is not None:
            (self.folder / SETTINGS_FILE).write_text(json.dumps(dict(settings)), encoding="utf-8")
        samples, others = (array("H", np.asarray(each, np.uint16).tobytes()) for each in (codes, other))
        self.world = BandWorld(vibration, samples, pins, str(self.folder), other=others, **surroundings)
        for when_s, name, value in script:
            self.world.schedule(round(when_s * US_PER_S), name, value)
        self.state = OFF
        self.resets: list[str] = []
        self.app: Any = None
        self.modules: Mapping[str, Any] = {}
        self._survives = survives
        self._slots = {f"/{name}": path for name, path in ({"a": FOLDER.parent} if slots is None else slots).items()}
        self._patches = dict(patches or {})
        self._failure: BaseException | None = None
        self._turns: Turns | None = None

    def __enter__(self) -> Self:
        self.power_on()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.power_cut()
        if self._temporary:
            self._temporary.cleanup()

    def power_on(self) -> None:
        """Let power come on."""
        if self._turns is None:
            self.state = RUNNING
            self._turns = Turns(self._live, self.world.hurry)
            self.world.pause = self._turns.pause

    def power_cut(self) -> None:
        """Take power away at this very moment."""
        if self._turns is not None:
            self.world.die(NO_POWER)
            self._turns.resume()
            self._turns = None
            self.state = OFF

    def reset(self) -> None:
        """Pull the chip's RUN pin low for a moment."""
        self.world.die(RUN_PIN)
        self.run_for(0)

    @property
    def now_s(self) -> float:
        """Return the simulated time since the beginning."""
        return self.world.now_us / US_PER_S

    def run_for(self, seconds: float) -> None:
        """Let time pass. Raises EngineFailed."""
        self.world.limit_us = self.world.now_us + round(seconds * US_PER_S)
        if self._turns is None:
            self.world.now_us = self.world.limit_us
            return
        self._turns.resume()
        failure, self._failure = self._failure, None
        if failure is not None and not self._survives:
            raise EngineFailed(f"The firmware raised {type(failure).__name__}: {failure}") from failure

    def run_until(self, predicate: Callable[[], object], limit_s: float) -> bool:
        """Let time pass until ``predicate`` holds, at most ``limit_s``; return whether it does.

        It is asked whenever the chip is about to sleep. Raises EngineFailed, and what the predicate raises.
        """
        raised: list[BaseException] = []

        def watch() -> bool:
            try:
                return bool(predicate())
            except BaseException as error:
                raised.append(error)
                return True

        self.world.watch = watch
        try:
            if not predicate():
                self.run_for(limit_s)
        finally:
            self.world.watch = None
        if raised:
            raise raised[0]
        return bool(predicate())

    def press(self, ms: int = 100) -> None:
        """Press the button for ``ms``, and wait until the band has done what that asks for. Raises EngineFailed."""
        self.world.schedule(self.world.now_us, "press", ms)
        self.run_for((ms + _COMMITS * self.world.flash.erase_ms) / 1000 + _RELEASED_S)
        self.run_until(self._is_tidy, _TIDY_S)

    def _is_tidy(self) -> bool:
        """Return whether no session that is over waits to be written or merged."""
        recorder = self.app and self.app.band.recorder
        if recorder is None:
            return True
        return self.app.band.is_on() if recorder.session_id is not None else recorder.pieces is None

    def play(self) -> None:
        """Run to the end of the recording, and press the button: that ends the session. Raises EngineFailed."""
        world = self.world
        left_s = len(world.converter.codes) / RAW_RATE_HZ + _PATIENCE_S
        if not self.run_until(lambda: world.converter.fed >= len(world.converter.codes), left_s):
            raise BudgetSpent("The band has not taken all samples of the recording.")
        self.press()

    @property
    def motor(self) -> tuple[Burst, ...]:
        """Return when the motor ran."""
        return bursts(self.world.gpio.duties, self.world.now_us)

    @property
    def led(self) -> tuple[tuple[float, float], ...]:
        """Return when the LED went on and off again, in seconds."""
        return flashes(self.world.gpio.edges)

    def files(self) -> dict[str, bytes]:
        """Return what the flash holds, by path."""
        return file_contents(self.folder)

    @property
    def stream(self) -> "BandStream":
        """Return the host's end of the serial port as it is now; a reset of the chip unplugs it."""
        return BandStream(self)

    def _live(self) -> None:
        """Be the chip: boot, and again after each reset, until there is no power."""
        self.world.boot(cold=True)
        while self.world.why != NO_POWER:
            try:
                self._run_files()
            except ChipReset as reset:
                self._failure = _crash_behind(reset)
            if self._failure is not None and not self._survives:
                self.world.pause()
            if self.world.why != NO_POWER:
                self.resets.append(self.world.why)
                self.world.boot(cold=self.world.why == RUN_PIN)

    def _run_files(self) -> None:
        """Do what MicroPython does: boot.py, main.py, prompt."""
        self.state = RUNNING
        self.world.spend(_BOOT_US)
        patches = {**self._patches, _APP: self._keep_app}
        own = private_modules(self.world, self._slots, patches)
        self.modules = own.loaded
        try:
            own.run(_ROOTFS / "boot.py")
            own.run(_ROOTFS / "main.py")
        except Exception as error:
            self._failure = error
        self.state = PROMPT
        while True:
            self.world.spend(US_PER_S)

    def _keep_app(self, module: Any) -> None:
        if _APP in self._patches:
            self._patches[_APP](module)
        make = module.App

        def keep(*arguments: Any) -> Any:
            self.app = make(*arguments)
            return self.app

        module.App = keep


def _crash_behind(reset: ChipReset) -> BaseException | None:
    """Return the error whose handler restarted the chip, if it was one."""
    error: BaseException | None = reset
    while isinstance(error, ChipReset):
        if error.args != (SOFTWARE,):
            return None
        error = error.__context__
    return error


class BandStream:
    """The host's end of the serial port, a transports Stream. A read lets the band take its turns."""

    def __init__(self, band: VirtualBand) -> None:
        self._band = band
        self._usb = band.world.usb
        self._sent = self._usb.sent

    def read(self, timeout_s: float) -> bytes:
        """Return what has come; wait up to ``timeout_s`` of simulated time. Raises Unplugged, EngineFailed."""
        if not self._sent and not self._is_unplugged():
            whole_us = math.ceil(timeout_s * US_PER_S)  # or a deadline that is less than 1 µs away would never come
            self._band.run_until(lambda: self._sent or self._is_unplugged(), whole_us / US_PER_S)
        data = bytes(self._sent[:_READ_MAX])
        del self._sent[:_READ_MAX]
        if not data:
            self._check()
        return data

    def write(self, data: bytes) -> None:
        """Send all of ``data``. Raises Unplugged."""
        self._check()
        self._usb.receive(data)

    def close(self) -> None:
        """Let go of it."""

    def _is_unplugged(self) -> bool:
        return self._band.state == OFF or self._usb.sent is not self._sent

    def _check(self) -> None:
        if self._is_unplugged():
            raise Unplugged("The simulated band has restarted, or is off.")
