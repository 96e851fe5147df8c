"""An archive of a year, of sessions that could be real in length and number: `make bench PART=year` reads it."""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from buzzband.archive import Archive
from buzzband.archive.raw import sha256_of
from buzzband.recordings.framing import id_in
from buzzband.recordings.lifting import Rep, Set
from buzzband_fw.store import records
from recordings.log_builder import LogWriter, series

UID = "e66138528361ba32"
FIRST = datetime(2025, 1, 6, 18, tzinfo=UTC)
EXERCISES = (("curl", 12), ("curl", 14), ("squat", 60), ("raise", 6))
REP_BLOCKS, REST_BLOCKS = 400, 6000
VALUES = 200  # of a record of activation: 4 s
DEGREES = 250  # of a record of movement: 20 s


@dataclass(frozen=True)
class Plan:
    """How much there is."""

    sessions: int = 150
    sets: int = 20
    reps: int = 10
    grade: int = 3


def session_id(number: int) -> str:
    return f"{number + 1:016x}"


def log_of(number: int, plan: Plan, **settings: object) -> bytes:
    """A session in which nearly every rep is on target, told the time as it begins; every seventh ends early."""
    chance = random.Random(number)
    exercise, load = EXERCISES[number % len(EXERCISES)]
    told = {"target_permille": 600, "exercise": exercise, "load_kg": load, "rest": 300, "reference": 12000} | settings
    calibration = {"how": "three squeezes", "grade": plan.grade} if number % 5 else None
    made = LogWriter(session_id(number)).header(
        session=session_id(number), uid=UID, boot=number + 1, settings=told, calibration=calibration
    )
    made.time(0, round(began(number).timestamp() * 1000))
    block = 500
    for index in range(plan.sets):
        block = _set(made, index, block, plan.reps, chance) + REST_BLOCKS
    _activation(made, block)
    return (made if number % 7 == 6 else made.end(block)).bytes()


def began(number: int) -> datetime:
    """When a session began: three a week, one now and then left out."""
    return FIRST + timedelta(days=7 * (number // 3) + 2 * (number % 3), minutes=number % 50)


def _set(made: LogWriter, number: int, block: int, reps: int, chance: random.Random) -> int:
    first = block
    for rep in range(reps):
        flags = chance.choice((0, 0, 0, 0, 0, 2))
        up, hold, down = chance.randrange(80, 150), chance.randrange(0, 40), chance.randrange(100, 200)
        peak = chance.randrange(520, 900)
        made.rep(Rep(number, rep, 0, 0, flags, block, 10 * up, 10 * hold, 10 * down, peak, 400, 300))
        made.record(records.CROSSINGS, struct.pack("<IH", block + up, 90 - 2 * rep))
        block += REP_BLOCKS
    made.set(Set(number, 0, 0, 0, reps, first, block - 100, 10 * REP_BLOCKS))
    return block


def _activation(made: LogWriter, blocks: int) -> None:
    """Write activation and movement up to the block: the same bits again and again, each for its own time."""
    for first in range(1, blocks - 2 * VALUES, 2 * VALUES):
        payload = _PIECES[first // (2 * VALUES) % len(_PIECES)]
        made.record(records.ACTIVATION, struct.pack("<I", first) + payload[4:], 10 * first)
    for first in range(7, blocks - 8 * DEGREES, 8 * DEGREES):
        made.record(records.MOVEMENT, struct.pack("<I", first) + _SWINGS[4:], 10 * first)


def _pieces() -> Iterator[bytes]:
    chance = random.Random(0)
    for number in range(20):
        level, values = 0, []
        for at in range(VALUES):
            top = 190 if number % 10 < 4 and at % 100 < 60 else 0
            level = max(0, level + (top - level) // 8 + chance.randrange(-6, 7) * (top > 0))
            values.append(min(level, 900))
        yield series(1, values)


_PIECES = tuple(_pieces())
_SWINGS = series(7, [abs(at % 50 - 25) * 2 for at in range(DEGREES)])


def write(folder: Path, plan: Plan | None = None) -> Archive:
    """An archive of a year; not yet indexed."""
    chosen = plan or Plan()
    return place(folder, *(log_of(number, chosen) for number in range(chosen.sessions)))


def place(folder: Path, *logs: bytes) -> Archive:
    """An archive of these logs, each whole and with its header; not yet indexed."""
    made = Archive(folder)
    band = made.raw.band_folder(UID)
    band.mkdir(parents=True, exist_ok=True)
    for data in logs:
        (band / f"{id_in(data)}.{sha256_of(data)[:16]}.bbl").write_bytes(data)
    return made
