"""Write how often a band looks each name up in a set into ``host/buzzband/compact/look_ups.txt``, a second.

python device/tools/look_ups.py           print how many of the look-ups are of names that the list lacks
python device/tools/look_ups.py --write   take it over

The app runs on this interpreter, in a set of curls with an IMU, once in each cue mode, and each line that it comes to
is counted. What is viper or assembler is not, nor are local variables.
"""

import ast
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import buzzband_fw
from buzzband.compact import naming
from buzzband.compact.reading import bound_in, mark_of
from buzzband.engines.band import VirtualBand
from buzzband.engines.cpython import condition
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.services import calibration
from buzzband.twin import Mpu6050Model
from buzzband_fw.core.modes import NAMES

FIRMWARE = Path(str(buzzband_fw.__file__)).parent
SESSION = synth.Session((synth.Set(reps=6),), lead_in_s=2, lead_out_s=1)
BEGUN_S = 3  # the session is open, the first rep begins
COUNTED_S = 10
MAINS_HZ = 50
SETTLED_BLOCKS = 50  # the filters have forgotten how they began


def look_ups(modes: Iterable[str] = NAMES) -> Counter[str]:
    """Return how often each name is looked up in so many cue modes together."""
    counted: Counter[str] = Counter()
    for mode in modes:
        for (path, line), times in _lines_of(mode).items():
            for name in _looked_up_in(path).get(line, ()):
                counted[name] += times
    return counted


def a_second(counted: Counter[str], modes: int) -> dict[str, int]:
    """Return the mean of so many modes a second, the most frequent first, without what is looked up less than once."""
    means = {name: round(count / modes / COUNTED_S) for name, count in counted.items()}
    return {name: mean for name, mean in sorted(means.items(), key=lambda item: (-item[1], item[0])) if mean}


def _lines_of(mode: str) -> Counter[tuple[str, int]]:
    """Return how often the app comes to each line of its modules."""
    lines: Counter[tuple[str, int]] = Counter()

    def within(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines[frame.f_code.co_filename, frame.f_lineno] += 1
        return within

    def trace(frame: FrameType, _event: str, _: Any) -> Any:
        return within if Path(frame.f_code.co_filename).is_relative_to(FIRMWARE) else None

    before = threading.gettrace()
    threading.settrace(trace)  # the app has a thread of its own
    try:
        with _worn(mode) as band:
            band.run_for(BEGUN_S)
            lines.clear()
            band.run_for(COUNTED_S)
            return Counter(lines)
    finally:
        threading.settrace(before)


def _worn(mode: str) -> VirtualBand:
    """Return a calibrated band on an arm that does curls."""
    made = synth.build(SESSION, 3).recording
    raw = digitise(made.channels[0]).raw
    frames, _ = frames_of(made)
    if frames is None:
        raise RuntimeError("a synthetic session has no movement")
    scale = calibration.from_recording(condition(raw, MAINS_HZ).envelope[SETTLED_BLOCKS:], None, None)
    settings = {"rest": scale.rest, "reference": scale.reference, "calibration": "stored", "mode": mode}
    return VirtualBand(raw, {**settings, "exercise": "curl"}, imu=Mpu6050Model(frames.ravel().tolist()))


@cache
def _looked_up_in(path: str) -> dict[int, list[str]]:
    """Return the names that each line of a module looks up."""
    found: dict[int, list[str]] = {}
    for line, name in _look_ups(ast.parse(Path(path).read_text(encoding="utf-8")), frozenset()):
        found.setdefault(line, []).append(name)
    return found


def _look_ups(node: ast.AST, own: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield lines and names. ``own``: the local variables."""
    if isinstance(node, ast.FunctionDef):
        if mark_of(node) in ("viper", "asm_thumb"):
            return
        own = frozenset(bound_in(node))
    if isinstance(node, ast.Attribute):
        yield node.lineno, node.attr
    elif isinstance(node, ast.Name) and node.id not in own:
        yield node.lineno, node.id
    for child in ast.iter_child_nodes(node):
        yield from _look_ups(child, own)


def main(write: bool) -> None:
    """Print how much of what is looked up the list does not tell of, and write it anew if asked to."""
    counted, known = look_ups(), naming.look_ups()
    unknown = sum(count for name, count in counted.items() if name not in known)
    print(f"{100 * unknown / counted.total():.1f} % of the look-ups are of names that the list lacks")
    if write:
        lines = [f"{count} {name}\n" for name, count in a_second(counted, len(NAMES)).items()]
        Path(naming.__file__).with_name("look_ups.txt").write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main("--write" in sys.argv[1:])
