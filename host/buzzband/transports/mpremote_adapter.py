"""MicroPython's prompt, through mpremote 1.29. The one place that uses mpremote as a library.

mpremote waits for ever at a board that falls silent, gathers whatever a board sends, prints when it fails, and raises
some ten kinds of exception. Here it gets a port that ends all waiting, its prints are caught, and its exceptions become
ours; tests/transports proves that none is left out.
"""

import io
import json
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from buzzband.errors import BoardError, BoardFailed, BuzzbandError, CopyFailed, LinkError, NotAPrompt
from buzzband.transports.ports import said
from buzzband.transports.serial_port import FOREIGN_ERRORS, link_error, open_serial

PATIENCE_S = 10.0
OUTPUT_MAX = 1 << 18  # bytes that a board may send for one command

_ENTRIES = 3  # attempts to get to the prompt
_READ_TIMEOUT_S = 2.0  # for one read, at least
_READS = 8  # that may come to nothing before patience ends: an emulated board is slow with each
_CHUNK = 1536  # bytes of a file in one command, base64 makes 2 KB of them
_HASHED_AT_ONCE = 8  # files
_END_OF_FRAME = b"\0"  # a running band takes the Ctrl-C that follows for one only at the start of a frame
_ENDLESS = "The board does not come to an end."
_NONSENSE = (struct.error, ValueError, TypeError, IndexError, AssertionError, RecursionError)

_PUT_BEGIN = "from binascii import a2b_base64 as d\nf=open({part!r},'wb')\n"
_PUT_CHUNK = "f.write(d({text!r}))\n"
_HASH = """\
from hashlib import sha256
from binascii import hexlify
def digest(path):
 h=sha256()
 with open(path,'rb') as f:
  b=bytearray(512)
  v=memoryview(b)
  n=f.readinto(b)
  while n:
   h.update(v[:n])
   n=f.readinto(b)
 return hexlify(h.digest()).decode()
"""
_PUT_END = """\
f.close()
import os
t=digest({part!r})
if t=={digest!r}:
 os.rename({part!r},{path!r})
else:
 os.remove({part!r})
print(t)
"""
_HASHES = """\
import json
r=[]
for p in {paths!r}:
 try:
  r.append(digest(p))
 except OSError:
  r.append(None)
print(json.dumps(r))
"""
_LISTDIR = """\
import os,json
try:
 r=[[e[0],e[1]&0x4000!=0] for e in os.ilistdir({path!r})]
except OSError as e:
 if e.errno!=2:
  raise
 r=[]
print(json.dumps(r))
"""
_MKDIR = """\
import os
for p in {paths!r}:
 try:
  os.mkdir(p)
 except OSError as e:
  if e.errno!=17:
   raise
"""
_REMOVE = "import os\nos.remove({path!r})\n"
_RMDIR = "import os\nos.rmdir({path!r})\n"
_IDENTITY = """\
import sys,json
i=sys.implementation
print(json.dumps([i.name,list(i.version[:3]),sys.platform,getattr(i,'_machine','')]))
"""
_RESET = "import machine,time\ntime.sleep_ms(50)\nmachine.reset()\n"  # the pause lets the board acknowledge
_BOOTLOADER = "import machine,time\ntime.sleep_ms(50)\nmachine.bootloader()\n"


@dataclass(frozen=True)
class Identity:
    """What runs on a board: ``version`` such as (1, 24, 1); ``platform`` is rp2 on an RP2040 or RP2350."""

    implementation: str
    version: tuple[int, ...]
    platform: str
    machine: str

    @property
    def version_text(self) -> str:
        """Return the version as people write it."""
        return ".".join(map(str, self.version))


@dataclass(frozen=True)
class Item:
    """A file or a folder in a folder of the board."""

    name: str
    is_folder: bool


class GuardedPort:
    """A serial port at which mpremote can neither wait for ever nor be flooded."""

    def __init__(self, port: Any) -> None:
        self.port = port
        self._deadline = 0.0
        self._left = 0
        self._error: Callable[[str], BoardError] = BoardFailed

    def allow(self, seconds: float, error: Callable[[str], BoardError] = BoardFailed) -> None:
        """Let things take so long, from now on; what goes beyond raises ``error``."""
        self._deadline = monotonic() + seconds
        self._left = OUTPUT_MAX
        self._error = error
        self.port.timeout = min(seconds, max(_READ_TIMEOUT_S, seconds / _READS))

    def read(self, size: int = 1) -> bytes:
        """See pyserial."""
        self._check()
        data: bytes = self.port.read(size)
        self._left -= len(data)
        return data

    def inWaiting(self) -> int:  # noqa: N802  (mpremote's name for it)
        """See pyserial."""
        self._check()
        return int(self.port.in_waiting)

    def write(self, data: bytes) -> None:
        """See pyserial."""
        self._check()
        self.port.write(data)

    def _check(self) -> None:
        if monotonic() > self._deadline:
            raise self._error(_ENDLESS)
        if self._left < 0:
            raise self._error("The board does not stop sending.")


class Board:
    """A board at MicroPython's raw prompt.

    All methods raise BoardFailed (the command raised on the board, took too long, or was answered with nonsense),
    Unplugged and Silent. ``timeout_s`` is for each command.
    """

    def __init__(self, path: str, port: Any, timeout_s: float = PATIENCE_S) -> None:
        """``port``: an open serial port as pyserial knows it; ``path``: its name."""
        self.path = path
        self._timeout_s = timeout_s
        self._port = GuardedPort(port)
        self._transport = adopted(path, self._port)
        self._is_there = False

    def enter(self, patience_s: float) -> None:
        """Interrupt whatever runs, a band's app included, and get to the prompt. Raises NotAPrompt."""
        share_s = patience_s / _ENTRIES
        for attempt in range(1, _ENTRIES + 1):
            try:
                with mpremote_errors(self.path):
                    self._port.allow(2 * share_s, NotAPrompt)
                    self._port.write(_END_OF_FRAME)
                    self._transport.enter_raw_repl(soft_reset=False, timeout_overall=share_s)
                self._is_there = True
                return
            except NotAPrompt:
                if attempt == _ENTRIES:
                    raise

    def leave(self) -> None:
        """Go back to the prompt that people use, if the board is at one."""
        if not self._is_there:
            return
        self._is_there = False
        with suppress(BoardError, LinkError), mpremote_errors(self.path):
            self._port.allow(1.0)
            self._transport.exit_raw_repl()

    def exec(self, code: str, timeout_s: float | None = None) -> str:
        """Run ``code`` on the board and return what it prints."""
        seconds = self._timeout_s if timeout_s is None else timeout_s
        with mpremote_errors(self.path):
            self._port.allow(seconds)
            output, trouble = self._transport.exec_raw(code, timeout=seconds)
        if trouble:
            raise _raised(trouble.decode(errors="replace"))
        return bytes(output).decode(errors="replace")

    def identity(self) -> Identity:
        """Return what runs on the board."""
        told = self._told(_IDENTITY)
        with mpremote_errors(self.path):
            name, version, platform, machine = told
            return Identity(said(name), tuple(map(int, version)), said(platform), said(machine))

    def put(self, path: str, data: bytes) -> None:
        """Write a file whole or not at all: under another name, hashed by the board, renamed. Raises CopyFailed."""
        digest = sha256(data).hexdigest()
        part = f"{path}.part"
        code = _PUT_BEGIN.format(part=part)
        for start in range(0, len(data), _CHUNK):
            if start:
                self.exec(code)
                code = ""
            code += _PUT_CHUNK.format(text=b64encode(data[start : start + _CHUNK]).decode())
        told = self.exec(code + _HASH + _PUT_END.format(part=part, path=path, digest=digest)).strip()
        if told != digest:
            raise CopyFailed(f"{path} did not arrive as it was sent.")

    def hashes(self, paths: Sequence[str]) -> dict[str, str | None]:
        """Return the SHA-256 of files, in hexadecimal; None for one that cannot be read."""
        found: dict[str, str | None] = {}
        for start in range(0, len(paths), _HASHED_AT_ONCE):
            some = list(paths[start : start + _HASHED_AT_ONCE])
            told = self._told(_HASH + _HASHES.format(paths=some))
            if len(told) != len(some):
                raise BoardFailed("The board answers with nonsense.")
            found.update(zip(some, (None if one is None else said(one) for one in told), strict=True))
        return found

    def listdir(self, path: str) -> tuple[Item, ...]:
        """Return what is in a folder; nothing if there is none. Names are as the board has them: do not print them."""
        told = self._told(_LISTDIR.format(path=path))
        with mpremote_errors(self.path):
            return tuple(Item(str(name), bool(is_folder)) for name, is_folder in told)

    def mkdir(self, path: str) -> None:
        """Make a folder and those above it, where they are missing."""
        parts = path.strip("/").split("/")
        root = "/" if path.startswith("/") else ""
        self.exec(_MKDIR.format(paths=[root + "/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]))

    def remove(self, path: str) -> None:
        """Remove a file."""
        self.exec(_REMOVE.format(path=path))

    def rmdir(self, path: str) -> None:
        """Remove a folder that is empty."""
        self.exec(_RMDIR.format(path=path))

    def reset(self) -> None:
        """Restart the chip; the port may vanish at once."""
        self._leave_for(_RESET)

    def bootloader(self) -> None:
        """Restart the chip in BOOTSEL: the port vanishes, a drive comes."""
        self._leave_for(_BOOTLOADER)

    def _leave_for(self, code: str) -> None:
        self._is_there = False
        with suppress(BoardError, LinkError), mpremote_errors(self.path):
            self._port.allow(self._timeout_s)
            self._transport.exec_raw_no_follow(code)

    def _told(self, code: str) -> list[Any]:
        """Return the JSON array that ``code`` prints."""
        output = self.exec(code)
        with mpremote_errors(self.path):
            told = json.loads(output)
        if not isinstance(told, list):
            raise BoardFailed("The board answers with nonsense.")
        return told


@contextmanager
def board_at(path: str, patience_s: float = PATIENCE_S) -> Iterator[Board]:
    """Open a port and get to MicroPython's prompt on it; let go of both in the end.

    ``patience_s``: for the prompt, and for each command then. Raises PortError, LinkError, NotAPrompt.
    """
    port = open_serial(path)
    try:
        board = Board(path, port, patience_s)
        board.enter(patience_s)
        try:
            yield board
        finally:
            board.leave()
    finally:
        with suppress(*FOREIGN_ERRORS):
            port.close()


@contextmanager
def mpremote_errors(path: str) -> Iterator[None]:
    """Turn everything mpremote and pyserial raise into our own, and keep what mpremote prints from the terminal."""
    try:
        with redirect_stdout(io.StringIO()):
            yield
    except BuzzbandError:
        raise
    except TransportExecError as error:
        raise _raised(error.error_output) from error
    except TransportError as error:
        if "raw repl" in str(error):
            raise NotAPrompt(f"MicroPython's prompt does not come up at {path}.") from error
        if "timeout" in str(error):
            raise BoardFailed(_ENDLESS) from error
        raise BoardFailed(f"The board does not answer as MicroPython does: {said(error)}.") from error
    except OSError as error:
        raise link_error(path, error) from error
    except _NONSENSE as error:
        raise BoardFailed("The board answers with nonsense.") from error
    except FOREIGN_ERRORS as error:
        raise link_error(path, error) from error


def adopted(path: str, port: GuardedPort) -> Any:
    """Return mpremote's transport over a port that is open already: its own way of opening loses the reason."""
    transport = SerialTransport.__new__(SerialTransport)
    vars(transport).update(
        in_raw_repl=False,
        use_raw_paste=True,
        device_name=path,
        mounted=False,
        serial=port,
        is_pty=SerialTransport._is_pty_device(path),
    )
    return transport


def _raised(traceback: str) -> BoardFailed:
    lines = traceback.strip().splitlines()
    last = said(lines[-1]) if lines else "nothing"
    if "ENOSPC" in last or last == "OSError: 28":
        return BoardFailed("The board's file system is full.", "Pull its sessions, or remove files from it.")
    return BoardFailed(f"The board raised {last}.")
