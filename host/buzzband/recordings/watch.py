"""Real movement that anyone can count reps in: sets of 20 shoulder exercises, felt by a smartwatch.

The recordings are those that the seglearn project (BSD licence) took from Burns et al. 2018, arXiv:1802.01489, in its
wheel ``seglearn`` 1.2.5 on PyPI: ten people, seven exercises of physiotherapy, both arms. They are not shipped with
Buzzband: the first use downloads the wheel (11 MB) and keeps the recordings (18 MB) in the user's cache.
"""

from pathlib import Path
from typing import Any

import numpy as np

from buzzband import cache
from buzzband.recordings.model import Channel, Recording, Samples

RATE_HZ = 50
REPS = 20
"""What was asked of each person; nobody noted what was done."""

MEMBER = cache.Member(
    "seglearn/data/watch_dataset.npy", "eb122f23cdf06ef6bd6c6c5312958ec5cf9d038e2e6d457b8081662c75a42537"
)
WHEEL = cache.Wheel(
    "seglearn==1.2.5",
    "seglearn-1.2.5-py3-none-any.whl",
    "ec6b952c85c9627050102854b372d85951563d3b990df677d7c55547e87413dd",
    (MEMBER,),
)

_CHANNELS = (("AccX", "g"), ("AccY", "g"), ("AccZ", "g"), ("GyrX", "rad/s"), ("GyrY", "rad/s"), ("GyrZ", "rad/s"))


def watch_sets() -> tuple[Recording, ...]:
    """Return the 140 sets in the order of the file, each with the movement of the wrist at 50 Hz and no EMG.

    Their names tell the exercise: PEN, ABD, FEL, IR, ER, TRAP or ROW. The first call downloads them.
    Raises DownloadFailed and HashMismatch.
    """
    held = _load(cache.cached(WHEEL, MEMBER, cache.folder("recordings")))
    names = [held["y_labels"][label] for label in held["y"]]
    return tuple(_recording(name, signals) for name, signals in zip(names, held["X"], strict=True))


def _load(path: Path) -> dict[str, Any]:
    """Return what was pickled. A pickle can run any code: only the hash, checked before, makes this safe."""
    held: dict[str, Any] = np.load(path, allow_pickle=True).item()
    return held


def _recording(name: str, signals: Samples) -> Recording:
    columns = np.asarray(signals, np.float64).T
    labelled = zip(_CHANNELS, columns, strict=True)
    return Recording(name, tuple(Channel(label, float(RATE_HZ), column, unit) for (label, unit), column in labelled))
