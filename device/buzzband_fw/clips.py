"""Clips: a few seconds of raw EMG, and how the core stood when they began. Loaded only if the settings ask for clips.

every 1.4 s    the core -> a snapshot; there are two
a reason       the oldest snapshot -> a part; the ring, from that block on, two blocks a turn -> parts
the parts      -> flash, one by one: keeper.py

So a clip begins 1.4 to 2.8 s before its reason, later where RAM is short. The ring still has that: nothing is copied
without a reason.
"""

import gc
import struct
from time import ticks_ms

from buzzband_fw.core.frozen import SIZE_MAX, Frozen
from buzzband_fw.core.portable import const, int32s, micropython
from buzzband_fw.store import records, samples

LENGTH_BLOCKS = const(320)
PARTS = const(13)  # of RAM, in all 6.2 KB: as they fill up a clip may end before its time

_PARTS_MIN = const(4)  # with less a clip is too short to tell anything
_GAPS = const(2)  # of RAM are left for what others need for a while, each large enough for a file that is open
_GAP_BYTES = const(1280)
_LEFT_BYTES = const(2048)  # and so much besides
_SNAPSHOTS = const(2)
_EVERY_BLOCKS = const(140)
_AGE_MAX_BLOCKS = const(290)  # of the 341 that the ring holds: flash may stop the turns for 400 ms
_APART_BLOCKS = const(18000)  # 3 min from one clip of a fault to the next: electrodes that come off come off often
_NONE = const(-1)
_BLOCKS_PER_TURN = const(2)
_BLOCKS_PER_PART = const(30)  # of a muscle at work
_BLOCK_RAW = const(48)  # these as in core/chain.py, core/quality.py, store/records.py: a name from elsewhere takes time
_BLOCK_SAMPLES = const(12)
_FAULTS = const(7)
_PAYLOAD = const(14)  # where that of a part begins: its record is made around it
_PART_SIZE = const(480)  # the most that a piece of flash takes
_STATE = const(14 + 7)
_STATE_END = const(480 - 4 - 5)  # beyond that a number may find no room
_BITS = const(14 + 5)
_BITS_END = const(480 - 4 - 12 * 3 - 1)  # beyond that a block may find no room


class Clips:
    """``length``: bytes of the payload of the part that ``next_part`` has returned; ``kind``: of its record."""

    def __init__(self, muscle, which):
        """``which``: the setting, but not ``never``."""
        self._muscle = muscle
        self._of_reps = which != "faults"
        self._of_faults = which != "first-rep"
        self._parts = []  # while a session goes on, and made when all else is there: they fit into small gaps
        self._lengths = int32s([0] * PARTS)
        self._snapshots = []
        self._before = int32s([_NONE] * _SNAPSHOTS)  # which block each was taken
        self._bits = samples.new_state(muscle.pipeline.chain.ring_mask())
        self._frozen = None
        self.length = self.kind = 0
        self._is_on = False
        self._reset(0)

    def begin(self, recorder, first_block):
        """Begin a session with block ``first_block`` of the muscle; ``make_room`` is to follow."""
        self._frozen = Frozen(self._muscle.pipeline)
        self._recorder = recorder
        self._first_block = first_block
        self._number = 0
        self._set = _NONE
        self._may_fault = first_block
        self._faults = 0
        self._reset(first_block)

    def make_room(self):
        """Take what RAM there is once nothing is borrowed any more. Without enough of it there are no clips."""
        if not self._parts:
            self._take_room()
            if len(self._parts) < _PARTS_MIN:
                self._recorder.fault(0, records.NO_ROOM, len(self._parts), ticks_ms())
        self._is_on = len(self._parts) >= _PARTS_MIN

    def _take_room(self):
        gc.collect()
        try:
            gaps = [bytearray(_GAP_BYTES) for _ in range(_GAPS)]  # not for parts
            self._snapshots = [int32s([0] * SIZE_MAX) for _ in range(_SNAPSHOTS)]
            gc.collect()  # what they were made from
            while len(self._parts) < PARTS and gc.mem_free() > _LEFT_BYTES:
                self._parts.append(bytearray(_PART_SIZE))
            gaps.clear()
        except MemoryError:
            pass  # what there is has to do

    def _reset(self, block):
        """Have no clip and no snapshot. The next snapshot comes after ``block``."""
        self._block = self._until = 0  # of the muscle: the next to be packed, and where the clip ends
        self._complete = self._written = 0  # parts
        self._count = 0  # samples in the part in the making
        self._forget_snapshots(block)

    def _forget_snapshots(self, block):
        self._lost = self._muscle.lost_blocks
        self._due = block
        for slot in range(_SNAPSHOTS):
            self._before[slot] = _NONE

    @micropython.native
    def step(self):
        """Do what there is to do after a block, before the cue is told of anything: look, take a snapshot, pack."""
        if not self._is_on:
            return
        muscle = self._muscle
        blocks = muscle.blocks
        if muscle.lost_blocks != self._lost:
            self._lose(blocks)
        elif blocks & 1:  # activation is noted in the other turns, and that takes time
            faults = muscle.flags() & _FAULTS
            if faults != self._faults:
                self._look(faults, blocks)
            elif blocks >= self._due and not muscle.word:
                self._take_snapshot(blocks)
        if self._until:
            self._pack(_BLOCKS_PER_TURN)

    def rep_told(self, number):
        """Take note that a rep of set ``number`` is over: of the first one of a set there is to be a clip."""
        if self._is_on and self._of_reps and number != self._set:
            self._set = number
            self._start(records.FIRST_REP)

    def waits(self):
        """Return whether a part waits for flash."""
        return self._written < self._complete

    def next_part(self):
        """Return the record of the part that is to be written next, its payload behind room for the head."""
        at = self._written
        self.length = self._lengths[at]
        self.kind = records.CLIP if at else records.CLIP_STATE
        return self._parts[at]

    def wrote(self):
        """Take note that it is written."""
        self._written += 1
        if self._written == self._complete and not self._until:
            self._written = self._complete = 0

    def finish(self):
        """Let the clip end here, for the session does."""
        self._is_on = False
        self._until = min(self._until, self._muscle.blocks)
        while self._until:
            if self._block == self._until:
                self._end_part(self._block)
            else:
                self._pack(_BLOCKS_PER_TURN)

    def abandon(self):
        """Forget the clip, and give its room back: the session is over, or lost."""
        self._is_on = False
        self._parts, self._snapshots, self._frozen = [], [], None
        self._reset(0)

    def _take_snapshot(self, blocks):
        oldest = 0
        for slot in range(1, _SNAPSHOTS):
            if self._before[slot] < self._before[oldest]:
                oldest = slot
        self._frozen.save(self._snapshots[oldest])
        self._before[oldest] = blocks
        self._due = blocks + _EVERY_BLOCKS

    def _look(self, faults, blocks):
        """See which flags are up; keep a clip of one that is new."""
        new = faults & ~self._faults
        self._faults = faults
        if new and self._of_faults and blocks >= self._may_fault and self._start(records.QUALITY):
            self._may_fault = blocks + _APART_BLOCKS

    def _start(self, why):
        """Begin a clip, unless one is still on its way or flash is short; return whether it begins."""
        if self._until or self._complete or not self._recorder.has_plenty():
            return False
        slot = self._oldest()
        if slot < 0:
            return False
        before = self._before[slot]
        if not self._keep_state(self._snapshots[slot], before - self._first_block, why):
            return False
        self._complete = 1
        self._count = 0
        samples.begin(_BITS, self._bits)
        self._block = before
        self._until = before + LENGTH_BLOCKS
        return True

    def _keep_state(self, snapshot, block, why):
        """Make the first part; return whether it holds the snapshot, as it should."""
        part = self._parts[0]
        struct.pack_into(records.CLIP_STATE_FORMAT, part, _PAYLOAD, self._number & 0xFFFF, block, why)
        end = samples.put_numbers(snapshot, self._frozen.size, part, _STATE, _STATE_END)
        self._lengths[0] = end - _PAYLOAD
        return end <= _STATE_END

    def _oldest(self):
        """Return the oldest snapshot from which on the ring holds all, and RAM all up to now; -1 without one."""
        found = _NONE
        age_max = min(_AGE_MAX_BLOCKS, _BLOCKS_PER_PART * (len(self._parts) - 1))
        least = max(self._muscle.blocks - age_max, 0)
        for slot in range(_SNAPSHOTS):
            before = self._before[slot]
            if before >= least and (found < 0 or before < self._before[found]):
                found = slot
        return found

    def _pack(self, count):
        """Pack so many blocks, as far as there are any."""
        muscle = self._muscle
        block = self._block
        if not muscle.still_holds(block * _BLOCK_RAW):
            self._lose(muscle.blocks)
            return
        end = min(block + count, muscle.blocks, self._until)
        while block < end and self._until:
            part = self._parts[self._complete]
            samples.put(muscle.ring, block * _BLOCK_RAW, _BLOCK_SAMPLES, part, self._bits)
            self._count += _BLOCK_SAMPLES
            block += 1
            if block == self._until or self._bits[0] > _BITS_END:
                self._end_part(block)
        self._block = block

    def _end_part(self, block):
        """End a part, and with it the clip if that is over or this was the last room."""
        at = self._complete
        part = self._parts[at]
        last = block == self._until or at == len(self._parts) - 1
        self._lengths[at] = samples.end(part, self._bits) - _PAYLOAD
        index = at - 1 | (records.CLIP_LAST if last else 0)
        struct.pack_into(records.CLIP_FORMAT, part, _PAYLOAD, self._number & 0xFFFF, index, self._count)
        self._complete = at + 1
        self._count = 0
        samples.begin(_BITS, self._bits)
        if last:
            self._until = 0
            self._number += 1

    def _lose(self, blocks):
        """Samples are lost, and with them the clip that was to hold them, and what was to come after a snapshot."""
        if not self._until:
            self._forget_snapshots(blocks)
            return
        if self._written:
            self._number += 1  # what of it is in flash already is no clip, and no part of the next
        self._reset(blocks)
