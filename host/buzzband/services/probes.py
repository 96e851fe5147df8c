"""What can be seen of a board from MicroPython's prompt: its files, and what is wired to it. Nothing stays changed."""

import json
from dataclasses import dataclass
from typing import Any

from buzzband.errors import BoardFailed
from buzzband.transports.board import Board
from buzzband.transports.ports import said
from buzzband_fw.hal import pins

SAMPLES = 400
SAMPLE_RATE_HZ = 1000
FULL_SCALE = 65535
REFERENCE_MV = 3300
CRASHES_KEPT_AT = 0x4005800C  # see rootfs/starter.py
FORGET_CRASHES = "import machine\nmachine.mem32[0x4005800C]=0\n"  # a reset does not

_MARK = 0x0B2D
_CRASH_TAIL = 400
_IMU_REGISTERS = ((0x68, 0x75), (0x69, 0x75), (0x6A, 0x0F), (0x6B, 0x0F))  # address, register of the identity
_DRV2605L = 0x5A
_PADS = 0x4001C004  # PADS_BANK0, GPIO0; bit 3 pulls up, bit 2 down: RP2040 datasheet, 2.19.6.3

_STORAGE = f"""\
import os,json
from machine import mem32
def text(path):
 try:
  with open(path) as f:
   return f.read()[-{_CRASH_TAIL}:]
 except (OSError,UnicodeError):
  return ''
def names(path):
 try:
  return os.listdir(path)
 except OSError:
  return []
s=os.statvfs('/')
print(json.dumps([s[0]*s[3],s[0]*s[2],mem32[{CRASHES_KEPT_AT}],text('/slot.txt'),text('/crash.txt'),
[x for x in 'ab' if x+'.app' in names('/') or 'buzzband_fw' in names('/'+x)]]))
"""
_MODULES = """\
import json
from binascii import hexlify
from hashlib import sha256
from struct import unpack_from
r={{}}
try:
 from pack import Pack
 n=Pack({path!r}).names
 i=0
 with open({path!r},'rb') as f:
  while i<len(n):
   e=n.find(b'\\0',i+1)
   p,z=unpack_from('<II',n,e+1)
   f.seek(p)
   h=sha256()
   while z:
    d=f.read(min(z,512))
    if not d:
     break
    h.update(d)
    z-=len(d)
   r[n[i+1:e].decode()]=hexlify(h.digest()).decode()
   i=e+9
except (OSError,ImportError):
 r={{}}
print(json.dumps(r))
"""
_WIRING = f"""\
import json
from array import array
from binascii import hexlify
from time import sleep_ms,ticks_us,ticks_diff
from machine import ADC,I2C,Pin,mem32
usb=Pin({pins.VBUS},Pin.IN).value()
v=ADC(Pin({pins.VSYS}))
supply=sum([v.read_u16() for _ in range(8)])//8
button=Pin({pins.BUTTON},Pin.IN,Pin.PULL_UP).value()
i=I2C(0,scl=Pin({pins.SCL}),sda=Pin({pins.SDA}),freq=400000,timeout=2000)
def read(a,r):
 try:
  return i.readfrom_mem(a,r,1)[0]
 except OSError:
  return -1
chips=[[a,read(a,r)] for a,r in {_IMU_REGISTERS!r}]
e=Pin({pins.MOTOR},Pin.OUT,value=1)
driver=read({_DRV2605L},0)
e.value(0)
m=ADC(Pin({pins.EMG}))
p={_PADS}+4*{pins.EMG}
k=mem32[p]
pulled=[]
for bit in (8,4):
 mem32[p]=k&~12|bit
 sleep_ms(5)
 pulled.append(m.read_u16())
mem32[p]=k
sleep_ms(5)
s=array('H',bytes(2*{SAMPLES}))
t=ticks_us()
for n in range({SAMPLES}):
 while ticks_diff(ticks_us(),t)<n*{1_000_000 // SAMPLE_RATE_HZ}:
  pass
 s[n]=m.read_u16()
print(json.dumps([usb,supply,button,chips,driver,pulled,hexlify(s).decode()]))
"""


@dataclass(frozen=True)
class Storage:
    """The file system. ``crashes``: starts that did not last; ``crash``: the last line of what the app wrote of one.

    ``chosen``: the slot that is tried first; ``slots``: those in which there is an app.
    """

    free_bytes: int
    total_bytes: int
    crashes: int
    chosen: str
    crash: str
    slots: tuple[str, ...]


@dataclass(frozen=True)
class Wiring:
    """What the pins tell. ``chips``: identities by address of those that answer where an IMU would.

    ``driver``: status of a DRV2605L, None without one. ``pulled``: readings at the muscle's pin with a weak pull up and
    down; ``samples``: of it, at 1000 Hz; both 0 to 65535.
    """

    usb_power: bool
    supply_mv: int
    pressed: bool
    chips: dict[int, int]
    driver: int | None
    pulled: tuple[int, int]
    samples: tuple[int, ...]


def storage(board: Board) -> Storage:
    """Look at the files. Raises BoardError, LinkError."""
    free, total, register, slot, crash, slots = _told(board, _STORAGE, 6)
    if not all(map(_is_count, (free, total, register))) or not (_is_text(slot) and _is_text(crash)):
        raise _nonsense()
    crashes = register & 0xFF if register >> 16 == _MARK else 0
    lines = crash.strip().splitlines()
    found = tuple(one for one in "ab" if isinstance(slots, list) and one in slots)
    return Storage(free, total, crashes, "b" if slot[:1] == "b" else "a", said(lines[-1]) if lines else "", found)


def modules(board: Board, path: str) -> dict[str, str]:
    """Return the SHA-256 of each module of a pack, in hexadecimal; none if it is no pack.

    Raises BoardError, LinkError.
    """
    try:
        told = json.loads(board.exec(_MODULES.format(path=path)))
    except (ValueError, RecursionError) as error:
        raise _nonsense() from error
    if not isinstance(told, dict) or not all(map(_is_text, told.values())):
        raise _nonsense()
    return told


def wiring(board: Board) -> Wiring:
    """Look at the pins; the motor gets a pulse of 0.3 ms. Raises BoardError, LinkError."""
    usb, supply, button, chips, driver, pulled, samples = _told(board, _WIRING, 7)
    try:
        raw = bytes.fromhex(samples)
        values = tuple(int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2))
        found = {int(address): int(identity) for address, identity in chips if identity >= 0}
        up, down = map(int, pulled)
        millivolts = 3 * REFERENCE_MV * int(supply) // FULL_SCALE
        status = int(driver) if driver >= 0 else None
    except (TypeError, ValueError) as error:
        raise _nonsense() from error
    if len(values) != SAMPLES:
        raise _nonsense()
    return Wiring(usb == 1, millivolts, button == 0, found, status, (up, down), values)


def _told(board: Board, code: str, length: int) -> list[Any]:
    try:
        told = json.loads(board.exec(code))
    except (ValueError, RecursionError) as error:
        raise _nonsense() from error
    if not isinstance(told, list) or len(told) != length:
        raise _nonsense()
    return told


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_text(value: object) -> bool:
    return type(value) is str


def _nonsense() -> BoardFailed:
    return BoardFailed("The board answers with nonsense.")
