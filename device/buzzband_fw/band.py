"""The band as its wearer knows it: begins and ends sessions, says words, keeps what was felt."""

import json
from time import ticks_ms

from buzzband_fw import __version__
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.core.sets import HOLD, REP, SET
from buzzband_fw.hal import button, chip, led
from buzzband_fw.link import messages
from buzzband_fw.link.messages import RUNNING
from buzzband_fw.store import records
from buzzband_fw.store.session import NO_SPACE, new_id

_CUE_LATE_MS = const(100)  # older than this, a cue would come at a moment that it does not mean
CLEAR_NEEDED_MS = (0, 100, 1, 0)  # how long no cue may be possible, for each urgency of a commit

_LATE_SAMPLES = const(96)  # two blocks
_HALTING = messages.UNCALIBRATED | messages.USB_POWER


class Band:
    """Sessions, words and faults. The app calls ``speak`` for a word, ``note`` after each block, ``commit`` after some.

    ``state``, ``faults``: those of link/messages.py. ``recorded``: blocks of the session. ``cues``: words said in it.
    """

    def __init__(self, settings, muscle, movement, voice, recorder, supply_mv, safe_mode, brace):
        """``brace``: is called before flash is written, the motor standing."""
        self.state = messages.STARTING
        self.settings = settings
        self.muscle = muscle
        self.movement = movement
        self.recorder = recorder
        self.supply_mv = supply_mv
        self.recorded = 0
        self.cues = 0
        self.faults = messages.SAFE_MODE if safe_mode else 0
        if not settings.calibrated:
            self.faults |= messages.UNCALIBRATED
        if settings.problems:
            self.faults |= messages.BAD_SETTINGS
        self._voice = voice
        self._feel = movement.feel  # bound once, as in core/pipeline.py
        self._move = movement.step
        self._note_activation = recorder.activation
        self._brace = brace
        self._first_block = 0
        self._lost_blocks = 0

    def begin(self):
        """Begin a session with the next block, if nothing speaks against it. Touches flash."""
        self.state = messages.IDLE
        if self.faults & _HALTING:
            return
        self.faults &= ~(messages.FLASH_FULL | messages.RECORDER_FAILED | messages.NO_IMU)
        self.recorded = self.cues = 0
        self._first_block = self.muscle.blocks & ~1  # even, so that activation is always noted after even blocks
        self._lost_blocks = self.muscle.lost_blocks
        self._brace()
        self.movement.begin(at_start=not self.muscle.blocks)
        session_id = new_id((chip.uid() + str(ticks_ms())).encode())
        try:
            self.recorder.open(session_id, self._header(session_id), ticks_ms())
        except OSError as error:
            self._lose(error)
        self.state = RUNNING

    def end(self, reason):
        """End the session, if there is one. Touches flash."""
        self._voice.hush()
        self.state = messages.IDLE
        if self.recorder.session_id is None:
            return
        self._brace()
        self._finish_movement()
        if self.recorder.session_id is None:
            return
        try:
            self.recorder.close(self.recorded, reason, ticks_ms())
        except OSError as error:
            self._lose(error)

    def speak(self):
        """Say the word that the last block calls for, unless it would come too late; return whether it is said."""
        if self.state != RUNNING or self.muscle.late_ms() > _CUE_LATE_MS or self.faults & messages.SAFE_MODE:
            return False
        self._voice.say(self.muscle.word)
        return True

    @micropython.native
    def note(self):
        """Count the last block and note what it held."""
        if self.state != RUNNING:
            return
        movement = self.movement
        muscle = self.muscle
        block = muscle.blocks - self._first_block - 1
        if not block & 1 and (movement.event or movement.shown):
            self._note_movement()
        self.recorded = block + 1
        recorder = self.recorder
        flags = 0
        if block & 1:
            flags = muscle.flags()
            self._feel(muscle.gated_permille(), flags)
        if recorder.session_id is None:
            return
        if muscle.word:
            self._note_word(block)
        if not block & 1:
            return
        if muscle.lost_blocks != self._lost_blocks:
            lost = muscle.lost_blocks - self._lost_blocks
            recorder.fault(block, records.OVERRUN, lost, ticks_ms())
            self._lost_blocks = muscle.lost_blocks
            movement.place(block + 1 >> 1)
        if muscle.fifo_overflowed():
            recorder.fault(block, records.CONVERTER_FIFO, 0, ticks_ms())
        self._note_activation(block, muscle.permille(), flags, ticks_ms())

    @micropython.native
    def move(self):
        """Get on with the movement by one block. What that leads to is noted later: a turn is to be short."""
        movement = self.movement
        if movement.fault:
            self._note_imu()
        if self.state != RUNNING:
            movement.hurry = False
            return
        if movement.event or movement.shown:
            self._note_movement()
        self._move(self.muscle.late_samples > _LATE_SAMPLES)

    @micropython.native
    def commit(self):
        """Write to flash what waits for it, if this is a moment for it: no word possible, the motor silent.

        Nor while blocks are being caught up with: one stall after the other would be too much for the ring.
        """
        recorder = self.recorder
        if recorder.session_id is None:
            return
        urgency = recorder.due()
        if not urgency or self._voice.speaking or self.muscle.late_ms() > _CUE_LATE_MS:
            return
        if self.muscle.clear_ms() >= CLEAR_NEEDED_MS[urgency]:
            self._commit()

    def press(self, kind):
        """Do what a press of the button asks for: a short one ends a session or begins one."""
        if kind != button.SHORT:
            return
        if self.state == RUNNING:
            self.end(records.BY_BUTTON)
        else:
            self.begin()

    def usb_power(self, present):
        """Take note of USB power: on a body it would tie the electrodes to the mains' earth, so it ends a session."""
        if not present or self.settings.usb_isolator:
            self.faults &= ~messages.USB_POWER
            return
        self.faults |= messages.USB_POWER
        if self.state == RUNNING:
            self.end(records.BY_USB_POWER)

    @micropython.native
    def is_clear(self):
        """Return whether no word can be due within the next 10 ms."""
        return self.state != RUNNING or self.muscle.clear_ms() > 0

    def rhythm(self):
        """Return the rhythm of the LED."""
        if self.faults & messages.SAFE_MODE:
            return led.SAFE_MODE
        if self.faults & ~messages.NO_IMU:
            return led.TROUBLE
        return led.RUNNING if self.state == RUNNING else led.IDLE

    def _note_word(self, block):
        if self.muscle.late_ms() > _CUE_LATE_MS:
            self.recorder.fault(block, records.CUE_LATE, self.muscle.late_ms(), ticks_ms())
            return
        self.cues += 1
        self.recorder.cue(block, self.muscle.word, ticks_ms())

    def _note_movement(self):
        """Note what the last step of the movement has led to."""
        movement = self.movement
        event = movement.event
        if movement.shown and self.recorder.session_id is not None:
            self.recorder.movement(movement.session_steps(), movement.sets.degrees, ticks_ms())
        movement.shown = False
        movement.event = 0  # NOTHING
        if event and self.recorder.session_id is not None:
            self._note_event(event)

    def _note_event(self, event):
        """Note what the core tells of the movement."""
        movement = self.movement
        sets = movement.sets
        if event == REP:
            self.recorder.rep(sets.number, sets.rep, movement.first_step, ticks_ms())
        elif event == SET:
            self.recorder.set(sets, movement.first_step, ticks_ms())
        elif event == HOLD:
            self.recorder.hold(sets.hold, movement.first_step, ticks_ms())

    def _note_imu(self):
        """Note what has gone wrong with the IMU, or that it is back."""
        movement = self.movement
        code = movement.fault
        movement.fault = 0
        if code == records.IMU_BACK:
            self.faults &= ~messages.NO_IMU
        elif code != records.IMU_OVERFLOW:
            self.faults |= messages.NO_IMU
        if self.recorder.session_id is not None:
            self.recorder.fault(self.recorded, code, movement.fault_value, ticks_ms())

    def _finish_movement(self):
        """Note the set that the end of the session ends, as long as flash takes it."""
        self._note_movement()
        sets = self.movement.sets
        sets.finish()
        while not sets.finished() and self.recorder.session_id is not None:
            self._note_event(sets.work())
            if self.recorder.due() == 3:
                self._commit()

    def _commit(self):
        self._brace()
        try:
            if self.recorder.commit(ticks_ms()):
                return
            self.faults |= messages.FLASH_FULL
            self.recorder.close(self.recorded, records.BY_FULL_FLASH, ticks_ms())
        except OSError as error:
            self._lose(error)

    def _lose(self, error):
        """Flash has failed: the band goes on without a record."""
        self.recorder.abandon()
        self.faults |= messages.FLASH_FULL if error.args[0] == NO_SPACE else messages.RECORDER_FAILED

    def _header(self, session_id):
        return json.dumps(
            {
                "format": records.FORMAT,
                "session": session_id.hex(),
                "uid": chip.uid(),
                "app": __version__,
                "micropython": chip.micropython_version(),
                "supply_mv": self.supply_mv,
                "settings": self.settings.values,
            }
        ).encode()
