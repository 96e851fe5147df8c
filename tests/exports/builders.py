"""Sessions to export: one with all that a log can hold, and those that lack something."""

import struct

from buzzband.archive.archive import lone_session
from buzzband.exports.take import Take
from buzzband.recordings.band_log import read_log
from buzzband.recordings.lifting import Hold, Rep, Set
from buzzband.services.sessions import Shown
from buzzband.services.takes import take_of
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.quality import HUM
from buzzband_fw.core.words import FELL_SHORT, ON_TARGET, TOO_FAST, WITHHELD
from buzzband_fw.store import records
from recordings.log_builder import SESSION, LogWriter, course

UID = "e66138528361ba32"
UTC_MS = 1_764_000_000_500
SETTINGS = {"mains_hz": 60, "rest": 300, "reference": 12000, "exercise": "romanian-deadlift", "load_kg": 40}
LOWERS_FIRST_FAST = 16 + 2


def writer(session_id: str = SESSION, **header: object) -> LogWriter:
    """The beginning of a session whose settings are those above; settings in ``header`` come on top."""
    settings = SETTINGS | dict(header.pop("settings", {}))  # type: ignore[call-overload]
    return LogWriter(session_id).header(session=session_id, uid=UID, settings=settings, **header)


def full(session_id: str = SESSION, *, time: bool = True, **header: object) -> bytes:
    """6.1 s with everything in it: a gap from 2 s to 3 s, hum, blanks, movement, sets, words, faults, marks."""
    made = writer(session_id, **header)
    if time:
        made.time(0, UTC_MS)
    made.activation(1, course(0, 100)).movement(7, [3 * (n % 60) for n in range(76)])
    made.activation(301, course(150, 200), HUM).activation(401, course(200, 305), BLANKED)
    for number, (word, block) in enumerate([(ON_TARGET, 120), (TOO_FAST, 199), (FELL_SHORT | WITHHELD, 333)]):
        start, flags = 20 + 200 * number, LOWERS_FIRST_FAST if number else 1
        made.rep(Rep(0, number, 0, 0, flags, start, 700, 330, 560, 480 + 52 * number, 371, 268)).cue(block, word)
    made.set(Set(0, 0, 0, 0, 3, 20, 579, 2000)).set(Set(1, 0, 3, 1, 12, 585, 605, 733))
    made.hold(Hold(40, 1230, 455)).fault(310, records.MOTOR, 2).fault(311, records.BATTERY, 3412)
    made.record(records.ANSWER, struct.pack("<HBB", 0, 2, 3))
    made.record(records.ANSWER, struct.pack("<HBB", 1, records.NO_ANSWER, 0))
    made.record(records.CROSSINGS, struct.pack("<IH", 250, 143))
    made.record(records.MARK, struct.pack("<I", 277))
    return made.end(610).bytes()


def cut_off() -> bytes:
    """2 s without an IMU, cut off in a set, by a band whose clock nobody has told the time."""
    return writer().activation(1, course(0, 100)).rep(Rep(0, 0, 0, 8, 8, 20, 700, 0, 560, 480, 371, 268)).bytes()


def cut_off_lifting() -> bytes:
    """30 s, cut off: the last 10 s have activation, and their angles had not yet gone into flash."""
    made = writer()
    for block in range(1, 3000, 100):
        made.activation(block, course(200, 250))
    return made.movement(7, [n % 60 for n in range(250)]).bytes()


def shown(data: bytes) -> Shown:
    log = read_log(data)
    return Shown(lone_session(data, UID, log.session_id), log)


def take(data: bytes) -> Take:
    one = shown(data)
    assert one.log
    return take_of(one, one.log)
