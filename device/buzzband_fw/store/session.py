"""Sessions: one append-only file of records each. What is not in flash yet waits in RAM until the app commits it."""

import hashlib
import os
import struct

from buzzband_fw.core.motion import STEP_BLOCKS, STEP_MS
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.store import records

FOLDER = "log"
SUFFIX = ".bbl"
_ID_SIZE = const(8)
_RESERVE = const(32768)  # bytes of flash that stay free
_COMMIT_MS = const(3000)
_OVERDUE_MS = const(4500)  # with what a commit takes, a power cut costs 5 s at most
NO_SPACE = const(28)  # ENOSPC

PENDING = const(3072)  # bytes that a Recorder needs

_PENDING = const(3072)
_HALF = const(1536)
_HEADER_SIZE = const(14)  # these three as in store/records.py: a name from elsewhere takes time
_FLAGS_SHIFT = const(12)
_PERMILLE_MASK = const(0xFFF)
_VALUE_MS = const(20)
_VALUES = const(100)  # activations in a record: 2 s
_RECORD_MAX = const(208)  # bytes from a record's payload to its end
_SHORT_MAX = const(48)
_DEGREES = const(25)  # in a record: 2 s
_SHOWN_STEPS = const(4)
_U16_MAX = const(65535)
_ANSWER_MAX = const(254)
_TICKS_MASK = const(0x3FFFFFFF)


def new_id(salt):
    """Return 8 bytes that no session in flash has. ``salt``: bytes that differ from band to band and from time to time.

    The chip's random numbers come from a ring oscillator that nobody vouches for, so they are not alone.
    """
    while True:
        salt = hashlib.sha256(os.urandom(_ID_SIZE) + salt).digest()
        if size_of(salt[:_ID_SIZE]) < 0:
            return salt[:_ID_SIZE]


def path_of(session_id):
    """Return the path of the file of a session. ``session_id``: 8 bytes."""
    return FOLDER + "/" + session_id.hex() + SUFFIX


def listing():
    """Return the ids of all sessions in flash in order, 16 hexadecimal digits each."""
    try:
        names = os.listdir(FOLDER)
    except OSError:
        return []
    return sorted([name[:16] for name in names if len(name) == 20 and name.endswith(SUFFIX)])


def size_of(session_id):
    """Return the size of a session's file, -1 without one. ``session_id``: 8 bytes."""
    try:
        return os.stat(path_of(session_id))[6]
    except OSError:
        return -1


def remove(session_id):
    """Remove a session's file. ``session_id``: 8 bytes. Raises OSError."""
    os.remove(path_of(session_id))


def free_bytes():
    """Return how much of the flash is free."""
    found = os.statvfs(".")
    return found[0] * found[3]


def _block(step, first_step):
    """Return with which block of the session a step of the core begins."""
    return max(step - first_step, 0) * STEP_BLOCKS


class Recorder:
    """Records one session after the other. ``open``, ``commit`` and ``close`` touch flash; the rest allocates nothing.

    ``session_id``: that of the running session, or None. ``committed``: the bytes of it that no power cut can take.
    ``free_bytes``: of flash, when the last session ended or began.
    """

    def __init__(self, pending):
        """``pending``: room for PENDING bytes."""
        self.session_id = None
        self.committed = 0
        self.free_bytes = free_bytes()
        self._file = None
        self._framer = None
        self._room = 0
        self._pending = pending
        self._end = 0  # of the complete records in _pending; the next one is made right there
        self._values = 0
        self._waiting_ms = 0  # of the complete records
        self._degrees = bytearray(_DEGREES)
        self._shown = 0  # of them
        self._shown_from = 0

    def open(self, session_id, header, t_ms):
        """Begin a session. ``header``: JSON as bytes. Raises OSError; then it is to be abandoned."""
        self.committed = self._end = self._values = self._waiting_ms = self._shown = 0
        self.free_bytes = free_bytes()
        room = self.free_bytes - _RESERVE
        if room < _PENDING:
            raise OSError(NO_SPACE)
        if FOLDER not in os.listdir():
            os.mkdir(FOLDER)
        self._framer = records.Framer(session_id)
        self._room = room
        self._pending[records.HEADER_SIZE : records.HEADER_SIZE + len(header)] = header
        self._seal(records.HEADER, len(header), t_ms)
        self._file = open(path_of(session_id), "wb")
        self.session_id = session_id
        self.commit(t_ms)

    def is_open(self, session_id):
        """Return whether a session goes on. ``session_id``: 8 bytes."""
        return session_id == self.session_id

    @micropython.native
    def activation(self, block, permille, flags, t_ms):
        """Note the activation after ``block``, one of every second; what is noted must be of blocks in a row."""
        pending = self._pending
        at = self._end + _HEADER_SIZE
        if at + _RECORD_MAX > _PENDING:
            return  # the gap in the blocks says so
        values = self._values
        if not values:
            struct.pack_into("<I", pending, at, block)
        at += 4 + 2 * values
        value = permille & _PERMILLE_MASK | flags << _FLAGS_SHIFT
        pending[at] = value & 255
        pending[at + 1] = value >> 8
        self._values = values = values + 1
        if values == _VALUES:
            self._end_activation(t_ms)

    def cue(self, block, word, t_ms):
        """Note that a word was said after ``block``."""
        if self._has_room(t_ms):
            struct.pack_into("<IB", self._pending, self._end + records.HEADER_SIZE, block, word)
            self._seal(records.CUE, 5, t_ms)

    def fault(self, block, code, value, t_ms):
        """Note what went wrong, before ``block``."""
        if self._has_room(t_ms):
            struct.pack_into("<IBI", self._pending, self._end + records.HEADER_SIZE, block, code, value)
            self._seal(records.FAULT, 9, t_ms)

    def answer(self, number, felt, actual, t_ms):
        """Note how many reps of set ``number`` the wearer felt to be on target, and how many were."""
        if self._has_room(t_ms):
            at = self._end + records.HEADER_SIZE
            struct.pack_into("<HBB", self._pending, at, number & _U16_MAX, felt, min(actual, _ANSWER_MAX))
            self._seal(records.ANSWER, 4, t_ms)

    def crossings(self, block, rate_hz, t_ms):
        """Note the zero-crossing rate of the rep that was over by ``block``."""
        if self._has_room(t_ms):
            struct.pack_into("<IH", self._pending, self._end + records.HEADER_SIZE, block, min(rate_hz, _U16_MAX))
            self._seal(records.CROSSINGS, 6, t_ms)

    def mark(self, block, t_ms):
        """Note that the wearer has marked this moment."""
        if self._has_room(t_ms):
            struct.pack_into("<I", self._pending, self._end + records.HEADER_SIZE, block)
            self._seal(records.MARK, 4, t_ms)

    @micropython.native
    def movement(self, step, degrees, t_ms):
        """Note how far the limb is from its pose of rest after so many steps of the session, four more each time."""
        if self._shown and step != self._shown_from + _SHOWN_STEPS * self._shown:
            self._end_movement(t_ms)  # an overrun has taken some
        if not self._shown:
            self._shown_from = step
        self._degrees[self._shown] = degrees
        self._shown += 1
        if self._shown == _DEGREES:
            self._end_movement(t_ms)

    def rep(self, number, rep, first_step, t_ms):
        """Note a rep of set ``number``. ``rep``: of core/tempo.py. ``first_step``: of the session."""
        if self._has_room(t_ms):
            struct.pack_into(
                records.REP_FORMAT,
                self._pending,
                self._end + records.HEADER_SIZE,
                number & _U16_MAX,
                rep.number & _U16_MAX,
                rep.revision,
                rep.source,
                rep.flags,
                _block(rep.start, first_step),
                min(rep.concentric_ms, _U16_MAX),
                min(rep.hold_ms, _U16_MAX),
                min(rep.eccentric_ms, _U16_MAX),
                rep.peak,
                rep.concentric,
                rep.eccentric,
            )
            self._seal(records.REP, records.REP_SIZE, t_ms)

    def hold(self, hold, first_step, t_ms):
        """Note a hold. ``hold``: of core/hold.py."""
        if self._has_room(t_ms):
            start = _block(hold.start, first_step)
            at = self._end + records.HEADER_SIZE
            struct.pack_into(records.HOLD_FORMAT, self._pending, at, start, hold.steps * STEP_MS, hold.permille)
            self._seal(records.HOLD, records.HOLD_SIZE, t_ms)

    def set(self, sets, first_step, t_ms):
        """Note the end of a set. ``sets``: of core/sets.py."""
        if self._has_room(t_ms):
            struct.pack_into(
                records.SET_FORMAT,
                self._pending,
                self._end + records.HEADER_SIZE,
                sets.number & _U16_MAX,
                sets.revision,
                sets.source,
                sets.exercise.pace,
                min(sets.count, _U16_MAX),
                _block(sets.start, first_step),
                _block(sets.end, first_step),
                min(sets.cycle_ms, _U16_MAX),
            )
            self._seal(records.SET, records.SET_SIZE, t_ms)

    @micropython.native
    def due(self):
        """Return how urgent a commit is: 0 not at all, 1 at a good moment, 2 at a fair one, 3 before RAM runs out."""
        if self._end > _HALF:
            return 3
        waiting_ms = self._waiting_ms + self._values * _VALUE_MS
        if waiting_ms >= _OVERDUE_MS:
            return 2
        return 1 if waiting_ms >= _COMMIT_MS else 0

    def commit(self, t_ms):
        """Write what is pending to flash and see it through: a call of 45 ms, sometimes of 150, at worst of 1.3 s.

        Returns False if there is no room for it; then the session is to be closed. Raises OSError.
        """
        if self._values:
            self._end_activation(t_ms)
        if self._shown:
            self._end_movement(t_ms)
        if self.committed + self._end > self._room:
            return False
        self._write()
        return True

    def close(self, blocks, reason, t_ms):
        """End the session: what is pending, the last record, and the file. Raises OSError."""
        if self._shown:
            self._end_movement(t_ms)
        if self._has_room(t_ms):
            struct.pack_into("<IB", self._pending, self._end + records.HEADER_SIZE, blocks, reason)
            self._seal(records.END, 5, t_ms)
        self._write()  # the reserve has room for it
        self._file.close()
        self.abandon()

    def abandon(self):
        """Give up the session where it stands: what has been committed stays."""
        self.free_bytes -= self.committed
        self._file = self._framer = self.session_id = None

    def _write(self):
        self._file.write(self._pending, self._end)
        self._file.flush()
        self.committed += self._end
        self._end = self._waiting_ms = 0

    def _has_room(self, t_ms):
        """Finish an activation in the making, so that records follow in order; return whether a short record fits."""
        if self._values:
            self._end_activation(t_ms)
        return self._end + _SHORT_MAX <= _PENDING

    @micropython.native
    def _end_movement(self, t_ms):
        """Turn what has been kept apart of the movement into a record."""
        count = self._shown
        if self._has_room(t_ms):
            pending = self._pending
            degrees = self._degrees
            at = self._end + _HEADER_SIZE
            struct.pack_into("<I", pending, at, self._shown_from * STEP_BLOCKS - 1)
            at += 4
            for i in range(count):
                pending[at + i] = degrees[i]
            self._seal(records.MOVEMENT, 4 + count, t_ms)
        self._shown = 0

    def _end_activation(self, t_ms):
        length = 4 + 2 * self._values
        self._waiting_ms += self._values * _VALUE_MS
        self._values = 0
        self._seal(records.ACTIVATION, length, t_ms)

    @micropython.native
    def _seal(self, kind, length, t_ms):
        self._end = self._framer.seal(self._pending, self._end, kind, length, t_ms & _TICKS_MASK)
