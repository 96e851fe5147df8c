"""The band's twin: an emulated Pico with the band's sensors and motor wired to it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from buzzband.bundle import pack_image, unpack_image
from buzzband.defaults import ERASE_MS, SUPPLY_MV
from buzzband.errors import BudgetSpent
from buzzband.twin.chip import Chip, Reset, ResetCause
from buzzband.twin.feed import Emg, Supply
from buzzband.twin.flash import PROGRAM_US, UID, Flash, Tear
from buzzband.twin.haptics import Drv2605lModel
from buzzband.twin.i2c import I2cBus
from buzzband.twin.imu import ImuModel
from buzzband.twin.serial import Serial
from buzzband.twin.wiring import Button, DrivenMotor, Led, Motor

CHECK_S = 0.001  # of chip time, how often wait_until looks

_SLICE_S = 0.005  # of chip time: how often a running twin looks at the host when its processor sleeps
_WORK_S = 0.0005  # and when it works: about as long on the wall
_REST_S = 0.002  # on the wall: what it may be behind without hurrying, so that it sleeps when there is nothing to do
_LATE_S = 0.02  # what it does not catch up on


class Twin:
    """A band that starts with ``files`` in its file system, at chip time 0; bytes are taken for the image of one.

    Chip time stands still, except in ``run_for`` and ``wait_until``, which run the chip on the caller's thread as fast
    as it goes, and while ``paused`` is False or inside ``running()``, when a thread runs it, no faster than the clock
    on the wall: that is for programs on the host that talk to it through its port. Everything wired to the chip may be
    handled at any time; what has been recorded is read best while time stands still.

    ``chip`` is the emulator underneath. ``emg``: what the sensor feels; ``imu``: how the band is moved, None if it has
    no IMU; ``haptics``: the chip that drives the motor, None if PWM does; ``budget_s``: the chip time that may be
    spent in all, then BudgetSpent is raised. Raises EngineMissing, FirmwareMissing, EngineFailed.
    """

    def __init__(
        self,
        files: Mapping[str, bytes] | bytes,
        *,
        emg: Emg | None = None,
        imu: ImuModel | None = None,
        haptics: Drv2605lModel | None = None,
        supply_mv: int = SUPPLY_MV,
        usb_power: bool = False,
        erase_ms: float = ERASE_MS,
        program_us: float = PROGRAM_US,
        pty: bool = True,
        tcp_port: int | None = None,
        uid: bytes = UID,
        budget_s: float = float("inf"),
    ) -> None:
        self.chip = Chip(files if isinstance(files, bytes) else pack_image(files))
        self._budget_s = budget_s
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._to_stop = False
        self._pace = 1.0
        self._failure: Exception | None = None
        self.chip.turn = self._standing_still
        self.flash = Flash(self.chip, erase_ms=erase_ms, program_us=program_us, uid=uid)
        self.motor = Motor(self.chip) if haptics is None else DrivenMotor(self.chip, haptics)
        self.led = Led(self.chip)
        self.button = Button(self.chip)
        self.supply = Supply(self.chip, supply_mv, usb_power)
        self.emg = emg or Emg()
        self.emg.motor_on = lambda: self.motor.on
        self.emg.attach(self.chip)
        self.imu = imu
        self.haptics = haptics
        I2cBus(self.chip, imu, haptics)
        self.serial = Serial(self.chip, pty=pty, tcp_port=tcp_port)

    @property
    def chip_s(self) -> float:
        """Return the chip time: what has passed since the first boot, over resets and cuts of power."""
        return self.chip.seconds

    @property
    def powered(self) -> bool:
        """Return whether the band has power. Without it, chip time stands still."""
        return self.chip.powered

    @property
    def resets(self) -> tuple[Reset, ...]:
        """Return when the chip started anew, and why."""
        return tuple(self.chip.resets)

    @property
    def image(self) -> bytes:
        """Return the file system as flash holds it, block for block."""
        with self._standing_still():
            return self.chip.image

    def files(self) -> dict[str, bytes]:
        """Return the files in flash by path. Raises EngineFailed if there is no file system to be found."""
        return unpack_image(self.image)

    def run_for(self, seconds: float) -> None:
        """Run for ``seconds`` of chip time, or until power fails. Raises BudgetSpent, EngineFailed."""
        with self._standing_still():
            self._run_until(self.chip_s + seconds)

    def wait_until(self, predicate: Callable[[], object], budget_s: float) -> float:
        """Run until ``predicate`` is true, looking every ms of chip time; return the chip time.

        Raises BudgetSpent after ``budget_s`` of chip time or if power fails before, EngineFailed.
        """
        with self._standing_still():
            limit_s = self.chip_s + budget_s
            while not predicate():
                if not self.powered or self.chip.has_reached(limit_s):
                    raise BudgetSpent(f"What was waited for had not come by {self.chip_s:.3f} s of chip time.", "")
                self._run_until(min(self.chip_s + CHECK_S, limit_s))
            return self.chip_s

    def at(self, chip_s: float, action: Callable[[], None]) -> None:
        """Call ``action`` at that chip time, on the thread that runs the chip then."""
        self.chip.at(chip_s, action)

    @property
    def paused(self) -> bool:
        """Whether chip time stands still. Setting it to True raises what has stopped the chip meanwhile."""
        return self._thread is None or not self._thread.is_alive()

    @paused.setter
    def paused(self, still: bool) -> None:
        with self._lock:
            if still:
                self._stop_thread()
                self._raise_failure()
            elif self.paused:
                self._start_thread()

    @contextmanager
    def running(self, pace: float = 1.0) -> Iterator[None]:
        """Let chip time pass by itself inside the block. Raises BudgetSpent and EngineFailed at its end.

        While its processor sleeps, ``pace`` seconds pass in one on the wall: a small pace saves chip time when the host
        thinks for longer than the chip. While it works, time passes as fast as the emulator goes, a fifteenth of that.
        """
        self._pace = pace
        self.paused = False
        try:
            yield
        finally:
            self.paused = True

    def cut_at(self, index: int, tear: Tear = Tear.NOTHING, seed: int = 0) -> None:
        """Let power fail in the ``index``-th operation on flash from now, 0 being the next; see ``flash.Tear``."""
        self.flash.cut_at(index, tear, seed)

    def cut(self) -> None:
        """Take the power away, now."""
        with self._standing_still():
            self.chip.cut()

    def reset(self) -> None:
        """Reset the chip, as its RUN pin does."""
        with self._standing_still():
            self.chip.start_again(ResetCause.RUN_PIN)

    def power_cycle(self) -> None:
        """Take the power away, if it is there, and give it back: the chip boots from what flash holds."""
        with self._standing_still():
            self.chip.start_again(ResetCause.POWER_ON)

    def close(self) -> None:
        """Stop the chip and close the port."""
        with self._lock:
            self._stop_thread()
            self.serial.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _run_until(self, until_s: float) -> None:
        while self.powered and not self.chip.has_reached(until_s):
            self._advance(until_s)

    def _advance(self, until_s: float) -> None:
        if self.chip.has_reached(self._budget_s):
            raise BudgetSpent(f"The twin has spent its {self._budget_s:g} s of chip time.", "")
        self.chip.step(min(until_s, self._budget_s))
        self.serial.pump()

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        if threading.current_thread() is self._thread:
            yield
            return
        with self._lock:
            was_running = not self.paused
            self._stop_thread()
            try:
                yield
            finally:
                if was_running and self._failure is None:
                    self._start_thread()

    def _start_thread(self) -> None:
        self._failure = None
        self._to_stop = False
        self._thread = threading.Thread(target=self._run_freely, name="buzzband-twin", daemon=True)
        self._thread.start()

    def _stop_thread(self) -> None:
        self._to_stop = True
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _run_freely(self) -> None:
        try:
            since, since_s = time.monotonic(), self.chip_s
            while not self._to_stop:
                due_s = since_s + self._pace * (time.monotonic() - since)
                behind_s = due_s - self.chip_s
                works = not self.chip.asleep
                if not self.powered or not (works or behind_s > self._pace * _REST_S):
                    self.serial.wait(_REST_S)
                    self.serial.pump()
                    continue
                self._advance(self.chip_s + _WORK_S if works else min(due_s, self.chip_s + _SLICE_S))
                if behind_s > _LATE_S or self.chip_s > due_s:
                    since, since_s = time.monotonic(), self.chip_s
        except Exception as error:  # raised again on the thread that asked for it: see paused
            self._failure = error
