"""Prompt, link and flashing against official MicroPython and the app itself, on the emulated Pico."""

import random
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest

import buzzband_fw
from builders import tell
from buzzband.bundle import band_files
from buzzband.services.devices import Kind, devices
from buzzband.services.flash import flash
from buzzband.transports.backends import BACKENDS
from buzzband.transports.board import Item
from buzzband.transports.frame_reader import packed
from buzzband.transports.link import Link
from buzzband.transports.mpremote_adapter import board_at
from buzzband.twin import ResetCause, Twin
from buzzband.twin.stream import TwinStream
from buzzband_fw.link import messages
from buzzband_fw.store import boots
from counts import count
from pico_bench import PicoBench
from recordings.log_builder import session
from transports.fake_band import MONDAY, content

PATIENCE_S = 60.0  # on the wall: another job may have the processor
PACE = 0.1  # chip time is dear, and the host waits mostly for itself
IDLE = {"settings.json": b'{"autostart": false}'}
SET = 40_000  # bytes
TIMES_AS_FAST = 5
TURN_US = 1500

Boot = Callable[[dict[str, bytes]], Twin]


@pytest.fixture
def boot(pico_bench: PicoBench) -> Iterator[Boot]:
    """Boots a twin that may run for as long as the test's ``pico`` mark says."""
    with ExitStack() as stack:
        yield lambda files: stack.enter_context(Twin(files, erase_ms=0, budget_s=pico_bench.left_s))


def installed(twin: Twin) -> dict[str, bytes]:
    """What is in its flash, but the count of its starts."""
    return {path: data for path, data in twin.files().items() if path != boots.PATH}


@pytest.mark.pico(0.9)
@pytest.mark.parametrize("backend", ["mpremote", pytest.param("ampy", marks=pytest.mark.long)])
def test_a_board_that_is_busy_with_something_else_is_interrupted_and_does_what_it_is_told(
    boot: Boot, backend: str
) -> None:
    twin = boot({"main.py": b"while True: pass"})
    twin.run_for(0.15)
    with twin.running(PACE), BACKENDS[backend](twin.serial.path, PATIENCE_S) as board:
        found = board.identity()
        board.mkdir("/a/core")
        board.put("/a/core/x.mpy", content(2000))
        assert board.hashes(["/a/core/x.mpy", "/nowhere"]) == {
            "/a/core/x.mpy": sha256(content(2000)).hexdigest(),
            "/nowhere": None,
        }
        assert board.listdir("/a") == (Item("core", True),)
    assert (found.implementation, found.version, found.platform) == ("micropython", (1, 24, 1), "rp2")
    assert "RP2040" in found.machine
    assert twin.files()["a/core/x.mpy"] == content(2000)


@pytest.mark.long
@pytest.mark.pico(1)
def test_a_board_with_nothing_but_micropython_is_listed_as_one_and_left_at_its_prompt(boot: Boot) -> None:
    twin = boot({})
    twin.run_for(0.15)
    with twin.running(PACE / 5):  # HELLO is waited for to the end
        (found,) = (each for each in devices([twin.serial.path], 20.0) if each.where == twin.serial.path)
        assert (found.kind, found.micropython, found.trouble) == (Kind.MICROPYTHON, "1.24.1", "")
        with board_at(twin.serial.path, PATIENCE_S) as board:
            assert board.exec("print(6 * 7)") == "42\r\n"


@pytest.mark.long
@pytest.mark.pico(6.5)
def test_a_running_band_is_brought_up_to_date_and_runs_again(boot: Boot) -> None:
    files = band_files()
    stale = {"main.py": files["main.py"] + b"\n", "a/stray.py": b"old"}
    twin = boot({**files, **IDLE, **stale})
    stream = TwinStream(twin)
    before = Link(stream, patience_s=1.0, clock=stream.seconds).hello()
    with twin.running(PACE):
        done = flash(twin.serial.path, files, buzzband_fw.__version__, patience_s=PATIENCE_S)
        (found,) = (each for each in devices([twin.serial.path], PATIENCE_S) if each.where == twin.serial.path)
    assert (found.kind, found.uid, found.app) == (Kind.BAND, before.uid, buzzband_fw.__version__)
    assert (done.sent, done.removed) == (("/main.py",), ("/a/stray.py",))
    assert (done.band.uid, done.band.app, done.band.slot) == (before.uid, buzzband_fw.__version__, "a")
    assert installed(twin) == {**files, **IDLE}
    assert [reset.cause for reset in twin.resets] == [ResetCause.PROGRAM]


@pytest.mark.long
@pytest.mark.pico(14)
def test_a_board_with_nothing_but_micropython_becomes_a_band(boot: Boot) -> None:
    files = band_files()
    twin = boot(IDLE)
    twin.run_for(0.15)
    with twin.running(PACE):
        done = flash(twin.serial.path, files, buzzband_fw.__version__, patience_s=PATIENCE_S)
    assert len(done.sent) == len(files)
    assert installed(twin) == {**files, **IDLE}


def tool_s(twin: Twin, *command: str) -> float:
    """Run a tool while the twin runs, and return the chip time that this took."""
    began_s = twin.chip_s
    with twin.running(0.001):
        done = subprocess.run(
            [sys.executable, "-m", *command], capture_output=True, text=True, check=False, timeout=200
        )
    assert (done.returncode, done.stderr) == (0, "")
    return twin.chip_s - began_s


def timed_s(twin: Twin, action: Callable[[], object]) -> float:
    began_s = twin.chip_s
    action()
    return twin.chip_s - began_s


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.pico(8)
def test_a_session_comes_five_times_as_fast_as_mpremote_copies_it(boot: Boot, tmp_path: Path) -> None:
    data = (session(100 * 60).bytes() * 9)[:SET]
    twin = boot({**band_files(), **IDLE, f"log/{MONDAY}.bbl": data})
    stream = TwinStream(twin)
    link = Link(stream, patience_s=1.0, clock=stream.seconds)
    link.hello()
    got = bytearray()
    read_s = timed_s(twin, lambda: link.read_session(MONDAY, 0, SET, got.extend))
    check_s = timed_s(twin, lambda: (link.sessions(), link.hash(MONDAY, SET)))
    status = link.status()
    path, name = twin.serial.path, f"log/{MONDAY}.bbl"
    mpremote_s = tool_s(twin, "mpremote", "connect", path, "cp", f":{name}", str(tmp_path / "mpremote"))
    ampy_s = tool_s(twin, "ampy.cli", "--port", path, "get", name, str(tmp_path / "ampy"))
    figures = {
        "bytes": SET,
        "read_bytes_per_s": round(SET / read_s),
        "listed_read_and_hashed_bytes_per_s": round(SET / (read_s + check_s)),
        "mpremote_cp_bytes_per_s": round(SET / mpremote_s),
        "ampy_get_bytes_per_s": round(SET / ampy_s),
        "times_mpremote": round(mpremote_s / read_s, 2),
        "times_mpremote_with_list_and_hash": round(mpremote_s / (read_s + check_s), 2),
    }
    tell(f"{figures}; longest turn {status.worst_us} µs")
    count("sync_speed", **figures)
    assert got == data == (tmp_path / "mpremote").read_bytes()
    assert mpremote_s / read_s >= TIMES_AS_FAST


@pytest.mark.long
@pytest.mark.pico(3.5)
def test_noise_is_survived_and_the_app_goes_on(boot: Boot) -> None:
    twin = boot({**band_files(), **IDLE, f"log/{MONDAY}.bbl": content(3000)})
    stream = TwinStream(twin)
    link = Link(stream, patience_s=1.0, clock=stream.seconds)
    link.hello()
    rng = random.Random(4)
    whole = packed(messages.READ, 40, struct.pack(messages.READ_FORMAT, bytes.fromhex(MONDAY), 0, 3000))
    for noise in (rng.randbytes(700), bytes(400), whole[:9], whole * 20, b"\xff" * 900, whole + whole[:5], b"x\r\x03"):
        stream.write(noise)
        twin.run_for(0.05)
    before = link.status().blocks
    got = bytearray()
    link.read_session(MONDAY, 0, 3000, got.extend)
    twin.run_for(0.1)
    assert got == content(3000)
    assert link.status().blocks >= before + 10
    assert twin.resets == ()
