"""The recorder: turns what is told of a session into records. What is not in flash yet waits in RAM until the app
commits it.
"""

import struct

from buzzband_fw.core.motion import STEP_BLOCKS, STEP_MS
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.store import records, session

_RESERVE = const(32768)  # bytes of flash that stay free
_PLENTY = const(131072)  # more than an hour
NO_SPACE = const(28)  # ENOSPC

_PENDING = const(1280)
_HALF = const(640)
_PIECE_MAX = const(480)
_HEADER_SIZE = const(14)  # these as in store/records.py: a name from elsewhere takes time
_OVERHEAD = const(18)
_ROUNDING = const(2)
_UNIT = const(4)
_UNIT_SHIFT = const(2)
_LEVEL_MAX = const(1023)
_FLAGS_SHIFT = const(12)
_RESTING = const(8)  # this and _UNIT as in store/records.py
_COUNT = const(0)  # these three as in store/series.py
_LAST = const(4)
_NO_PART = const(2)
_VALUE_MS = const(20)
_VALUES = const(250)  # activations in a record: 5 s, but a commit ends it sooner
_VALUES_SIZE = const(200)  # bytes: 4 s of a muscle at work take 120
_DEGREES = const(250)  # in a record: 20 s
_DEGREES_SIZE = const(128)
_SHORT_MAX = const(48)
_SHOWN_STEP = const(2)  # blocks
_U8_MAX = const(255)
_U16_MAX = const(65535)
_ANSWER_MAX = const(254)
_TICKS_MASK = const(0x3FFFFFFF)


def _block(step, first_step):
    """Return with which block of the session a step of the core begins."""
    return max(step - first_step, 0) * STEP_BLOCKS


class Recorder:
    """Records one session after the other. ``open``, ``commit``, ``close`` and ``merge`` touch flash.

    What else it does allocates nothing. ``session_id``: that of the running session, or None. ``committed``: the bytes
    of its file that no power cut can take; what is not merged yet comes on top. ``pieces``: of the session, or of the
    last one until they are merged, or None. ``free_bytes``: of flash, when it was looked at last.
    """

    def __init__(self):
        self.session_id = None
        self.committed = 0
        self.free_bytes = 0
        self.pieces = None
        self._framer = None
        self._room = 0
        self._pending = bytearray(_PENDING)
        self._told = bytearray(records.TOLD_SIZE)
        self._end = 0  # of the complete records in _pending; the next one is made right there
        self._waiting_ms = 0  # of the activations in them
        self._activation = self._degrees = self._put = self._move = None

    def look(self):
        """See how much of flash is free."""
        self.free_bytes = session.free_bytes()

    def open(self, session_id, header, t_ms):
        """Begin a session. ``header``: JSON as bytes. Raises OSError; then it is to be abandoned."""
        while self.merge():
            pass
        self._make_ready()
        self.look()
        room = self.free_bytes - _RESERVE
        if room < _PENDING:
            raise OSError(NO_SPACE)
        self._framer = records.Framer(session_id)
        self._room = room - len(header) - _OVERHEAD
        self._pending[_HEADER_SIZE : _HEADER_SIZE + len(header)] = header
        self._seal(records.HEADER, len(header), t_ms)
        self.pieces = session.Pieces(session_id)
        self.pieces.begin(self._pending, self._end)
        self.committed = self._end
        self._drop(self._end)
        self.session_id = session_id

    @micropython.native
    def activation(self, block, permille, flags, t_ms):
        """Note the activation after ``block``, one of every second."""
        values = self._activation
        value = permille + _ROUNDING >> _UNIT_SHIFT
        if value < _RESTING:
            last = values.state[_LAST]
            if last < _RESTING and -_UNIT <= permille - last * _UNIT <= _UNIT:
                value = last  # or noise would write itself down at rest
        elif value > _LEVEL_MAX:
            value = _LEVEL_MAX
        value |= flags << _FLAGS_SHIFT
        found = self._put(value, block, values.buffer, values.state)
        if found:
            self._end_series(records.ACTIVATION, values, t_ms)
            if found == _NO_PART:  # the first, or an overrun has taken some
                values.begin(block, value)

    def movement(self, step, degrees, t_ms):
        """Note how far the limb is from its pose of rest after so many steps of the session, four more each time."""
        block = step * _SHOWN_STEP - 1
        values = self._degrees
        found = self._put(degrees, block, values.buffer, values.state)
        if found:
            self._end_series(records.MOVEMENT, values, t_ms)
            if found == _NO_PART:
                values.begin(block, degrees)

    def cue(self, block, word, t_ms):
        """Note that a word was said after ``block``."""
        if self._has_room():
            struct.pack_into("<IB", self._pending, self._end + _HEADER_SIZE, block, word)
            self._seal(records.CUE, 5, t_ms)

    def fault(self, block, code, value, t_ms):
        """Note what went wrong, before ``block``."""
        if self._has_room():
            struct.pack_into("<IBI", self._pending, self._end + _HEADER_SIZE, block, code, value)
            self._seal(records.FAULT, 9, t_ms)

    def answer(self, number, felt, actual, t_ms):
        """Note how many reps of set ``number`` the wearer felt to be on target, and how many were."""
        if self._has_room():
            at = self._end + _HEADER_SIZE
            struct.pack_into("<HBB", self._pending, at, number & _U16_MAX, felt, min(actual, _ANSWER_MAX))
            self._seal(records.ANSWER, 4, t_ms)

    def crossings(self, block, rate_hz, t_ms):
        """Note the zero-crossing rate of the rep that was over by ``block``."""
        if self._has_room():
            struct.pack_into("<IH", self._pending, self._end + _HEADER_SIZE, block, min(rate_hz, _U16_MAX))
            self._seal(records.CROSSINGS, 6, t_ms)

    def mark(self, block, t_ms):
        """Note that the wearer has marked this moment."""
        if self._has_room():
            struct.pack_into("<I", self._pending, self._end + _HEADER_SIZE, block)
            self._seal(records.MARK, 4, t_ms)

    def time(self, block, utc_ms, round_trip_ms, t_ms):
        """Note that a host has told the time: ``utc_ms`` since 1970, which took ``round_trip_ms``."""
        if self._has_room():
            at = self._end + _HEADER_SIZE
            struct.pack_into("<IQH", self._pending, at, block, utc_ms, min(round_trip_ms, _U16_MAX))
            self._seal(records.TIME, 14, t_ms)

    def told(self, block, ahead, marks):
        """Say of the top, rep or set that is noted next after which block, and how many after the end of its step,
        the cue was told. ``marks``: those of store/records.py.
        """
        struct.pack_into(records.TOLD_FORMAT, self._told, 0, block, min(ahead, _U8_MAX), marks)

    def top(self, top, t_ms):
        """Note that a rep has reached its top. ``top``: of core/top.py."""
        if self._has_room():
            at = self._end + _HEADER_SIZE
            ago_ms = min(top.ago_ms, _U16_MAX)
            number = top.number & _U16_MAX
            struct.pack_into(records.TOP_FORMAT, self._pending, at, number, ago_ms, top.peak, top.lift_peak)
            self._seal_told(records.TOP, records.TOP_SIZE, t_ms)

    def rep(self, number, rep, first_step, t_ms):
        """Note a rep of set ``number``. ``rep``: of core/tempo.py. ``first_step``: of the session."""
        if self._has_room():
            struct.pack_into(
                records.REP_FORMAT,
                self._pending,
                self._end + _HEADER_SIZE,
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
            self._seal_told(records.REP, records.REP_SIZE, t_ms)

    def hold(self, hold, first_step, t_ms):
        """Note a hold. ``hold``: of core/hold.py."""
        if self._has_room():
            start = _block(hold.start, first_step)
            at = self._end + _HEADER_SIZE
            struct.pack_into(records.HOLD_FORMAT, self._pending, at, start, hold.steps * STEP_MS, hold.permille)
            self._seal(records.HOLD, records.HOLD_SIZE, t_ms)

    def set(self, sets, silent, first_step, t_ms):
        """Note the end of a set. ``sets``: of core/sets.py. ``silent``: whether the band was to keep silent in it."""
        if self._has_room():
            struct.pack_into(
                records.SET_FORMAT,
                self._pending,
                self._end + _HEADER_SIZE,
                sets.number & _U16_MAX,
                sets.revision,
                sets.source,
                sets.exercise.pace | (records.SILENT if silent else 0),
                min(sets.count, _U16_MAX),
                _block(sets.start, first_step),
                _block(sets.end, first_step),
                min(sets.cycle_ms, _U16_MAX),
            )
            self._seal_told(records.SET, records.SET_SIZE, t_ms)

    @micropython.native
    def waiting_ms(self):
        """Return of how many milliseconds the activation is not in flash."""
        return self._waiting_ms + self._activation.state[_COUNT] * _VALUE_MS

    def is_half_full(self):
        """Return whether records are to be committed before RAM runs out."""
        return self._end > _HALF

    def commit(self, t_ms):
        """Write what is pending to flash, or as much of it as one piece takes: a call of 10 ms, or 50 with an erase.

        Returns False if there is no room for it; then the session is to be closed. Raises OSError.
        """
        if self._end + _OVERHEAD + self._activation.size() <= _PIECE_MAX:
            self._end_series(records.ACTIVATION, self._activation, t_ms)
        if self._room < self._end:
            return False
        self._keep()
        return True

    def has_plenty(self):
        """Return whether flash has room for what sessions can do without."""
        return self._room >= _PLENTY

    def is_flushed(self):
        """Return whether no record waits for a piece: then what is kept alone stands where its number says."""
        return not self._end

    def keep_alone(self, kind, buffer, length, t_ms):
        """Write a record of its own piece. Its payload of ``length`` bytes, 462 at most, stands in ``buffer`` where it
        does in a record. Raises OSError.
        """
        end = self._framer.seal(buffer, 0, kind, length, t_ms & _TICKS_MASK)
        self.pieces.keep(buffer, end)
        self._room -= end

    def close(self, blocks, reason, t_ms):
        """End the session: what is pending, and the last record. Raises OSError."""
        self._end_series(records.ACTIVATION, self._activation, t_ms)
        self._end_series(records.MOVEMENT, self._degrees, t_ms)
        while self._end > _PENDING - _SHORT_MAX:
            self._keep()
        at = self._end + _HEADER_SIZE
        struct.pack_into("<IBH", self._pending, at, blocks, reason, min(self.pieces.commits, _U16_MAX))
        self._seal(records.END, 7, t_ms)
        while self._end:
            self._keep()  # the reserve has room for it
        self.session_id = None

    def abandon(self):
        """Give up the session where it stands: what has been committed stays, and is merged at the next power-on."""
        self._framer = self.pieces = self.session_id = None

    def merge(self):
        """Get on with merging by one step, of up to 180 ms; return whether there is another. Raises OSError."""
        pieces = self.pieces
        if pieces is None:
            return False
        more = pieces.merge()
        self.committed = pieces.committed
        if not more and self.session_id is None:
            self.pieces = None
            self.look()
        return more

    def holds(self, session_id):
        """Return whether a session is going on, or not merged yet. ``session_id``: 8 bytes."""
        pieces = self.pieces
        return pieces is not None and pieces.session_id == session_id

    def _make_ready(self):
        """Have the makers of series, which are loaded with the first session, empty."""
        from buzzband_fw.store import series

        if self._activation is None:
            self._activation = series.Series(records.ACTIVATION_STEP_BLOCKS, _VALUES, _VALUES_SIZE)
            self._degrees = series.Series(records.MOVEMENT_STEP_BLOCKS, _DEGREES, _DEGREES_SIZE)
            self._put = series.put
            self._move = series.move
        self._activation.finish()
        self._activation.state[_LAST] = 0
        self._degrees.finish()
        self._end = self._waiting_ms = 0

    def _keep(self):
        """Make a piece of as many of the records as fit one."""
        end = self._piece_end()
        self.pieces.keep(self._pending, end)
        self._room -= end
        self._drop(end)

    def _piece_end(self):
        """Return where the last of the records ends that fit a piece."""
        pending = self._pending
        end = 0
        while end < self._end:
            size = _OVERHEAD + pending[end + 4] + (pending[end + 5] << 8)
            if end + size > _PIECE_MAX:
                break
            end += size
        return end

    def _drop(self, end):
        """Forget the records up to ``end``."""
        self._move(self._pending, end, self._pending, 0, self._end - end)
        self._end -= end
        if not self._end:
            self._waiting_ms = 0

    def _has_room(self):
        """Return whether a short record fits."""
        return self._end + _SHORT_MAX <= _PENDING

    def _end_series(self, kind, values, t_ms):
        """Turn a series, if there is one, into a record. Without room it is lost: the gap in the blocks says so."""
        count = values.state[_COUNT]
        if not count:
            return
        if kind == records.ACTIVATION:
            self._waiting_ms += count * _VALUE_MS
        length = values.finish()
        at = self._end + _HEADER_SIZE
        if at + length + _OVERHEAD <= _PENDING:
            self._move(values.buffer, 0, self._pending, at, length)
            self._seal(kind, length, t_ms)

    def _seal_told(self, kind, length, t_ms):
        self._move(self._told, 0, self._pending, self._end + _HEADER_SIZE + length, records.TOLD_SIZE)
        self._seal(kind, length + records.TOLD_SIZE, t_ms)

    def _seal(self, kind, length, t_ms):
        self._end = self._framer.seal(self._pending, self._end, kind, length, t_ms & _TICKS_MASK)
