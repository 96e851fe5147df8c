"""Sessions as bands have written them, and what they read as. In the folder ``tests``::

    python -m golden_logs.make        makes those, of the names below, that are not there yet

A session that is there is never made again: every later version has to read it. When the format grows, another is
added, under another name.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.bench import band, contractions
from app.lifter import lifter
from buzzband.engines.band import VirtualBand
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.recordings.clips import Clip
from buzzband.twin import Mpu6050Model
from session_files import session_files

FOLDER = Path(__file__).parent
UTC_MS = 1_764_000_000_000
TOLD_S = 4.0


def curls() -> bytes:
    """Four curls, felt by an IMU, ended by the button."""
    who = lifter(reps=4)
    with VirtualBand(who.raw, who.settings.as_dict(), imu=Mpu6050Model(who.frames.ravel())) as virtual:
        virtual.play()
        return only(virtual)


def cut_off() -> bytes:
    """A limb that keeps still, in the mode for holds, its power cut off; a host told the time, samples were lost."""
    script = [(2.0, "fifo_overflow", 3), (6.0, "stall", 3900)]
    raw, changes = contractions(6, on_s=2.0), {"mode": "hold", "hold_s": 2}
    with band(raw, changes=changes, script=script, imu=Mpu6050Model()) as virtual:
        virtual.run_until(lambda: virtual.now_s >= TOLD_S, 2 * TOLD_S)
        asked: list[int] = []

        def tell() -> bool:
            asked.append(1)
            return len(asked) == 2 and bool(virtual.app.band.note_time(UTC_MS, 12))

        virtual.run_until(tell, 1)
        virtual.run_for(18)
        virtual.power_cut()
        return only(virtual)


def merged_twice() -> bytes:
    """A session of which power failed in a merge: half of it comes twice."""
    with band(contractions(3)) as virtual:
        virtual.play()
        data = only(virtual)
    return data + data[len(data) // 2 :]


def clip() -> bytes:
    """Three curls and a clip of the first, which the end of the session ends."""
    who = lifter(reps=4)
    settings = {**who.settings.as_dict(), "clips": "both"}
    with VirtualBand(who.raw, settings, imu=Mpu6050Model(who.frames.ravel())) as virtual:
        virtual.run_for(1)
        virtual.run_until(lambda: virtual.app.band.clips._until, 30)
        virtual.run_for(0.4)
        virtual.press()
        return only(virtual)


MAKERS: Mapping[str, Callable[[], bytes]] = {
    "curls": curls,
    "cut_off": cut_off,
    "merged_twice": merged_twice,
    "clip": clip,
}


def only(virtual: VirtualBand) -> bytes:
    (data,) = session_files(virtual.files()).values()
    return data


def told(log: SessionLog) -> dict[str, Any]:
    """What a session reads as, in JSON."""
    found = {
        "session_id": log.session_id,
        "header": dict(log.header),
        "permille": log.permille.tolist(),
        "valid": log.valid.astype(int).tolist(),
        "flags": log.flags.tolist(),
        "degrees": log.lifting.degrees.tolist(),
        "t_ms": log.t_ms,
        "marks": list(log.marks),
        "damaged": log.damaged,
        "missing": [[gap.start, gap.stop] for gap in log.missing],
        "end": log.end and asdict(log.end),
    }
    for name in ("cues", "faults", "answers", "crossings", "times"):
        found[name] = [asdict(one) for one in getattr(log, name)]
    for name in ("reps", "sets", "holds"):
        found[name] = [asdict(one) for one in getattr(log.lifting, name)]
    found["clips"] = [told_clip(one) for one in log.clips()[0]]
    return found


def told_clip(clip: Clip) -> dict[str, Any]:
    """What a clip reads as: of its samples the first block, and a sum of all."""
    first = {"number": clip.number, "first_block": clip.first_block, "why": clip.why, "state": list(clip.state)}
    return {
        **first,
        "blocks": len(clip.blocks),
        "samples": clip.samples[:12].tolist(),
        "sha256": hashlib.sha256(clip.samples.astype("<u2").tobytes()).hexdigest(),
    }


def main() -> None:
    for name, make in MAKERS.items():
        path = FOLDER / f"{name}.bbl"
        if not path.exists():
            path.write_bytes(make())
            text = json.dumps(told(read_log(path.read_bytes())), separators=(",", ":"))
            path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
