"""The answers to SLOT: another app comes into the slot that does not run, piece by piece, is verified, and started.

A slot's app lies in a pack, ``a.app`` or ``b.app``:

    modules   one behind the other, gaps between them allowed
    names     of each module a zero, its name, a zero, where it begins u32, its size u32
    digests   of each module the first 8 bytes of its SHA-256
    footer    FOOTER_FORMAT

A name is the module's path below ``buzzband_fw/`` without ``.mpy``. A pack counts by what stands at its end: what is
appended, with names and a footer of its own, takes its place, and modules that stay are not written again.

Imported when a host asks, and forgotten when it has fallen silent.
"""

import binascii
import gc
import hashlib
import os
import struct

from buzzband_fw.core.portable import const
from buzzband_fw.link import messages
from buzzband_fw.link.frames import PAYLOAD_AT, Refusal

LOOK = const(0)  # slot, a or b, u8 -> slot that runs u8, on trial u8, size of the pack i32, -1: none
PAGE = const(1)  # slot u8, offset u32 -> as much of its pack as fits
PREFIX = const(2)  # bytes u32 from the start of the pack in the other slot -> DIGEST_FORMAT
EMPTY = const(3)  # the other slot -> nothing
WRITE = const(4)  # offset u32, bytes to be appended to the pack in the other slot -> its size u32
COPY = const(5)  # offset u32, offset in the pack that runs u32, bytes u32: they are appended -> size u32
TRY = const(6)  # SHA-256 of the pack in the other slot -> nothing, if it is that: it starts next, on trial
CONFIRM = const(7)  # -> nothing, if the app on trial is well: it starts from now on
WRITE_MAX = const(229)

MAGIC = b"BBA1"
FOOTER_FORMAT = "<4sIHH32sI"  # magic, names' begin, their size, modules; SHA-256 of modules, names and digests;
FOOTER_SIZE = const(48)  # CRC-32 of names and the footer before it, for rootfs/pack.py
PLACE_FORMAT = "<II"
PLACE_SIZE = const(8)
DIGEST_SIZE = const(8)

CHOICE = "slot.txt"  # see rootfs/starter.py
_TRIAL = "?"

_PIECE = const(1024)  # bytes that are read, hashed or copied in a turn
_SAVE_EVERY = const(16384)  # bytes: so much is lost at most when the cable is pulled; each time costs an erase
_WELL_AFTER_BLOCKS = const(100)  # 1 s in which samples, movement, link and chores have had their turns
_WHOLE_CHAIN = const(2)  # golden vectors that all stages go through; of the others some take more RAM than there is
_UNWELL = messages.RECORDER_FAILED | messages.SAFE_MODE


def path_of(slot):
    """Return the path of a slot's pack. ``slot``: a or b."""
    return slot + ".app"


class Updating:
    """Answers SLOT. ``kind``: of the request that goes on step by step, or 0."""

    def __init__(self, band, body):
        """``band``: a ``self_report.SelfReport``. Payloads are written into ``body``, behind kind and number."""
        self.kind = 0
        self._band = band
        self._body = body
        self._path = path_of("a" if band.slot == "b" else "b")
        self._file = None  # the other slot's, while it is written
        self._size = _size_of(self._path)
        self._unsaved = 0
        self._steps = ()
        self._answer_size = 0

    def begin(self, request, length):
        """Do what is asked for, or begin to; return the payload's length, None if it takes longer.

        Raises Refusal, OSError.
        """
        if not length:
            raise Refusal(messages.BAD_PAYLOAD)
        what = request[PAYLOAD_AT]
        given = bytes(request[PAYLOAD_AT + 1 : PAYLOAD_AT + length])
        if what == LOOK:
            return self._look(given)
        if what == PAGE:
            return self._page(given)
        if what == PREFIX:
            return self._begin(self._hash_prefix(*_fields("<I", given)))
        if what == CONFIRM:
            return self._begin(self._confirm())
        self._require_fit()
        if what == EMPTY:
            return self._empty()
        if what == WRITE:
            return self._write(given)
        if what == COPY:
            return self._begin(self._copy(*_fields("<III", given)))
        if what == TRY:
            return self._begin(self._try(*_fields("32s", given)))
        raise Refusal(messages.BAD_PAYLOAD)

    def step(self):
        """Do a little more; return the length of what is to be sent now, None if there is nothing yet.

        Raises Refusal, OSError: then it is over.
        """
        for _ in self._steps:
            return None
        self.stop()
        return self._answer_size

    def stop(self):
        """Drop what goes on."""
        self.kind = 0
        self._steps = ()

    def close(self):
        """Drop what goes on, and see through what was written. Touches flash. Raises OSError."""
        self.stop()
        self._save()

    def _save(self):
        if self._file is not None:
            file, self._file = self._file, None
            self._band.brace()
            file.close()
            self._size = _size_of(self._path)

    def _begin(self, steps):
        self.kind = messages.SLOT
        self._steps = steps
        self._answer_size = 0

    def _tell(self, layout, *values):
        struct.pack_into(layout, self._body, PAYLOAD_AT, *values)
        return struct.calcsize(layout)

    def _look(self, given):
        band = self._band
        path = path_of(_slot(given))
        size = self._size if path == self._path else _size_of(path)
        return self._tell("<BBi", ord(band.slot), band.on_trial, size)

    def _page(self, given):
        slot, offset = _fields("<1sI", given)
        self._save()
        with open(path_of(_slot(slot)), "rb") as file:
            file.seek(offset)
            page = file.read(messages.PAYLOAD_MAX)
        self._body[PAYLOAD_AT : PAYLOAD_AT + len(page)] = page
        return len(page)

    def _hash_prefix(self, length):
        """Hash the first bytes of what is in the other slot."""
        self._save()
        digest = hashlib.sha256()
        with open(self._path, "rb") as file:
            yield from _read(file, length, digest.update)
        self._answer_size = self._tell(messages.DIGEST_FORMAT, length, digest.digest())

    def _require_fit(self):
        """Raise Refusal unless the other slot may be written to."""
        reason = messages.ON_TRIAL if self._band.on_trial else self._band.obstacle()
        if reason:
            raise Refusal(reason)
        self._band.brace()

    def _empty(self):
        self._save()
        if self._size >= 0:
            os.remove(self._path)
        self._size = -1
        return 0

    def _write(self, given):
        (offset,) = _fields("<I", given[:4])
        size = max(self._size, 0)
        if offset > size or (offset < size < offset + len(given) - 4):
            raise Refusal(messages.BEYOND_END)
        if offset == size:  # else it comes once more
            self._append(memoryview(given)[4:])
        return self._tell("<I", self._size)

    def _append(self, data):
        if self._file is None:
            self._file = open(self._path, "ab")
            self._size = max(self._size, 0)
        self._file.write(data)
        self._size += len(data)
        self._unsaved += len(data)
        if self._unsaved >= _SAVE_EVERY:
            self._unsaved = 0
            self._file.flush()

    def _copy(self, offset, start, length):
        """Append bytes of the pack that runs."""
        size = max(self._size, 0)
        if offset > size or (offset < size < offset + length):
            raise Refusal(messages.BEYOND_END)
        if offset == size:
            with open(path_of(self._band.slot), "rb") as file:
                file.seek(start)
                yield from _read(file, length, self._append_braced)
        self._answer_size = self._tell("<I", self._size)

    def _append_braced(self, data):
        self._band.brace()
        self._append(data)

    def _try(self, wanted):
        """Verify what is in the other slot, byte by byte, and have it tried at the next start."""
        self._save()
        digest = hashlib.sha256()
        with open(self._path, "rb") as file:
            start, names, count, told = _manifest(file, self._size)
            for offset, size in _places(names, count):
                file.seek(offset)
                yield from _read(file, size, digest.update)
            file.seek(start)
            yield from _read(file, len(names) + DIGEST_SIZE * count, digest.update)
        if not wanted == told == digest.digest():
            raise Refusal(messages.MISMATCH)
        self._require_fit()
        _choose(self._path[0] + _TRIAL)

    def _confirm(self):
        """Let the app that runs be the one to start, if it is well. It is when its core counts as it should."""
        band = self._band
        if not band.on_trial:
            return
        if band.blocks() < _WELL_AFTER_BLOCKS:
            raise Refusal(messages.BUSY)
        if band.faults() & _UNWELL:
            raise Refusal(messages.FAILED)
        from buzzband_fw.core import golden

        for _, expected, check in golden.VECTORS[-_WHOLE_CHAIN:]:
            gc.collect()
            band.brace()
            if check() != expected:
                raise Refusal(messages.FAILED)
            yield
        reason = band.obstacle()
        if reason:
            raise Refusal(reason)
        band.brace()
        _choose(band.slot)
        band.on_trial = False


def _size_of(path):
    """Return the size of a file, -1 without one."""
    try:
        return os.stat(path)[6]
    except OSError:
        return -1


def _slot(given):
    if given not in (b"a", b"b"):
        raise Refusal(messages.BAD_PAYLOAD)
    return given.decode()


def _fields(layout, given):
    if len(given) != struct.calcsize(layout):
        raise Refusal(messages.BAD_PAYLOAD)
    return struct.unpack(layout, given)


def _read(file, length, take):
    """Hand ``length`` bytes of a file to ``take``, a piece in each step. Raises Refusal if there are fewer."""
    piece = bytearray(min(_PIECE, length))
    while length:
        view = memoryview(piece)[: min(_PIECE, length)]
        if file.readinto(view) < len(view):
            raise Refusal(messages.BEYOND_END)
        take(view)
        length -= len(view)
        yield


def _manifest(file, size):
    """Return of a pack where its names begin, the names, how many there are, and its SHA-256. Raises Refusal."""
    if size < FOOTER_SIZE:
        raise Refusal(messages.MISMATCH)
    file.seek(size - FOOTER_SIZE)
    footer = file.read(FOOTER_SIZE)
    magic, start, names_size, count, told, crc = struct.unpack(FOOTER_FORMAT, footer)
    if magic != MAGIC or start + names_size + DIGEST_SIZE * count + FOOTER_SIZE != size:
        raise Refusal(messages.MISMATCH)
    file.seek(start)
    names = file.read(names_size)
    if binascii.crc32(footer[:-4], binascii.crc32(names)) != crc:
        raise Refusal(messages.MISMATCH)
    return start, names, count, told


def _places(names, count):
    """Yield where each module begins, and its size. Raises Refusal."""
    end = 0
    for _ in range(count):
        at = names.find(b"\0", end + 1) + 1
        end = at + PLACE_SIZE
        if not at or end > len(names):
            raise Refusal(messages.MISMATCH)
        yield struct.unpack_from(PLACE_FORMAT, names, at)


def _choose(text):
    """Say which app is to start: littlefs shows what was said before until the file is whole. Raises OSError."""
    with open(CHOICE, "w") as file:
        file.write(text)
