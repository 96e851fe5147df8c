"""A board at MicroPython's raw prompt: files, hashes, identity, restart. How its prompt is talked to is a ``Prompt``.

A prompt waits for ever at a board that falls silent, and gathers whatever a board sends. Here it gets a port that ends
all waiting.
"""

import json
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any, Protocol

from buzzband.errors import BoardError, BoardFailed, CopyFailed, LinkError, NotAPrompt
from buzzband.transports.ports import said
from buzzband.transports.serial_port import FOREIGN_ERRORS, open_serial

PATIENCE_S = 10.0
OUTPUT_MAX = 1 << 18  # bytes that a board may send for one command
ENDLESS = "The board does not come to an end."
NONSENSE = (struct.error, ValueError, TypeError, IndexError, AssertionError, RecursionError)
"""What those raise that make sense of an answer, when there is none in it."""

_ENTRIES = 3  # attempts to get to the prompt
_READ_TIMEOUT_S = 2.0  # for one read, at least
_READS = 8  # that may come to nothing before patience ends: an emulated board is slow with each
_CHUNK = 1536  # bytes of a file in one command, base64 makes 2 KB of them
_HASHED_AT_ONCE = 8  # files

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
            raise self._error(ENDLESS)
        if self._left < 0:
            raise self._error("The board does not stop sending.")


class Prompt(Protocol):
    """One way of talking to MicroPython's raw prompt. Raises BoardFailed, NotAPrompt, Unplugged and Silent."""

    def enter(self, share_s: float) -> None:
        """Interrupt whatever runs, and get to the prompt; ``share_s``: how long that may take."""
        ...

    def leave(self) -> None:
        """Go back to the prompt that people use."""
        ...

    def run(self, code: str, seconds: float) -> tuple[bytes, bytes]:
        """Run ``code``; return what it prints, and the traceback if it raised."""
        ...

    def start(self, code: str, seconds: float) -> None:
        """Run ``code``, and do not wait for its end."""
        ...


class Board:
    """A board at MicroPython's raw prompt.

    All methods raise BoardFailed (the command raised on the board, took too long, or was answered with nonsense),
    Unplugged and Silent. ``timeout_s`` is for each command.
    """

    def __init__(self, prompt: Prompt, timeout_s: float = PATIENCE_S) -> None:
        self._prompt = prompt
        self._timeout_s = timeout_s
        self._is_there = False

    def enter(self, patience_s: float) -> None:
        """Interrupt whatever runs, a band's app included, and get to the prompt. Raises NotAPrompt."""
        for attempt in range(1, _ENTRIES + 1):
            try:
                self._prompt.enter(patience_s / _ENTRIES)
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
        with suppress(BoardError, LinkError):
            self._prompt.leave()

    def exec(self, code: str, timeout_s: float | None = None) -> str:
        """Run ``code`` on the board and return what it prints."""
        output, trouble = self._prompt.run(code, self._timeout_s if timeout_s is None else timeout_s)
        if trouble:
            raise raised(trouble.decode(errors="replace"))
        return output.decode(errors="replace")

    def identity(self) -> Identity:
        """Return what runs on the board."""
        told = self._told(_IDENTITY)
        with _making_sense():
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
        with _making_sense():
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
        with suppress(BoardError, LinkError):
            self._prompt.start(code, self._timeout_s)

    def _told(self, code: str) -> list[Any]:
        """Return the JSON array that ``code`` prints."""
        output = self.exec(code)
        with _making_sense():
            told = json.loads(output)
        if not isinstance(told, list):
            raise BoardFailed("The board answers with nonsense.")
        return told


@contextmanager
def opened(path: str, patience_s: float, prompt: Callable[[str, GuardedPort], Prompt]) -> Iterator[Board]:
    """Open a port and get to MicroPython's prompt on it by way of ``prompt``; let go of both in the end.

    ``patience_s``: for the prompt, and for each command then. Raises PortError, LinkError, NotAPrompt.
    """
    port = open_serial(path)
    try:
        board = Board(prompt(path, GuardedPort(port)), patience_s)
        board.enter(patience_s)
        try:
            yield board
        finally:
            board.leave()
    finally:
        with suppress(*FOREIGN_ERRORS):
            port.close()


@contextmanager
def _making_sense() -> Iterator[None]:
    """Call it nonsense what cannot be understood."""
    try:
        yield
    except NONSENSE as error:
        raise BoardFailed("The board answers with nonsense.") from error


def no_prompt(path: str) -> NotAPrompt:
    """Return our error for a prompt that does not come."""
    return NotAPrompt(f"MicroPython's prompt does not come up at {path}.")


def raised(traceback: str) -> BoardFailed:
    """Return our error for what was raised on the board."""
    lines = traceback.strip().splitlines()
    last = said(lines[-1]) if lines else "nothing"
    if "ENOSPC" in last or last == "OSError: 28":
        return BoardFailed("The board's file system is full.", "Pull its sessions, or remove files from it.")
    return BoardFailed(f"The board raised {last}.")
