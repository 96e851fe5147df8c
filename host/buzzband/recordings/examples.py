"""Real EMG that anyone can try things on.

The recordings are those of the biosignalsnotebooks project (PLUX Wireless Biosignals and LIBPhys, Universidade NOVA de
Lisboa; MIT licence), taken from its wheel ``biosignalsnotebooks`` 0.6.14 on PyPI. They are not shipped with Buzzband:
the first use downloads the wheel (39 MB) and keeps the four recordings (3.5 MB) in the user's cache.
"""

from pathlib import Path

import numpy as np

from buzzband import cache
from buzzband.errors import RecordingNotFound
from buzzband.recordings.catalogue import EXAMPLES
from buzzband.recordings.model import Channel, Recording

RATE_HZ = 1000
WHEEL = cache.Wheel(
    "biosignalsnotebooks==0.6.14",
    "biosignalsnotebooks-0.6.14-py3-none-any.whl",
    "9ba3839680f7364f37a672c2288044f20b7bbbbef74fb3915b6c218c8597cac2",
    tuple(cache.Member(entry.member, entry.sha256) for entry in EXAMPLES),
)


def example(name: str) -> Recording:
    """Return a recording from the biosignalsnotebooks project (PLUX and LIBPhys; MIT licence) by its name in EXAMPLES.

    One channel, ``EMG``, at 1000 Hz in ADC steps (``LSB``), not centred. The first call downloads the recordings.
    Raises RecordingNotFound for another name, DownloadFailed and HashMismatch.
    """
    entry = next((entry for entry in EXAMPLES if entry.name == name), None)
    if entry is None:
        names = ", ".join(entry.name for entry in EXAMPLES)
        raise RecordingNotFound(f"There is no example {name!r}.", hint=f"The examples are: {names}.")
    path = cache.cached(WHEEL, cache.Member(entry.member, entry.sha256), cache.folder("recordings"))
    return Recording(entry.name, (_channel(path),))


def _channel(path: Path) -> Channel:
    """Read the device that sampled at 1000 Hz; there are others in some files. The hash vouches for the content."""
    import h5py  # a fifth of a second that only the examples should pay

    with h5py.File(path) as file:
        device = next(group for group in file.values() if group.attrs["sampling rate"] == RATE_HZ)
        column = next(data for key, data in device["raw"].items() if key.startswith("channel_"))
        samples = np.asarray(column, dtype=np.float64).ravel()
    return Channel("EMG", float(RATE_HZ), samples, "LSB")
