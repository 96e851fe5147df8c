"""The app: puts the band together and runs it, turn by turn, until the host or the battery ends it.

samples -> pipeline -> word -> voice    a turn every 10 ms, with what the block leaves to do:
           activation -> recorder
           button
           stream, LED, watchdog, USB power, a look whether a host speaks
           recorder -> flash, if no word can be due: keeper
IMU -----> movement -> recorder         a second turn
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
from buzzband_fw.core.words import GOODBYE, LOW_BATTERY, SILENCE
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
_WELL_AFTER_BLOCKS = const(1007)  # 10 s without a crash

_BYTES_PER_TURN = const(6)
_BYTES_AT_LEISURE = const(64)  # while nothing is felt: a packet of USB
_ON_TIME_SAMPLES = const(24)  # after a block that was no later the next one is not there yet, but will be at the tick
_PARTIAL_MS = const(200)
_TALK_MS = const(20)
_FAREWELL_MS = const(100)
_OFF = const(7)  # messages.OFF
_BATTERY_EVERY = const(8191)  # blocks: 82 s
_BATTERY_AT = const(8183)  # of them: at power-on it was read already


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
        self.band = Band(chosen, muscle, self.movement, self.voice, supply_mv, safe_mode, self._brace, FRAMES)
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
        self._armed = False
        self._wrote_flash = False
        self._battery_due = False
        self._word = SILENCE  # since the last sample of the stream
        self._record_us = 0  # the longest turn so far, of those with which a turn is now compared
        self._jobs = ()
        self._move_due = False
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

    @micropython.native
    def run(self):
        """Take turns until the host wants the app to end, or the wearer switches the band off."""
        turn = self.turn
        server = self.server
        band = self.band
        while server.leave is None and band.state != _OFF:
            turn()

    @micropython.native
    def turn(self):
        """Do one thing: the movement after a block, the next block, the link. Then doze if there is no more."""
        start = ticks_us()
        busy = True
        if self._move_due:
            self._move_due = False
            self._move()
            busy = self._talking or self.muscle.late_samples > _ON_TIME_SAMPLES or self.movement.hurry
        elif self._step():
            muscle = self.muscle
            if muscle.word:
                self._word = muscle.word
                if self.band.speak():
                    self._watchdog.feed(True)  # from now on no hang may keep the motor on
            for job in self._jobs[muscle.blocks & 3]:
                job()
            self._move_due = True
        elif self.movement.hurry:
            self._move()
        else:
            busy = self._listen()
        if self.voice.speaking:
            self.voice.step()
        elapsed_us = ticks_diff(ticks_us(), start)
        if elapsed_us > self._record_us or self._wrote_flash:
            self._note_turn(elapsed_us)
        if not busy:
            self._until_tick()

    def _share_jobs(self):
        """Share out what each of four blocks in a row leaves to do."""
        self._jobs = (  # after even blocks activation is noted, and that takes time
            (self.band.note, self.control.step, self._button.step, self._send_sample, self._notice_host),
            (self.band.note, self.control.step, self._button.step, self.band.keep),
            (self.band.note, self.control.step, self._button.step, self._send_sample, self._notice_host),
            (self.band.note, self.control.step, self._button.step, self._keep_house),
        )
        if self.band.clips is not None:
            self._jobs = tuple([(self.band.clips.step,) + jobs for jobs in self._jobs])

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
            self._watchdog.feed(self.voice.motor.running)
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

    def _take_settings(self, _effect):
        """Heed settings that have just changed; most of them wait for the next session."""
        control.forget(*settings.PARTS)
        self.band.look_at_settings()

    def _brace_for_settings(self):
        """Fall silent before settings are written: flash stops the processor, and with it the end of a pulse."""
        self.voice.hush()
        self._brace()

    def _brace(self):
        """Give the watchdog the time that flash takes: it may have but what the motor is allowed."""
        self._wrote_flash = True
        if self._watchdog is not None:
            self._watchdog.feed(False)

    @micropython.native
    def _keep_house(self):
        """Go on with the LED; feed the watchdog, look at USB power, the LED's rhythm and well-being in turns."""
        self._armed = armed = not self.band.is_clear()
        self._record_us = self.report.worst_armed_us if armed else self.report.worst_us
        self._led.step()
        blocks = self.muscle.blocks
        chore = blocks & 12
        if chore == 0:
            self._feed_watchdog()
        elif chore == 4:
            self._look_at_power(blocks)
        elif chore == 8:
            self._led.show(self.band.rhythm())
        elif blocks == _WELL_AFTER_BLOCKS:
            forget_crashes()

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
        motor = self.voice.motor
        if not motor.is_overdue():
            self._watchdog.feed(motor.running)

    @micropython.native
    def _send_sample(self):
        """Send the block's values to a host that wants them, and the word that has been due since the last ones."""
        if not self.server.streaming:
            self._word = SILENCE
            return
        muscle = self.muscle
        if self.server.sample(
            muscle.blocks, muscle.permille(), muscle.gated_permille(), muscle.flags(), self._word, muscle.envelope()
        ):
            self._word = SILENCE
        else:
            self.report.left_out += 1

    @micropython.native
    def _notice_host(self):
        """Listen, while no conversation is going on: then no turn is spent on that alone."""
        if not self._talking and self._poll(_BYTES_PER_TURN):
            self._hear()

    @micropython.native
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
            self._talking = False
        return silent_ms < _TALK_MS

    def _hear(self):
        self._heard_ms = ticks_ms()
        self._talking = True

    def _note_turn(self, elapsed_us):
        report = self.report
        if self._wrote_flash:
            self._wrote_flash = False
            report.worst_flash_us = max(report.worst_flash_us, elapsed_us)
            return
        report.worst_us = max(report.worst_us, elapsed_us)
        if self._armed:
            report.worst_armed_us = max(report.worst_armed_us, elapsed_us)


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
    except (BusError, OSError):
        pass  # it goes on with what the chip has by itself, and tries again at the next power-on


def _write_crash(app, error):
    try:
        with open(CRASH_FILE, "w") as file:
            sys.print_exception(error, file)
        app.band.end(records.BY_EXCEPTION)
    except Exception:
        pass  # flash is what failed, perhaps; the reset that follows is what counts
