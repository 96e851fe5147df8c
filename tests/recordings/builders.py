"""Small recordings and files for the tests of this folder."""

from pathlib import Path

import edfio
import numpy as np

from buzzband.recordings.model import Channel, Recording


def recording(*labels: str, rate_hz: float = 1000.0, unit: str = "", value: float = 1.0) -> Recording:
    """A recording with a constant channel of four samples for each label."""
    return Recording("test", tuple(Channel(label, rate_hz, np.full(4, value), unit) for label in labels))


def csv_of(folder: Path, text: str | bytes, name: str = "test.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def ramp(rate_hz: float, seconds: float) -> np.ndarray:
    return np.linspace(-1.0, 1.0, round(rate_hz * seconds))


def edf_signal(label: str = "EMG", rate_hz: float = 1000.0, seconds: float = 4.0, unit: str = "mV") -> edfio.EdfSignal:
    return edfio.EdfSignal(ramp(rate_hz, seconds), rate_hz, label=label, physical_dimension=unit)


def edf_bytes(*signals: edfio.EdfSignal, annotations: list[edfio.EdfAnnotation] | None = None) -> bytes:
    """An EDF file; four seconds of EMG at 1000 Hz unless told otherwise; EDF+ when there are annotations."""
    return edfio.Edf(signals or (edf_signal(),), annotations=annotations).to_bytes()


def replaced(content: bytes, offset: int, field: bytes) -> bytes:
    """``content`` with ``field`` written over it at ``offset``."""
    return content[:offset] + field + content[offset + len(field) :]
