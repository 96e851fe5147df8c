"""The band as its wearer knows it: what it feels, says and keeps. What state it is in is up to control.py."""

import gc
import json
from time import ticks_ms

from buzzband_fw import __version__
from buzzband_fw.core.activation import permille
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.core.words import WITHHELD, duration_ms
from buzzband_fw.hal import chip, led, watchdog
from buzzband_fw.lifts import Lifts
from buzzband_fw.link import messages
from buzzband_fw.store import records, session

_CUE_LATE_MS = const(100)  # older than this, a cue would come at a moment that it does not mean

_FIFO_MASK = const(15)  # of blocks: after which one of 16 to look at the converter's FIFO
_HALTING = messages.UNCALIBRATED | messages.USB_POWER
_GUIDED = (messages.CALIBRATING, messages.WARMING_UP, messages.FINDING, messages.ASKING)
_TICKS_MASK = const(0x3FFFFFFF)  # of records
_EMPTY_MV = const(200)  # below what counts as low


class Band:
    """Sessions, words and faults. The app calls ``speak`` for a word, ``note`` after each block, ``keep`` after some.

    ``state``, ``faults``: those of link/messages.py; the state is control.py's to set. ``recorded``: blocks of the
    session. ``cues``: words said in it. ``clips``: see clips.py, None if none are kept. ``said``, ``last_word``: since
    power-on. ``lifts``: see lifts.py.
    """

    def __init__(self, settings, muscle, movement, voice, supply_mv, safe_mode, arm, brace, frames):
        """``arm``: is called before the motor runs. ``brace``: before flash is written, the motor standing.

        ``frames``: see frames.py.
        """
        self.state = messages.STARTING
        self.settings = settings
        self.muscle = muscle
        self.movement = movement
        self.recorder = self.keeper = self.keep = None  # until ``be_ready_to_keep``
        self.supply_mv = supply_mv
        self.recorded = self.cues = 0
        self.faults = messages.SAFE_MODE if safe_mode else 0
        self.calibration = None  # what the header tells of it
        self.clips = None
        if settings.clips != "never":
            from buzzband_fw.clips import Clips  # here, because few bands keep any, and all lack room

            self.clips = Clips(muscle, settings.clips)
        self._voice = voice
        self._arm = arm
        self._feel = movement.feel  # bound once, as in core/pipeline.py
        self._serve = None  # without an IMU
        self.lifts = Lifts(self)
        self._note_lift = self.lifts.note
        self._move = movement.step
        self.brace = brace
        self.frames = frames
        self._feels = self._cueing = False
        self._first_block = 0
        self._lost_blocks = 0
        self._marked = None  # the block that a host has marked last
        self.said = self.last_word = 0
        self._word = self._word_block = self._word_late_ms = 0  # the last cue, until it is noted
        self._leak_permille = 0
        self.look_at_settings()

    def recover(self):
        """Merge what an interrupted session has left. Touches flash, if there is any; failing that it stays there."""
        try:
            session.recover(self.brace)
        except OSError:
            self.faults |= messages.RECORDER_FAILED

    def be_ready_to_keep(self):
        """Load what sessions are kept with, which takes time, and count this boot. Touches flash."""
        from buzzband_fw.keeper import Keeper
        from buzzband_fw.store.recorder import Recorder

        self.recorder = Recorder()
        self.recorder.look()
        self._note_activation = self.recorder.activation  # bound once
        self.keeper = Keeper(self, self.brace)
        self.keeper.count_boot()
        self.keep = self.keeper.step

    def look_at_settings(self):
        """Let faults be those of the settings as they are now."""
        self.faults &= ~(messages.UNCALIBRATED | messages.BAD_SETTINGS)
        if not self.settings.calibrated:
            self.faults |= messages.UNCALIBRATED
        if self.settings.problems:
            self.faults |= messages.BAD_SETTINGS

    # What it feels

    def feel(self):
        """Begin to feel muscle and movement with the next block, without a session."""
        self._first_block = self.muscle.blocks & ~1  # even, so that activation is always noted after even blocks
        self._lost_blocks = self.muscle.lost_blocks
        self.lifts.feel()
        self.movement.begin(at_start=not self.muscle.blocks)
        self._serve = None if self.movement.imu is None else self.movement.serve
        self._feels = True

    def felt_blocks(self):
        """Return how many blocks there have been since ``feel``."""
        return self.muscle.blocks - self._first_block

    def rest(self):
        """Feel nothing from now on."""
        self._feels = False

    def stretch(self, rest, reference):
        """Let reps be counted on a provisional scale."""
        self.muscle.stretch(rest, reference)

    def choose(self):
        """Go by the settings as they are now: scale, mode, exercise."""
        self.muscle.choose(self.settings, self._leak_permille)
        self.movement.choose(self.settings)
        gc.collect()

    def keep_calibration(self, found, place, how):
        """Go by a calibration, and keep it in the settings. ``place``: its signature, or None. Touches flash."""
        self.frames.hold()
        self.calibration = {
            "how": how,
            "wearer": self.settings.wearer,
            "grade": found.grade,
            "contrast_tenths": found.contrast,
            "leak_permille": found.leak_permille,
        }
        self._leak_permille = found.leak_permille
        try:
            self.settings.keep_calibration(found.rest, found.reference, place)
        except (OSError, ValueError):  # of flash, or of a file of settings that is full
            self.settings.values["rest"] = found.rest  # until the battery is empty
            self.settings.values["reference"] = found.reference
            self.faults |= messages.RECORDER_FAILED
        self.look_at_settings()
        self.choose()

    # Sessions

    def is_on(self):
        """Return whether a session goes on."""
        return self._cueing

    def feels(self):
        """Return whether anything goes on that muscle and movement are felt for."""
        return self._feels

    def begin(self):
        """Begin a session with the next block, if nothing speaks against it. Touches flash."""
        if self.faults & _HALTING:
            return
        if self.muscle.blocks:
            self.choose()
        self.faults &= ~(messages.FLASH_FULL | messages.RECORDER_FAILED | messages.NO_IMU)
        self.recorded = self.cues = self._word = 0
        self._marked = None
        self.lifts.begin(self.settings)
        self.brace()
        self.feel()
        session_id = session.new_id((chip.uid() + str(ticks_ms())).encode())
        try:
            self.recorder.open(session_id, self._header(session_id), ticks_ms())
            if self.clips is not None:
                self.clips.begin(self.recorder, self._first_block)
        except OSError as error:
            self.keeper.lose(error)
        self._cueing = True

    def settle(self):
        """Make what stays and can be made last: nothing is borrowed any more for the state that has been entered."""
        if self.clips is not None and self.recorder.session_id is not None:
            self.clips.make_room()

    def end(self, reason):
        """End the session, if there is one. Touches flash."""
        self._voice.hush()
        self._cueing = self._feels = False
        if self.recorder.session_id is None:
            return
        self.brace()
        if self._word:
            self._note_word()
        self.lifts.finish()
        self.keeper.finish_clip()
        if self.recorder.session_id is None:
            return
        try:
            self.recorder.close(self.recorded, reason, ticks_ms())
        except OSError as error:
            self.keeper.lose(error)

    # What it says

    def say(self, word):
        """Say a word that is no cue, in place of whatever is being said."""
        if self.faults & messages.SAFE_MODE:
            return
        self.muscle.cue.blank(duration_ms(word))
        self._say(word)

    def is_speaking(self):
        """Return whether a word is being said."""
        return self._voice.speaking

    def speak(self):
        """Say the word that the last block calls for, unless it would come too late; return whether it is said."""
        word = self.muscle.word
        if (
            word & WITHHELD
            or not self._cueing
            or self.muscle.late_ms() > _CUE_LATE_MS
            or self.faults & messages.SAFE_MODE
        ):
            return False
        self._say(word)
        return True

    def _say(self, word):
        self._arm()
        self._voice.say(word)
        self.said += 1
        self.last_word = word

    @micropython.native
    def is_clear(self):
        """Return whether no word can be due within the next 10 ms."""
        return not self._cueing or self.muscle.clear_ms() > 0

    def rhythm(self):
        """Return the rhythm of the LED."""
        if self.faults & messages.SAFE_MODE:
            return led.SAFE_MODE
        if self.state in _GUIDED:
            return led.GUIDING
        if self.faults & ~messages.NO_IMU:
            return led.TROUBLE
        return led.RUNNING if self._cueing else led.IDLE

    # What it keeps

    @micropython.native
    def note(self):
        """Count the last block and note what it held."""
        if not self._feels:
            return
        muscle = self.muscle
        movement = self.movement
        word = muscle.word
        serve = self._serve
        if serve is not None and not word:  # the turn that begins to say a word is long enough
            serve(muscle.late_samples)
        block = muscle.blocks - self._first_block - 1
        unnoted = self._word
        flags = 0
        if block & 1:
            cue = muscle.cue
            flags = cue.flags
            self._feel(permille(cue.gated, muscle.scale), flags)
        elif movement.shown and not (movement.event or unnoted):
            self._note_lift()
        if not self._cueing:
            return
        self.recorded = block + 1
        if not (block & 1 or word or unnoted):
            return
        recorder = self.recorder
        if recorder.session_id is None:
            if block & 1:
                self._go_without_record(block, flags)
            return
        if unnoted:
            self._note_word()
        if word:
            self._word = word  # noted after the next block, for the same reason
            self._word_block = block
            self._word_late_ms = muscle.late_ms()
        if not block & 1:
            return
        if muscle.lost_blocks != self._lost_blocks:
            self._note_loss(block)
        if block & _FIFO_MASK == _FIFO_MASK and muscle.fifo_overflowed():
            recorder.fault(block, records.CONVERTER_FIFO, 0, ticks_ms())
        if muscle.other is not None and not flags:
            muscle.cue.takeover.add(muscle.gated_permille(), muscle.other_permille())
        self._note_activation(block, permille(muscle.pipeline.envelope, muscle.scale), flags, ticks_ms())

    @micropython.native
    def move(self):
        """Get on with the movement, every second block. What that leads to is noted later: a turn is to be short."""
        movement = self.movement
        if movement.fault:
            self._note_imu()
        if not self._feels:
            movement.hurry = False
            return
        if movement.event or movement.shown:
            self._note_lift()
            movement.hurry = True  # the movement itself has the next turn
            return
        self._move(self.muscle.late_samples)

    def remove(self, session_id):
        """Remove a session that is over. Touches flash. Raises OSError."""
        size = session.size_of(session_id)
        self._voice.hush()
        self.brace()
        session.remove(session_id)
        self.recorder.free_bytes += size

    def note_mark(self):
        """Note that the wearer has marked this moment."""
        if self.recorder.session_id is not None:
            self.recorder.mark(self.recorded, ticks_ms())

    def mark(self, block):
        """Note that a host has marked ``block``, counted since power-on; return whether there is a session for it.

        The same block once more is the same mark.
        """
        if self.recorder.session_id is None:
            return False
        if block != self._marked:
            self._marked = block
            self.recorder.mark(min(max(block - self._first_block, 0), self.recorded), ticks_ms())
        return True

    def note_time(self, utc_ms, round_trip_ms):
        """Take note of the time that a host tells, in ms since 1970; return the clock that it stands for, modulo 2^30.

        ``round_trip_ms``: how long the telling took.
        """
        t_ms = ticks_ms() & _TICKS_MASK
        self.keeper.note_time(utc_ms, t_ms)
        if self.recorder.session_id is not None:
            self.recorder.time(self.recorded, utc_ms, round_trip_ms, t_ms)
        return t_ms

    def note_motor(self, fault):
        """Note that the motor has failed, or that it is well again (0)."""
        known = self.faults & messages.MOTOR
        self.faults = self.faults & ~messages.MOTOR | (messages.MOTOR if fault else 0)
        if fault and not known and self.recorder.session_id is not None:
            self.recorder.fault(self.recorded, records.MOTOR, fault, ticks_ms())

    def note_battery(self):
        """Read the supply; return whether it has just become low, and whether it is as good as empty."""
        mv = self.muscle.supply_mv()
        if mv is None:
            return False, False
        self.supply_mv = (self.supply_mv + mv) >> 1  # one reading alone may be off
        low_mv = self.settings.low_battery_mv
        if self.supply_mv >= low_mv:
            self.faults &= ~messages.LOW_BATTERY
            return False, False
        is_new = not self.faults & messages.LOW_BATTERY
        self.faults |= messages.LOW_BATTERY
        if is_new and self.recorder.session_id is not None:
            self.recorder.fault(self.recorded, records.BATTERY, self.supply_mv, ticks_ms())
        return is_new, self.supply_mv < low_mv - _EMPTY_MV

    def note_usb_power(self, present):
        """Take note of USB power; return whether it forbids electrodes: they would be tied to the mains' earth."""
        if not present or self.settings.usb_isolator:
            self.faults &= ~messages.USB_POWER
            return False
        self.faults |= messages.USB_POWER
        return True

    def _go_without_record(self, block, flags):
        """Heed of a block what words depend on, in a session that flash has no room for."""
        muscle = self.muscle
        self._word = 0
        if muscle.lost_blocks != self._lost_blocks:
            self._note_loss(block)
        if muscle.other is not None and not flags:
            muscle.cue.takeover.add(muscle.gated_permille(), muscle.other_permille())

    def _note_word(self):
        word, self._word = self._word, 0
        if self.faults & messages.SAFE_MODE:
            word |= WITHHELD
        if self._word_late_ms > _CUE_LATE_MS:
            self.recorder.fault(self._word_block, records.CUE_LATE, self._word_late_ms, ticks_ms())
            return
        if not word & WITHHELD:
            self.cues += 1
        self.recorder.cue(self._word_block, word, ticks_ms())

    def _note_loss(self, block):
        """Note blocks that were lost: activation goes on behind the gap."""
        muscle = self.muscle
        lost = muscle.lost_blocks - self._lost_blocks
        if self.recorder.session_id is not None:
            self.recorder.fault(block, records.OVERRUN, lost, ticks_ms())
        self._lost_blocks = muscle.lost_blocks
        muscle.cue.skip(lost)
        self.movement.place(block + 1 >> 1)

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

    def _calibration_told(self):
        """Return what there is to tell of the calibration, if it is that of whoever wears the band now."""
        made = self.calibration
        return made if made is not None and made["wearer"] == self.settings.wearer else None

    def _time_told(self):
        """Return what there is to tell of the time."""
        mark = self.keeper.mark
        return mark and {"boot": mark[0], "t_ms": mark[1], "utc_ms": mark[2]}

    def _header(self, session_id):
        """Return what a session begins with: one record, so what is too long for it goes without the calibration."""
        told = {
            "format": records.FORMAT,
            "session": session_id.hex(),
            "uid": chip.uid(),
            "app": __version__,
            "micropython": chip.micropython_version(),
            "boot": self.keeper.boot,
            "reset": watchdog.reset_cause(),
            "time": self._time_told(),
            "supply_mv": self.supply_mv,
            "settings": self.settings.values,
            "calibration": self._calibration_told(),
        }
        header = json.dumps(told).encode()
        if len(header) > records.PAYLOAD_MAX:
            told["calibration"] = None
            header = json.dumps(told).encode()
        return header
