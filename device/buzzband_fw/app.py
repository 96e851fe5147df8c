"""The app: puts the band together and runs it, turn by turn, until the host or the battery ends it.

samples -> pipeline -> word -> voice        one turn every 10 ms; then, a turn each,
           activation -> recorder
           stream
           watchdog, button, USB power, LED, and recorder -> flash if no word can be due, in turns
link                                        until the conversation pauses; then doze until the next tick
"""

import gc
import sys
from machine import reset
from time import ticks_diff, ticks_ms, ticks_us

from buzzband_fw.band import Band
from buzzband_fw.core.portable import const, micropython
from buzzband_fw.hal.button import Button
from buzzband_fw.hal.doze import Doze
from buzzband_fw.hal.led import Led
from buzzband_fw.hal.motor_pwm import MotorPwm
from buzzband_fw.hal.serial_port import SerialPort
from buzzband_fw.hal.supply import UsbPower, read_mv
from buzzband_fw.hal.watchdog import Watchdog, forget_crashes
from buzzband_fw.link import messages
from buzzband_fw.link.server import Server
from buzzband_fw.muscle import Muscle
from buzzband_fw.self_report import SelfReport
from buzzband_fw.store import records, settings
from buzzband_fw.store.session import Recorder
from buzzband_fw.voice import Voice

CRASH_FILE = "crash.txt"
WELL_AFTER_BLOCKS = const(1006)  # 10 s without a crash

_BYTES_PER_TURN = const(6)
_JOBS = const(3)
_PARTIAL_MS = const(200)
_TALK_MS = const(20)
_FAREWELL_MS = const(100)


class App:
    """The composition root. ``leave``: None, or why the app is to end, REPL or RESET of link/messages.py."""

    def __init__(self, slot="a", safe_mode=False):
        chosen = settings.load()
        muscle = Muscle(chosen)  # takes the largest piece of the heap: first
        supply_mv = read_mv()
        self.voice = Voice(MotorPwm(supply_mv))
        self.muscle = muscle
        self.band = Band(chosen, muscle, self.voice, Recorder(), supply_mv, safe_mode)
        self.report = SelfReport(self.band, slot)
        self.server = Server(SerialPort(), self.report)
        self.band.on_flash = self._brace
        self._usb_power = UsbPower()
        self._button = Button()
        self._led = Led()
        self._doze = Doze()
        self._watchdog = None
        self._armed = False
        self._next = 0
        self._after_block = (self.band.note, self._send_sample, self._take_turns)
        self._step = muscle.step
        self._poll = self.server.poll
        self._heard_ms = 0

    @property
    def leave(self):
        """Return why the app is to end, None while it is not."""
        return self.server.leave

    def start(self):
        """Begin: the first session, if it is to begin at power-on, then the samples, so that it has them all."""
        self.band.usb_power(self._usb_power.present())
        if self.band.settings.autostart:
            self.band.begin()
        else:
            self.band.state = messages.IDLE
        gc.collect()
        self.report.free_ram_bytes = gc.mem_free()
        self._watchdog = Watchdog()
        self.muscle.start()
        self.report.boot_ms = ticks_ms()
        while not self._step():
            pass
        self._doze.start()
        self.band.wrote_flash = False  # not in a turn
        self.band.speak()

    @micropython.native
    def turn(self):
        """Do one thing: what is left of the last block, the next block, the link; or doze."""
        start = ticks_us()
        armed = self._armed
        busy = True
        if self._next:
            self._after_block[-self._next]()
            self._next -= 1
        elif self._step():
            if self.band.speak():
                self._watchdog.feed(True)  # from now on no hang may keep the motor on
            self._next = _JOBS
        else:
            busy = self._listen()
        if self.voice.speaking:
            self.voice.step()
        self._note_turn(armed, ticks_diff(ticks_us(), start))
        if not busy:
            self._doze.until_tick()

    def stop(self):
        """Leave everything as the prompt expects it: motor off first of all."""
        self.voice.hush()
        self.muscle.stop()
        self._doze.stop()
        self._led.stop()
        if self._watchdog is not None:
            self._watchdog.stop()
        self.server.close()

    def _brace(self):
        """Give the watchdog the time that flash takes: it may have but what the motor is allowed."""
        if self._watchdog is not None:
            self._watchdog.feed(False)

    def _take_turns(self):
        """Look at the button; do what need not be done after every block."""
        pressed = self._button.step()
        if pressed:
            self.band.press(pressed)
        elif self.muscle.blocks & 1:
            self.band.commit()
        else:
            self._keep_house()

    def _keep_house(self):
        """Feed the watchdog and go on with the LED; look at USB power, the LED's rhythm and well-being in turns."""
        self._armed = not self.band.is_clear()
        if not self.voice.motor.is_overdue():
            self._watchdog.feed(self.voice.motor.running)
        self._led.step()
        chore = self.muscle.blocks & 6
        if chore == 0:
            self.band.usb_power(self._usb_power.present())
        elif chore == 2:
            self._led.show(self.band.rhythm)
        elif self.muscle.blocks == WELL_AFTER_BLOCKS:
            forget_crashes()

    def _send_sample(self):
        """Send every second block's values to a host that wants them."""
        muscle = self.muscle
        if self.server.streaming and not muscle.blocks & 1:
            self.server.sample(
                muscle.blocks, muscle.permille, muscle.gated_permille, muscle.flags, muscle.word, muscle.envelope
            )
            self.report.left_out = self.server.left_out

    def _listen(self):
        """Serve the link; return whether a conversation is going on."""
        if self._poll(_BYTES_PER_TURN):
            self._heard_ms = ticks_ms()
            return True
        silent_ms = ticks_diff(ticks_ms(), self._heard_ms)
        if silent_ms > _PARTIAL_MS:
            self.server.forget_partial()
        return silent_ms < _TALK_MS

    def _note_turn(self, armed, elapsed_us):
        report = self.report
        if self.band.wrote_flash:
            self.band.wrote_flash = False
            report.worst_flash_us = max(report.worst_flash_us, elapsed_us)
            return
        if elapsed_us > report.worst_us:
            report.worst_us = elapsed_us
        if armed and elapsed_us > report.worst_armed_us:
            report.worst_armed_us = elapsed_us


def main(slot="a", safe_mode=False):
    """Run the app until the host wants the prompt. A crash is written down and ends in a reset, with the motor off."""
    app = App(slot, safe_mode)
    try:
        app.start()
        while app.leave is None:
            app.turn()
        _take_leave(app)
    except Exception as error:
        app.voice.hush()
        _write_crash(app, error)
        reset()
    finally:
        app.stop()
    if app.leave == messages.RESET:
        reset()


def _take_leave(app):
    """End the session and let the last answer go out."""
    app.voice.hush()
    app.band.end(records.BY_HOST)
    forget_crashes()
    start_ms = ticks_ms()
    while not app.server.is_quiet() and ticks_diff(ticks_ms(), start_ms) < _FAREWELL_MS:
        app.server.poll(0)


def _write_crash(app, error):
    try:
        with open(CRASH_FILE, "w") as file:
            sys.print_exception(error, file)
        app.band.end(records.BY_EXCEPTION)
    except Exception:
        pass  # flash is what failed, perhaps; the reset that follows is what counts
