"""A band on MicroPython's Unix port: the whole firmware as bytecode, in simulated time, in a process of its own."""

import json
import os
import select
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from buzzband.bundle import SETTINGS_FILE, bytecode_files, rootfs_files
from buzzband.engines.band_records import US_PER_S, Burst, bursts, file_contents, flashes
from buzzband.engines.micropython import executable
from buzzband.errors import BudgetSpent, EngineFailed, Unplugged
from buzzband.twin import haptics as haptics_models
from buzzband.twin.haptics import Drv2605lModel
from buzzband.twin.imu import ImuModel, state_of

_MAIN = "from buzzband.engines.layer.unix import main\nmain()\n"
_TYPING = "Any = None\n"  # MicroPython has no such module, and does not look at annotations
_PINS = "buzzband_fw/hal/pins.py"
_HEAP = "heapsize=64M"
_LOOK_S = 0.01
_READ_MAX = 4096
_STOP_S = 5.0


class MicroPythonBand:
    """A band that lives through one recording: ``play`` it, look at what the band did, talk to it over ``stream``.

    ``locked_s``: how long the firmware has run with the heap locked.
    """

    def __init__(
        self,
        codes: ArrayLike,
        settings: Mapping[str, Any] | None = None,
        *,
        script: Sequence[tuple[float, str, Any]] = (),
        heap_locked_s: tuple[float, float] = (0.0, 0.0),
        sources: Mapping[str, bytes] | None = None,
        imu: ImuModel | None = None,
        haptics: Drv2605lModel | None = None,
        other: ArrayLike = (),
        **surroundings: Any,
    ) -> None:
        """``codes``, ``settings``, ``script``, ``imu``, ``haptics``, ``other``, ``surroundings``: see ``VirtualBand``.

        ``heap_locked_s``: from when to when, in simulated time, no turn of the app may allocate: a byte is a
        MemoryError, and so a crash. The layer's own calls, and so what they stand for, have the heap open.
        ``sources``: the firmware as bytecode source; the installed one if None.
        """
        self._temporary = tempfile.TemporaryDirectory(prefix="buzzband-")
        self.folder = Path(self._temporary.name)
        self._report: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        job = {
            "surroundings": surroundings,
            "script": [(round(when_s * US_PER_S), name, value) for when_s, name, value in script],
            "heap_locked_us": [round(each * US_PER_S) for each in heap_locked_s],
            "imu": imu and state_of(imu),
            "haptics": haptics and haptics_models.state_of(haptics),
        }
        contents = {**_program(sources or bytecode_files()), "job.json": json.dumps(job).encode()}
        contents["raw.bin"] = np.asarray(codes, "<u2").tobytes()
        contents["other.bin"] = np.asarray(other, "<u2").tobytes()
        if imu is not None:
            contents["imu.bin"] = np.asarray(imu.frames, "<i2").tobytes()
        if settings is not None:
            contents[f"flash/{SETTINGS_FILE}"] = json.dumps(dict(settings)).encode()
        (self.folder / "flash").mkdir()
        for path, data in contents.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def play(self, patience_s: float = 120.0) -> None:
        """Let power come on, play the recording to its end, and press the button.

        Raises EngineMissing, EngineFailed, and BudgetSpent if that takes longer than ``patience_s`` on the wall.
        """
        self._start()
        deadline = monotonic() + patience_s
        report = self.folder / "report.json"
        while not report.exists():
            self._check()
            if monotonic() > deadline:
                raise BudgetSpent(f"MicroPython had not played the recording after {patience_s:g} s.")
            sleep(_LOOK_S)
        self._report = json.loads(report.read_text(encoding="utf-8"))
        if self._report["why"]:  # the chip has stopped before the end of the recording
            self._running.wait()
            self._check()

    @property
    def now_s(self) -> float:
        """Return the simulated time at the end of the recording."""
        return float(self._report["now_us"]) / US_PER_S

    @property
    def motor(self) -> tuple[Burst, ...]:
        """Return when the motor ran, up to the end of the recording."""
        return bursts(self._report["duties"], self._report["now_us"])

    @property
    def led(self) -> tuple[tuple[float, float], ...]:
        """Return when the LED went on and off again, in seconds, up to the end of the recording."""
        return flashes(self._report["edges"])

    @property
    def locked_s(self) -> float:
        """Return for how long the heap was locked."""
        return float(self._report["locked_us"]) / US_PER_S

    def files(self) -> dict[str, bytes]:
        """Return what the flash holds, by path."""
        return file_contents(self.folder / "flash")

    @property
    def stream(self) -> "PipeStream":
        """Return the host's end of the serial port, once the recording is over; its timeouts are on the wall."""
        return PipeStream(self._running)

    def close(self) -> None:
        """Take the power away."""
        if self._process is not None:
            process, self._process = self._process, None
            with process:
                process.stdin.close()  # type: ignore[union-attr]
                try:
                    process.wait(_STOP_S if self._report else 0)  # before the recording is over, it does not look
                except subprocess.TimeoutExpired:
                    process.kill()
        self._temporary.cleanup()

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise Unplugged("The band on MicroPython has not been started.")
        return self._process

    def _start(self) -> None:
        with (self.folder / "errors.txt").open("wb") as errors:
            self._process = subprocess.Popen(
                [executable(), "-X", _HEAP, "start.py"],
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
            )

    def _check(self) -> None:
        """Raise EngineFailed if the firmware has crashed, or MicroPython itself."""
        status = self._running.poll()
        if status is None:
            return
        crash = self.files().get("crash.txt")
        if crash is not None:
            raise EngineFailed(f"The firmware raised on MicroPython:\n{crash.decode(errors='replace').strip()}")
        told = (self.folder / "errors.txt").read_text(encoding="utf-8", errors="replace").strip()
        raise EngineFailed(f"MicroPython ended with {status}, before the recording was over. {told}")


class PipeStream:
    """Both pipes of a process as a transports Stream."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin
        assert process.stdout
        self._in, self._out = process.stdin, process.stdout

    def read(self, timeout_s: float) -> bytes:
        """Return what has come; wait up to ``timeout_s`` for it. Raises Unplugged."""
        if not select.select([self._out], [], [], timeout_s)[0]:
            return b""
        data = os.read(self._out.fileno(), _READ_MAX)
        if not data:
            raise Unplugged("The band on MicroPython has restarted, or is off.")
        return data

    def write(self, data: bytes) -> None:
        """Send all of ``data``. Raises Unplugged."""
        try:
            self._in.write(data)
        except (OSError, ValueError) as error:
            raise Unplugged("The band on MicroPython has restarted, or is off.") from error

    def close(self) -> None:
        """Let go of it."""


def _program(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what MicroPython runs, by path: layer, chips on the bus, slot and what lies at the flash's root."""
    program = {
        f"{package.replace('.', '/')}/{entry.name}": entry.read_bytes()
        for package in ("buzzband.engines.layer", "buzzband.twin.imu", "buzzband.twin.haptics")
        for entry in files(package).iterdir()
        if entry.name.endswith(".py")
    }
    program.update({f"a/{path}": _without_assembler(data) for path, data in sources.items()})
    return {
        **program,
        **rootfs_files(),
        "pins.py": sources[_PINS],
        "typing.py": _TYPING.encode(),
        "start.py": _MAIN.encode(),
    }


def _without_assembler(source: bytes) -> bytes:
    """Return ``source`` with its one inline assembler function as the layer's: this compiler knows no Thumb."""
    return source.replace(b"@micropython.asm_thumb", b'@getattr(micropython, "asm_thumb")')
