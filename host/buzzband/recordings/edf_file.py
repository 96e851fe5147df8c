"""Recordings in EDF, EDF+, BDF and BDF+ files."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from edfio import Bdf, BdfSignal, Edf, EdfSignal
from edfio import read_bdf as edfio_read_bdf
from edfio import read_edf as edfio_read_edf

from buzzband.errors import BuzzbandError, RecordingNotFound, UnknownFormat
from buzzband.recordings.model import Annotation, Channel, Recording

EDF_MAGIC = b"0       "
BDF_MAGIC = b"\xffBIOSEMI"
NO_DATE = date(1985, 1, 1)


def read_edf(path: Path) -> Recording:
    """Read an EDF, EDF+, BDF or BDF+ file: each signal in its physical unit at its own rate, and the annotations.

    A signal whose header gives it no physical range is in ``LSB``. Raises RecordingNotFound, and UnknownFormat for a
    file that is damaged, cut short, discontinuous or without signals.
    """
    with edf_errors(path):
        file = _load(path)
        _check_continuous(path, file)
        channels = tuple(_channel(path, signal) for signal in file.signals)
        if not channels:
            raise UnknownFormat(f"{path.name} holds annotations and no signal.")
        annotations = tuple(
            Annotation(remark.onset, remark.text, remark.duration or 0.0)
            for remark in file.annotations
            if remark.text.strip()
        )
        start = _start(file)
    return Recording(path.name, channels, annotations, start)


@contextmanager
def edf_errors(path: Path) -> Iterator[None]:
    """Turn everything edfio raises or warns of into our own errors.

    On a damaged file edfio lets out whatever the damage leads to, from ValueError to UnboundLocalError: hence
    ``except Exception``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # EDF+ allows -1 while a recording is being written, and a signal without a range is dealt with here.
            warnings.filterwarnings("ignore", message=".*header indicates -1 data")
            warnings.filterwarnings("ignore", message=".*returning uncalibrated signal")
            yield
    except BuzzbandError:
        raise
    except OSError as error:
        raise RecordingNotFound(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:
        what = str(error).rstrip(".") or type(error).__name__
        raise UnknownFormat(f"{path.name} is a damaged EDF or BDF file: {what}.") from error


def _load(path: Path) -> Edf | Bdf:
    with path.open("rb") as stream:
        magic = stream.read(8)
    # Latin-1 can decode any byte, and µV is written in it more often than not.
    if magic == BDF_MAGIC:
        return edfio_read_bdf(path, header_encoding="latin-1")
    if magic == EDF_MAGIC:
        return edfio_read_edf(path, header_encoding="latin-1")
    raise UnknownFormat(f"{path.name} is neither EDF nor BDF.")


def _start(file: Edf | Bdf) -> datetime | None:
    """Return when the recording began; None if its date has been taken out, or is none.

    The first of January 1985 is what EDF+ says to write where no date is to be told; plain EDF is anonymised so, too.
    """
    try:
        start = datetime.combine(file.startdate, file.starttime)
    except (ValueError, IndexError, OverflowError):  # a date that is X, or a clock that is damaged
        return None
    return start if start.date() != NO_DATE else None


def _check_continuous(path: Path, file: Edf | Bdf) -> None:
    # Only files that say of themselves that they may have gaps: others are continuous by definition, whatever rounding
    # has done to the times in them.
    if file.reserved.startswith(("EDF+D", "BDF+D")) and not file.is_continuous:
        raise UnknownFormat(
            f"{path.name} is discontinuous ({file.reserved[:5]}): there are gaps between its data records.",
            hint="Export one continuous part of it and try again.",
        )


def _channel(path: Path, signal: EdfSignal | BdfSignal) -> Channel:
    rate = float(signal.sampling_frequency)
    if not (math.isfinite(rate) and rate > 0):
        raise UnknownFormat(f"{path.name} is damaged: signal {signal.label!r} has a rate of {rate:g} Hz.")
    physical, digital = signal.physical_range, signal.digital_range  # raise where edfio's ``data`` would make do
    if not all(map(math.isfinite, physical)):
        raise UnknownFormat(f"{path.name} is damaged: the range of signal {signal.label!r} is not a number.")
    calibrated = physical.min != physical.max and digital.min != digital.max
    return Channel(signal.label, rate, signal.data, signal.physical_dimension if calibrated else "LSB")
