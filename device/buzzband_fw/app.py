"""The app: puts the band together and runs it, turn by turn, until the host or the battery ends it.

samples -> pipeline -> word -> voice    a turn every 10 ms, with what the block leaves to do:
IMU -----> frame -> movement
           activation -> recorder
           button
           stream, LED, watchdog, USB power, a look whether a host speaks
           recorder -> flash, if no word can be due: keeper
           movement -> recorder         a second turn after every second block, more if a step leads to much
link                                    turn by turn while a conversation goes on; then doze until the next block

Before the first sample nothing is done that can come later: the IMU wakes while the rest is made, and the session is
opened while the ring fills.
"""

# ruff: noqa: I001  (what takes much room comes before what fills the heap)

from buzzband_fw.early import FRAMES, RING, ROOM

import gc
import sys
from machine import reset
from time import ticks_diff, ticks_ms, ticks_us

from buzzband_fw import control
from buzzband_fw.band import Band
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.core.words import GOODBYE, LOW_BATTERY
from buzzband_fw.hal import motor
from buzzband_fw.hal.button import Button
from buzzband_fw.hal.doze import Doze
from buzzband_fw.hal.i2c_bus import BusError, I2cBus
from buzzband_fw.hal.led import Led
from buzzband_fw.hal.serial_port import SerialPort
from buzzband_fw.hal.supply import UsbPower, read_mv
from buzzband_fw.hal.watchdog import Watchdog, forget_crashes
from buzzband_fw.link import messages
from buzzband_fw.link.server import Server
from buzzband_fw.movement import Movement
from buzzband_fw.muscle import Muscle
from buzzband_fw.self_report import SelfReport
from buzzband_fw.store import records, settings
from buzzband_fw.voice import Voice

CRASH_FILE = "crash.txt"
_WELL_AFTER_BLOCKS = const(1019)  # 10 s without a crash

_TURNS = const(1000000)  # some hours: for what they need memory is taken once
_TICKS_MASK = const(0x3FFFFFFF)  # at which MicroPython's clocks begin anew
_BYTES_PER_TURN = const(6)
_BYTES_AT_LEISURE = const(64)  # while nothing is felt: a packet of USB
_ON_TIME_SAMPLES = const(24)  # after a block that was no later the next one is not there yet, but will be at the tick
_PARTIAL_MS = const(200)
_TALK_MS = const(20)
_FAREWELL_MS = const(100)
_OFF = const(7)  # messages.OFF
_BATTERY_EVERY = const(8191)  # blocks: 82 s
_BATTERY_AT = const(8171)  # of them: at power-on it was read already


class App:
    """The composition root."""

    def __init__(self, slot="a", safe_mode=False, on_trial=False):
        chosen = settings.load()
        control.forget(*settings.PARTS)
        bus = I2cBus()
        self.movement = Movement(chosen, ROOM, bus)
        self.movement.wake()  # first, because it takes time
        supply_mv = read_mv()
        self.muscle = muscle = Muscle(chosen, RING)
        self.voice = Voice(_motor(bus, chosen, supply_mv))
        arm, brace = self._arm, self._brace
        self.band = Band(chosen, muscle, self.movement, self.voice, supply_mv, safe_mode, arm, brace, FRAMES)
        self.control = control.Control(self.band)
        self.report = SelfReport(self.band, slot, self.control.calibrate, on_trial)
        self.server = Server(SerialPort(), self.report)
        chosen.brace = self._brace_for_settings
        chosen.changed = self._take_settings
        self._usb_power = UsbPower()
        self._button = Button(self.control.take)
        self._led = Led()
        self._doze = Doze()
        self._watchdog = None
        self._wrote_flash = False
        self._battery_due = False
        self._note_over_us = 0  # a turn is noted if it takes longer; -1: flash is written in it
        self._note = self._jobs = None
        self._moves = False  # the movement's turn is next
        self._step = muscle.step
        self._move = self.band.move
        self._poll = self.server.poll
        self._until_tick = self._doze.until_tick
        self._heard_ms = 0
        self._talking = False

    def start(self):
        """Begin: the samples, then the first session, if it is to begin at power-on. It has them all: they wait."""
        self.band.note_usb_power(self._usb_power.present())
        self._watchdog = Watchdog()
        self.band.recover()
        self.movement.start()
        self.muscle.start()
        self.report.boot_ms = ticks_ms()
        self.band.be_ready_to_keep()
        self._share_jobs()
        self.control.start(waits=self.report.on_trial)
        gc.threshold(-1)
        gc.collect()
        self.report.free_ram_bytes = gc.mem_free()
        self.muscle.await_block()
        self._doze.start()
        self._wrote_flash = False  # not in a turn
        self._note_over_us = 0

    def run(self):
        """Take turns until the host wants the app to end, or the wearer switches the band off."""
        while self.server.leave is None and self.band.state != _OFF:
            self.turn(_TURNS)

    @micropython.native
    def turn(self, count=1):
        """Take ``count`` turns, or until the app is to end.

        In each do one thing: the movement, the next block, the link. Then doze if there is no more. What they need is
        bound once for all of them: to look an attribute up takes 2 µs, and a call that has nothing to do 20.
        """
        muscle, movement, band = self.muscle, self.movement, self.band  # more than three at once would make a tuple
        voice, control, server = self.voice, self.control, self.server
        step, move, doze = self._step, self._move, self._until_tick
        note, jobs, now_us = self._note, self._jobs, ticks_us
        button, is_up = self._button, self._button.is_up
        moves = self._moves
        start_us = now_us()
        while count and server.leave is None and band.state != _OFF:
            count -= 1
            busy, says = True, False
            if moves:
                moves = False
                move()
                busy = self._talking or muscle.late_samples > _ON_TIME_SAMPLES or movement.hurry
            elif step():
                if muscle.word:
                    says = True
                    self._say()
                elif voice.speaking:
                    voice.step()
                blocks = muscle.blocks
                moves = not blocks & 1
                if moves and server.streaming:
                    self._send_sample()
                note()
                job = jobs[blocks & 7]
                if job is not None:
                    job()
                if button.state or not is_up():
                    button.step()
                if control.guide is not None:
                    control.step()
                busy = moves or self._talking or muscle.late_samples > _ON_TIME_SAMPLES
            elif movement.hurry:
                move()
            else:
                if voice.speaking:
                    voice.step()
                busy = self._listen()
            end_us = now_us()
            elapsed_us = end_us - start_us & _TICKS_MASK
            start_us = end_us
            if elapsed_us > self._note_over_us:
                self._note_turn(elapsed_us, says)
            if not busy:
                doze()
                start_us = now_us()
        self._moves = moves

    def _say(self):
        """Say the word that the block calls for."""
        self.server.word = self.muscle.word
        self.band.speak()

    def _share_jobs(self):
        """Share out what each of eight blocks in a row leaves to do besides ``_note``."""
        band = self.band
        look, keep, again = self._notice_host, band.keep, None
        self._note = band.note
        if band.clips is not None:
            self._note = self._note_with_clips
            again = keep  # there is more to write
        self._jobs = (look, keep, None, self._keep_house, look, again, None, None)

    def _note_with_clips(self):
        self.band.clips.step()
        self.band.note()

    def stop(self):
        """Leave everything as the prompt expects it: motor off first of all."""
        self.voice.hush()
        self.muscle.stop()
        self.movement.stop()
        self._doze.stop()
        self._led.stop()
        if self._watchdog is not None:
            self._watchdog.stop()
        self.server.close()

    def switch_off(self):
        """Say goodbye, stop everything, and wait for the button or for USB power. It begins anew with a reset."""
        self.band.say(GOODBYE)
        while self.voice.speaking:
            self.voice.step()
            self._watchdog.feed(self.voice.speaking)
        self.band.keeper.finish()
        had_power = self._usb_power.present()
        self.stop()
        forget_crashes()
        self._doze.start()
        released = False
        while not released or self._button.is_up():
            released = released or self._button.is_up()
            present = self._usb_power.present()
            if present and not had_power:
                return
            had_power = present
            self._until_tick()
        while not self._button.is_up():  # held at the start it would mean safe mode
            self._until_tick()

    def _take_settings(self, _effect):
        """Heed settings that have just changed; most of them wait for the next session."""
        control.forget(*settings.PARTS)
        self.band.look_at_settings()

    def _brace_for_settings(self):
        """Fall silent before settings are written: flash stops the processor, and with it the end of a pulse."""
        self.voice.hush()
        self._brace()

    def _arm(self):
        """Let no hang keep the motor on, which is about to run."""
        if self._watchdog is not None:
            self._watchdog.feed(True)

    def _brace(self):
        """Give the watchdog the time that flash takes: it may have but what the motor is allowed."""
        self._wrote_flash = True
        self._note_over_us = -1
        if self._watchdog is not None:
            self._watchdog.feed(False)

    def _keep_house(self):
        """Go on with the LED; feed the watchdog, look at USB power, the LED's rhythm and well-being in turns."""
        self._led.step()
        if self.band.lifts.asks:
            self.control.look()
        blocks = self.muscle.blocks
        chore = blocks & 24
        if chore == 8:
            self._look_at_power(blocks)
        elif chore == 24:
            self._led.show(self.band.rhythm())
            if blocks == _WELL_AFTER_BLOCKS:
                forget_crashes()
        else:
            self._feed_watchdog()

    def _look_at_power(self, blocks):
        """Look whether USB power has come, and from time to time how the battery is."""
        if self.band.note_usb_power(self._usb_power.present()):
            self.control.take(control.USB)
        if self.voice.motor.fault or self.band.faults & messages.MOTOR:
            self.band.note_motor(self.voice.motor.fault)
        if blocks & _BATTERY_EVERY == _BATTERY_AT:
            self._battery_due = True
        if self._battery_due and not (self.voice.speaking or self.muscle.cue.mode.in_set):
            self._battery_due = False
            self._look_at_battery()

    def _look_at_battery(self):
        """Read the supply, between sets, because it takes a sample of the muscle; say so if it has become low."""
        is_new, is_empty = self.band.note_battery()
        if is_new:
            self.band.say(LOW_BATTERY)
        if is_empty:
            self.control.take(control.EMPTY)

    def _feed_watchdog(self):
        if not self.voice.motor.is_overdue():
            self._watchdog.feed(self.voice.speaking)  # in a pause too: the next pulse may begin before the next feed

    @micropython.native
    def _send_sample(self):
        """Send the block's values to a host that wants them."""
        muscle = self.muscle
        blocks = muscle.blocks
        flags, envelope = muscle.cue.flags, muscle.pipeline.envelope
        if not self.server.sample(blocks, muscle.permille(), muscle.gated_permille(), flags, envelope):
            self.report.left_out += 1
        if blocks & 2:  # what is left of the sample has to go out; after the others hosts are noticed anyway
            self._notice_host()

    @micropython.native
    def _notice_host(self):
        """Listen, while no conversation is going on: then no turn is spent on that alone."""
        if not self._talking and self._poll(_BYTES_PER_TURN):
            self._hear()

    def _listen(self):
        """Serve the link; return whether a conversation is going on."""
        if self._poll(_BYTES_PER_TURN if self.band.feels() else _BYTES_AT_LEISURE):
            self._hear()
            return True
        if not self._talking:
            return False
        silent_ms = ticks_diff(ticks_ms(), self._heard_ms)
        if silent_ms > _PARTIAL_MS:
            self.server.forget_partial()
            self.band.keeper.sweep_soon()
            self._talking = False
        return silent_ms < _TALK_MS

    def _hear(self):
        self._heard_ms = ticks_ms()
        self._talking = True

    def _note_turn(self, elapsed_us, says):
        """Note a long turn, as one while armed if it delays a word: of its own block, or what the next may bring."""
        report = self.report
        if self._wrote_flash:
            self._wrote_flash = False
            report.worst_flash_us = max(report.worst_flash_us, elapsed_us)
        else:
            report.worst_us = max(report.worst_us, elapsed_us)
            if says or not self.band.is_clear():
                report.worst_armed_us = max(report.worst_armed_us, elapsed_us)
        self._note_over_us = report.worst_armed_us


def main(slot="a", safe_mode=False, on_trial=False):
    """Run the app until the host wants the prompt. A crash is written down and ends in a reset, with the motor off."""
    app = App(slot, safe_mode, on_trial)
    try:
        app.start()
        app.run()
        if app.server.leave is None:
            app.switch_off()
            reset()
        _take_leave(app)
    except Exception as error:
        app.voice.hush()
        _write_crash(app, error)
        reset()
    finally:
        app.stop()
    if app.server.leave == messages.RESET:
        reset()


def _take_leave(app):
    """End the session and let the last answer go out."""
    app.voice.hush()
    app.band.end(records.BY_HOST)
    app.band.keeper.finish()
    forget_crashes()
    start_ms = ticks_ms()
    while not app.server.is_quiet() and ticks_diff(ticks_ms(), start_ms) < _FAREWELL_MS:
        app.server.poll(0)


def _motor(bus, settings, supply_mv):
    """Return the driver of the motor. One that has to know its motor learns it once, at its first power-on."""
    driver = motor.find(bus, settings.motor, supply_mv)
    if driver.name != "pwm":
        if settings.motor_calibration:
            driver.use(settings.motor_calibration)
        else:
            _learn_motor(driver, settings)
    return driver


def _learn_motor(driver, settings):
    try:
        numbers = driver.calibrate()
        if numbers:
            settings.change({"motor_calibration": list(numbers)})
    except (BusError, OSError, ValueError):
        pass  # it goes on with what the chip has by itself, and tries again at the next power-on


def _write_crash(app, error):
    try:
        app._brace()
        with open(CRASH_FILE, "w") as file:
            sys.print_exception(error, file)
        app.band.end(records.BY_EXCEPTION)
    except Exception:
        pass  # flash is what failed, perhaps; the reset that follows is what counts
