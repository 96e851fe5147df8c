"""Lifts: the reps, holds and sets that the movement leads to, told to the cue and kept in the session."""

from time import ticks_ms

from buzzband_fw.core.portable import const
from buzzband_fw.core.sets import CONFIRMED, HOLD, NOTHING, REP, SET
from buzzband_fw.store import records

_REPS_MASK = const(63)


class Lifts:
    """``event``: of core/sets.py, the last; whoever reads it puts it back to NOTHING. ``told``: reps since power-on.

    ``asks``: whether a set has just ended of which the wearer is to say how many reps were on target.
    """

    def __init__(self, band):
        self._band = band
        self.event = NOTHING
        self.told = 0
        self.asks = False
        self._is_told = False  # the cue, of the movement's event, which is not noted yet
        self._hits = bytearray(_REPS_MASK + 1)  # reps of the set that were on target
        self._target_permille = 0  # of the session, and whether it asks: settings may change while it goes on
        self._may_ask = False
        self._last_set = self._last_hits = 0  # its number, and the reps of it that were on target

    def feel(self):
        """Begin anew, for muscle and movement are felt from now on."""
        self.event = NOTHING
        self._is_told = False

    def begin(self, settings):
        """Go by ``settings`` for a session."""
        self._target_permille = settings.target_permille
        self._may_ask = settings.ask_felt
        self.asks = False

    def note(self):
        """Do one thing that the last step of the movement has led to: tell the cue of an event, or note something."""
        band = self._band
        movement = band.movement
        event = movement.event
        if event and not self._is_told:
            self._tell(event)
        elif event:
            movement.event = NOTHING
            self._is_told = False
            if band.is_on():
                self._note_event(event)
        else:
            movement.shown = False
            if band.recorder.session_id is not None:
                band.recorder.movement(movement.session_steps(), movement.sets.degrees, ticks_ms())
                self._note_crossings()

    def finish(self):
        """Note the set that the end of the session ends, as long as flash takes it."""
        band = self._band
        movement, recorder = band.movement, band.recorder
        while movement.event or movement.shown:
            self.note()
        sets = movement.sets
        sets.finish()
        recorder.told(band.recorded, 0, 0)  # after the last block: there is no cue any more
        while not sets.finished() and recorder.session_id is not None:
            self._note_event(sets.work())
            if recorder.is_half_full():
                band.keeper.commit()

    def note_answer(self, answer):
        """Note how many reps of the last set the wearer felt to be on target."""
        recorder = self._band.recorder
        if recorder.session_id is not None:
            recorder.answer(self._last_set, answer, self._last_hits, ticks_ms())

    def _tell(self, event):
        """Tell the cue of an event; it is noted next, in a turn of its own."""
        self._is_told = True
        self.event = event
        band = self._band
        movement, recorder = band.movement, band.recorder
        over = band.felt_blocks()
        ahead = over - 2 * movement.session_steps()
        band.muscle.cue.told(event, movement.sets, ahead)
        if recorder.session_id is not None:
            sets = movement.sets
            marks = records.MUSCLE_TOLD if sets.reps.muscle_told else 0
            recorder.told(over - 1, ahead, marks | (records.ALIKE if event != SET and sets.alike() else 0))

    def _note_crossings(self):
        band = self._band
        fatigue = band.muscle.cue.fatigue
        if fatigue is not None and fatigue.rate_hz:
            band.recorder.crossings(band.recorded, fatigue.rate_hz, ticks_ms())
            fatigue.rate_hz = 0

    def _note_event(self, event):
        """Note what the core tells of the movement."""
        band = self._band
        movement, recorder, mode = band.movement, band.recorder, band.muscle.cue.mode
        sets, first_step = movement.sets, movement.first_step
        is_kept = recorder.session_id is not None
        if event == CONFIRMED:
            if is_kept and mode.minds_tops:
                recorder.top(sets.top, ticks_ms())
        elif event == REP:
            self.told += 1
            self._hits[sets.rep.number & _REPS_MASK] = sets.rep.peak >= self._target_permille
            if is_kept:
                if band.clips is not None:
                    band.clips.rep_told(sets.number)
                recorder.rep(sets.number, sets.rep, first_step, ticks_ms())
        elif event == SET:
            self._note_set(sets, mode)
            if is_kept:
                recorder.set(sets, mode.silent, first_step, ticks_ms())
        elif event == HOLD and is_kept:
            recorder.hold(sets.hold, first_step, ticks_ms())

    def _note_set(self, sets, mode):
        """Keep how many reps were on target, for the wearer may be asked."""
        hits = 0
        for number in range(min(sets.count, _REPS_MASK + 1)):
            hits += self._hits[number]
        self._last_set = sets.number
        self._last_hits = hits
        self.asks = bool(sets.count) and self._may_ask and mode.asks
