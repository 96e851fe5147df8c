"""The keeper: chooses the moments at which flash is written. A write stops the processor, an erase for 45 ms or more.

records -> a piece       when no word can be due for a while: just after one, or with the muscle far from the target;
                         after 4 s at once
clips -> pieces          when no word can be due for a while, and no records wait
pieces -> session file   between sets, a step at a time
what a host told         likewise
"""

import gc
from time import ticks_diff, ticks_ms

from buzzband_fw.core.portable import const, micropython
from buzzband_fw.link import messages
from buzzband_fw.store import records
from buzzband_fw.store.recorder import NO_SPACE

_COMMIT_MS = const(3000)  # of activation, at a clear moment
_EARLY_MS = const(1000)  # likewise in a set, when an erase is near: it had better come now than in a hold
_OVERDUE_MS = const(4000)  # at any moment but in a word: with that and a commit, a power cut costs 5 s at most
_ERASE_NEAR = const(3)  # commits without one: every fifth or so has one
_ERASE_MS = const(25)  # what takes longer had an erase in it: others take 10
_LATE_MS = const(20)  # blocks are being caught up with: one stall after the other would be too much for the ring
_WELL_CLEAR_MS = const(100)
_MERGE_AT = const(10)  # pieces, between sets: 40 s of them
_MERGE_SOON = const(24)  # where there is no rest
_FILES_A_SWEEP = const(8)  # each leaves 1.2 KB behind; to sweep up takes 20 ms


class Keeper:
    """Writes what waits, whenever it may. ``boot``: the number of this power-on or reset, 0 if nobody has counted yet.

    ``mark``: the last time that a host has told: (boot, t_ms, utc_ms), or None.
    """

    def __init__(self, band, brace):
        """``brace``: is called before flash is written, the motor standing."""
        self.boot = 0
        self.mark = None
        self._waiting = False  # the mark, for flash
        self._band = band
        self._recorder = band.recorder
        self._clips = band.clips
        self._brace = brace
        self._unswept = 0  # files
        self._sweep_at = _FILES_A_SWEEP if band.clips is None else 1  # clips leave no room for more
        self._unerased = 0  # commits since an erase

    def count_boot(self):
        """Count this boot, and recall what a host has told in those before. Touches flash."""
        from buzzband_fw.store import boots

        self._brace()
        self.boot, self.mark = boots.count()

    def note_time(self, utc_ms, t_ms):
        """Keep what a host has told: ``utc_ms`` since 1970 when the clock was at ``t_ms``."""
        self.mark = (self.boot, t_ms, utc_ms)
        self._waiting = True

    @micropython.native
    def step(self):
        """Write something, if anything waits and this is a moment for it: no word possible, the motor silent."""
        recorder = self._recorder
        is_on = recorder.session_id is not None
        if not (self._waiting or (self._may_wait(recorder) if is_on else recorder.pieces is not None)):
            return
        band = self._band
        if band.is_speaking() or band.muscle.late_ms() > _LATE_MS:
            return
        clear_ms = band.muscle.clear_ms()
        if is_on and self._is_due(clear_ms):
            self.commit(clear_ms)
        elif is_on and clear_ms >= _WELL_CLEAR_MS and self._has_part() and recorder.is_flushed():
            self.keep_part()
        elif self._may_tidy(clear_ms):
            self.tidy()

    def commit(self, clear_ms=0):
        """Write what is pending now. ``clear_ms``: for how long no word can be due."""
        self._write(self._commit, clear_ms)

    def keep_part(self, clear_ms=_WELL_CLEAR_MS):
        """Write a part of a clip."""
        self._write(self._keep_part, clear_ms)

    def finish_clip(self):
        """Write what is left of a clip, for the session ends."""
        if self._clips is not None:
            self._clips.finish()
            while self._clips.waits() and self._recorder.session_id is not None:
                self.keep_part()
            self._clips.abandon()

    def _forget_clip(self):
        if self._clips is not None:
            self._clips.abandon()

    def _has_part(self):
        return self._clips is not None and self._clips.waits()

    def _write(self, write, clear_ms):
        self._brace()
        begun_ms = ticks_ms()
        self._band.frames.cover()
        try:
            write(begun_ms)
        except OSError as error:
            self.lose(error)
        self._band.frames.uncover()
        self._unerased = 0 if ticks_diff(ticks_ms(), begun_ms) > _ERASE_MS else self._unerased + 1
        self._sweep(clear_ms)

    def _commit(self, t_ms):
        if not self._recorder.commit(t_ms):
            self._band.faults |= messages.FLASH_FULL
            self._recorder.close(self._band.recorded, records.BY_FULL_FLASH, ticks_ms())
            self._forget_clip()

    def _keep_part(self, t_ms):
        clips = self._clips
        part = clips.next_part()
        self._recorder.keep_alone(clips.kind, part, clips.length, t_ms)
        clips.wrote()

    def sweep_soon(self):
        """Sweep up with the next file of a clear moment: a host has left things behind where frames want to lie."""
        self._unswept = _FILES_A_SWEEP

    def finish(self):
        """Merge what is left of the last session. Touches flash."""
        while self._merge():
            pass

    def lose(self, error):
        """Flash has failed: the band goes on without a record."""
        self._recorder.abandon()
        self._forget_clip()
        self._band.faults |= messages.FLASH_FULL if error.args[0] == NO_SPACE else messages.RECORDER_FAILED

    @micropython.native
    def _may_wait(self, recorder):
        """Return whether anything of the session might be due: mostly not, and to look for the moment takes 0.2 ms."""
        if self._clips is not None or recorder.is_half_full():
            return True
        pieces = recorder.pieces
        if recorder.waiting_ms() >= (_EARLY_MS if self._unerased >= _ERASE_NEAR else _COMMIT_MS) or pieces.merging:
            return True
        return pieces.waiting() >= _MERGE_AT

    def _is_due(self, clear_ms):
        """Return whether what is pending is to be written now."""
        recorder = self._recorder
        waiting_ms = recorder.waiting_ms()
        if waiting_ms >= _OVERDUE_MS or recorder.is_half_full():
            return True
        is_early = self._unerased >= _ERASE_NEAR and self._band.muscle.cue.mode.in_set
        return waiting_ms >= (_EARLY_MS if is_early else _COMMIT_MS) and clear_ms >= _WELL_CLEAR_MS

    def _may_tidy(self, clear_ms):
        """Return whether this is a moment for what can wait, if anything does."""
        band = self._band
        if not band.is_on():
            return not band.feels()
        pieces = self._recorder.pieces
        waiting = 0 if pieces is None else pieces.waiting()
        if band.muscle.cue.mode.in_set:
            return clear_ms >= _WELL_CLEAR_MS and (waiting >= _MERGE_SOON or (waiting and pieces.merging))
        return clear_ms > 0 and (self._waiting or waiting >= _MERGE_AT or (waiting and pieces.merging))

    def tidy(self, clear_ms=_WELL_CLEAR_MS):
        """Do a step of what can wait."""
        if self._waiting:
            self._save_mark()
        else:
            self._merge()
        self._sweep(clear_ms)

    def _merge(self):
        self._brace()
        self._band.frames.cover()
        try:
            return self._recorder.merge()
        except OSError as error:
            self.lose(error)
        finally:
            self._band.frames.uncover()
        return False

    def _save_mark(self):
        from buzzband_fw.store import boots

        self._waiting = False
        self._brace()
        self._band.frames.cover()
        try:
            boots.save(self.boot, self.mark)
        except OSError:
            pass  # the band knows it, until the battery is empty
        self._band.frames.uncover()

    def _sweep(self, clear_ms):
        """Let go of what files leave behind, from time to time, when there is some."""
        self._unswept += 1
        if self._unswept >= self._sweep_at + (0 if clear_ms >= _WELL_CLEAR_MS else _FILES_A_SWEEP):
            self._unswept = 0
            gc.collect()
