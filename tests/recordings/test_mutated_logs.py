"""Whatever happens to a session's file: every record that is still whole is read, and none that never was."""

import random
import struct
import time
from collections.abc import Callable

import numpy as np
import pytest

from app.bench import contractions
from app.lifter import lifter
from buzzband.engines.band import VirtualBand
from buzzband.engines.job import Settings
from buzzband.recordings.band_log import Cue, SessionLog, intact_records, read_log
from buzzband.twin import Mpu6050Model
from buzzband_fw.store import records
from counts import count
from recordings.lifting_builder import ended, rep
from recordings.log_builder import OTHER_SESSION, SESSION, LogWriter, session

MUTATED_LOGS = 10_000
SHARE = 1_000
SECONDS = 1.0

Mutation = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << chance.randrange(8),)) + data[at + 1 :]


def cut_out(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randrange(1, 300) :]


def splice(data: bytes, chance: random.Random) -> bytes:
    """The beginning of this session and the end of another, or of this one again."""
    other = chance.choice((data, session(250, OTHER_SESSION).bytes()))
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.randrange(1, 300)) + data[at:]


def insert_sync(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    false = struct.pack(records.HEADER_FORMAT, records.SYNC, chance.randrange(10), 0, chance.randrange(1025), 3, 4)
    return data[:at] + false + data[at:]


def repeat(data: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(data)), chance.randrange(1, 400)
    return data[: at + length] + data[at:]


def erase(data: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(data)), chance.randrange(1, 300)
    return data[:at] + chance.choice((b"\xff", b"\x00")) * len(data[at : at + length]) + data[at + length :]


MUTATIONS: tuple[Mutation, ...] = (flip, cut_out, splice, insert, insert_sync, repeat, erase)


def mutated(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randrange(1, 6)):
        data = chance.choice(MUTATIONS)(data, chance) or data
    return data


def lifted_session() -> LogWriter:
    """A session with all that a set leaves behind."""
    made = session(250)
    made.pieces.pop()  # its end
    made.time(300, 1_764_000_000_000).movement(7, [n % 120 for n in range(200)])
    for number in range(6):
        made.rep(rep(number))
    return made.set(ended(6)).end(500)


@pytest.mark.parametrize("logs", [SHARE, pytest.param(MUTATED_LOGS, marks=pytest.mark.long)])
def test_of_mutated_logs_every_intact_record_is_recovered_and_no_false_one(logs: int) -> None:
    chance = random.Random(20241129)
    made = lifted_session()
    intact = 0
    for _ in range(logs):
        data = mutated(made.bytes(), chance)
        found = [data[record.start : record.end] for record in intact_records(data, SESSION)]
        assert set(found) == {piece for piece in made.pieces if piece in data}
        intact += len(found)
        if found:
            began = time.process_time()
            read_log(data, SESSION)
            assert time.process_time() - began < SECONDS
    assert intact > 5 * logs
    count("mutated_logs", logs=logs, intact_records=intact)


def played(settings: Settings, raw: object, **options: object) -> bytes:
    """What the app keeps of a session, in the simulated band."""
    with VirtualBand(raw, settings.as_dict(), **options) as worn:  # type: ignore[arg-type]
        worn.play()
        return next(data for path, data in worn.files().items() if path.endswith(".bbl"))


def real_logs() -> list[bytes]:
    """Five sessions as the app writes them: with and without an IMU, in other modes, cut off, of a band that fails."""
    from app.bench import calibration

    who = lifter(reps=3)
    imu = Mpu6050Model(who.frames.ravel())
    raw = contractions(3)
    hold = Settings(**{**vars(calibration()), "mode": "hold"})
    tempo = Settings(**{**vars(calibration()), "mode": "tempo", "tempo": "2-1-3"})
    return [
        played(who.settings, who.raw, imu=imu),
        played(calibration(), raw),
        played(hold, raw),
        played(tempo, raw),
        played(calibration(), raw, script=[(3.0, "stall", 3700), (6.0, "fifo_overflow", True)]),
    ]


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.long)])
def test_a_real_log_that_is_cut_at_any_byte_keeps_every_record_before(step: int) -> None:
    cuts = 0
    logs = real_logs()
    for data in logs:
        whole = read_log(data)
        known = list(intact_records(data, whole.session_id))
        for length in range(0, len(data) + 1, step):
            kept = [record for record in known if record.end <= length]
            found = list(intact_records(data[:length], whole.session_id))
            assert found == kept
            if kept:
                assert_part(read_log(data[:length], whole.session_id), whole)
                cuts += 1
    if step == 1:
        count("truncated_logs", logs=len(logs), cuts=cuts)


def assert_part(part: SessionLog, whole: SessionLog) -> None:
    """What a part of the file says is what the whole says."""
    length = len(part.permille)
    valid = part.valid
    np.testing.assert_array_equal(part.permille[valid], whole.permille[:length][valid])
    assert part.cues == whole.cues[: len(part.cues)]
    assert part.lifting.reps == whole.lifting.reps[: len(part.lifting.reps)]
    assert part.missing == ()


@pytest.mark.parametrize(
    "unit",
    [
        b"\xa5\x5a",
        b"\xa5\x5a\x02\x00\x00\x04",
        b"\xa5\x5a\x01\x00\x00\x04",
        b"\xa5\x5a\x01\x00\x00\x04" + b'"session": "%s"' % SESSION.encode(),
        LogWriter().record(77, b""),
        LogWriter().record(records.HEADER, b"[" * 900),
        LogWriter().record(records.REP, b"\xff" * records.REP_SIZE),
        LogWriter().activation(1, [0] * 255).pieces[0],
    ],
)
def test_a_hostile_megabyte_takes_less_than_a_second(unit: bytes) -> None:
    data = session(100).bytes() + unit * ((1 << 20) // len(unit))
    began = time.process_time()
    read_log(data)
    assert time.process_time() - began < SECONDS


def test_what_an_interrupted_merge_has_copied_twice_counts_once() -> None:
    made = LogWriter().header().cue(1).cue(2).cue(3)
    log = read_log(b"".join([*made.pieces[:3], *made.pieces[1:], made.end(4).pieces[-1]]))
    assert (log.cues, log.damaged, log.missing) == ((Cue(1, 1), Cue(2, 1), Cue(3, 1)), 0, ())
