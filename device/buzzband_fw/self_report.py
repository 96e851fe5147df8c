"""What the band tells of itself over the link."""

import json
import struct

from buzzband_fw import __version__
from buzzband_fw.hal import chip
from buzzband_fw.link import messages
from buzzband_fw.store import session

_U16_MAX = 65535
_CLEAR_MS = 100  # how long no cue may be possible, for flash to be written


class SelfReport:
    """Answers for a band. See messages.STATUS_FORMAT.

    ``slot``: of the app that runs, a or b. ``on_trial``: whether it has yet to be confirmed.

    ``worst_…_us``: the longest turns. ``left_out``: samples of the stream that the host did not take in time. The app
    keeps both up to date.
    """

    def __init__(self, band, slot, calibrate, on_trial=False):
        """``calibrate``: of a ``control.Control``. ``on_trial``: whether the app is."""
        self.slot = slot
        self.on_trial = on_trial
        self.brace = band.brace
        self.worst_us = 0
        self.worst_armed_us = 0
        self.worst_flash_us = 0
        self.left_out = 0
        self.boot_ms = 0
        self.free_ram_bytes = 0
        self.is_clear = band.is_clear
        self.remove = band.remove
        self.mark = band.mark
        self.calibrate = calibrate
        self.settings = band.settings
        self._band = band

    def hello(self):
        """Return who this is, as JSON."""
        return json.dumps(
            {
                "protocol": messages.PROTOCOL,
                "app": __version__,
                "micropython": chip.micropython_version(),
                "uid": chip.uid(),
                "slot": self.slot,
                "safe_mode": bool(self._band.faults & messages.SAFE_MODE),
                "free_bytes": self._band.recorder.free_bytes,
                "free_ram_bytes": self.free_ram_bytes,
                "boot_ms": self.boot_ms,
            }
        )

    def holds(self, session_id):
        """Return whether a session is going on, or not merged yet. ``session_id``: 8 bytes."""
        return self._band.recorder.holds(session_id)

    def status_into(self, buffer, offset):
        """Write how things stand, as STATUS_FORMAT and LIFTED_FORMAT; return its length. Allocates nothing."""
        band = self._band
        muscle = band.muscle
        struct.pack_into(
            messages.STATUS_FORMAT,
            buffer,
            offset,
            band.state,
            muscle.flags(),
            band.faults,
            muscle.blocks,
            band.recorded,
            muscle.envelope(),
            muscle.permille(),
            min(band.cues, _U16_MAX),
            min(band.supply_mv, _U16_MAX),
            min(self.worst_armed_us, _U16_MAX),
            self.worst_us,
            muscle.lost_blocks,
            min(self.left_out, _U16_MAX),
            self.worst_flash_us,
        )
        return messages.STATUS_SIZE + self._lifted_into(buffer, offset + messages.STATUS_SIZE)

    def _lifted_into(self, buffer, offset):
        """Write what was said and what the movement tells, as LIFTED_FORMAT; return its length."""
        band = self._band
        sets = band.movement.sets
        rep = sets.rep
        leader = sets.reps.leader
        struct.pack_into(
            messages.LIFTED_FORMAT,
            buffer,
            offset,
            band.said & _U16_MAX,
            band.last_word,
            band.muscle.cue.mode.target_permille,
            sets.number & _U16_MAX,
            0 if leader < 0 else sets.reps.found[leader],
            sets.hold.on,
            sets.degrees,
            band.lifts.told & _U16_MAX,
            rep.number & 255,
            rep.flags,
            min(rep.concentric_ms, _U16_MAX),
            min(rep.hold_ms, _U16_MAX),
            min(rep.eccentric_ms, _U16_MAX),
            rep.peak,
        )
        return messages.LIFTED_SIZE

    def may_write(self):
        """Return whether flash may be written for the host: between sets, or when no cue can be due."""
        muscle = self._band.muscle
        return not (self._band.is_on() and muscle.cue.mode.in_set) or muscle.clear_ms() >= _CLEAR_MS

    def obstacle(self):
        """Return why no app may be written now, a reason of link/messages.py, or 0: the band is not worn, nor low."""
        band = self._band
        if band.is_on() or band.feels():
            return messages.IN_USE
        if band.supply_mv < band.settings.low_battery_mv:
            return messages.BATTERY
        return messages.BUSY if band.is_speaking() or band.recorder.pieces is not None else 0

    def blocks(self):
        """Return how many blocks there have been since power-on."""
        return self._band.muscle.blocks

    def faults(self):
        """Return the faults that stand, of link/messages.py."""
        return self._band.faults

    def note_time(self, utc_ms, round_trip_ms):
        """Take note of what time it is; return the band's clock now in ms, modulo 2^30, and the number of its start."""
        return self._band.note_time(utc_ms, round_trip_ms), self._band.keeper.boot

    def sessions(self):
        """Return the ids of the sessions, 16 hexadecimal digits each."""
        return session.listing()

    def unmerged(self):
        """Return the ids of sessions of which there are small files still, whoever left them: they are not over."""
        return session.unmerged()

    def session_path(self, session_id):
        """Return the path of a session's file. ``session_id``: 8 bytes."""
        return session.path_of(session_id)

    def session_size(self, session_id):
        """Return how many bytes of a session are safe in flash, -1 if there is no such session."""
        recorder = self._band.recorder
        if recorder.holds(session_id):
            return recorder.committed
        return session.size_of(session_id)
