"""Opening a recording, whatever its format."""

from pathlib import Path

from buzzband.errors import RecordingNotFound, UnknownFormat
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.recordings.csv_file import read_csv
from buzzband.recordings.edf_file import BDF_MAGIC, EDF_MAGIC, read_edf
from buzzband.recordings.model import Recording
from buzzband_fw.store.records import SYNC

LOG_SUFFIX = ".bbl"
LOG_BYTES_MAX = 1 << 21  # all the flash that there is

_OTHER_KINDS = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\x89HDF": "an HDF5 file",
    b"MATLAB": "a MATLAB file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"\x1f\x8b": "packed with gzip",
}


def read(path: Path | str, rate_hz: float | None = None) -> Recording:
    """Read a recording; its content decides how, not its name.

    ``rate_hz`` (Hz) is for CSV files without a time column; EDF and BDF files carry their own rates, so there it is
    ignored. Raises RecordingNotFound, UnknownFormat, and what ``read_csv`` and ``read_edf`` raise.
    """
    path = Path(path)
    start = _start(path, len(EDF_MAGIC))
    if start in (EDF_MAGIC, BDF_MAGIC):
        return read_edf(path)
    for magic, kind in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise UnknownFormat(f"{path.name} is {kind}.", hint="Save it as CSV in UTF-8, as EDF or as BDF.")
    return read_csv(path, rate_hz)


def is_log(path: Path | str) -> bool:
    """Return whether a file is a band's log, by how it starts, or if it is damaged there, by its name.

    Raises RecordingNotFound.
    """
    path = Path(path)
    return _start(path, len(SYNC)) == SYNC or path.suffix == LOG_SUFFIX


def read_session(path: Path | str) -> tuple[bytes, SessionLog]:
    """Return a band's log, as bytes and understood. Raises RecordingNotFound, UnknownFormat."""
    path = Path(path)
    data = _start(path, LOG_BYTES_MAX + 1)
    if len(data) > LOG_BYTES_MAX:
        raise UnknownFormat(f"{path.name} is larger than a band's flash.", hint="Give a file from a band's /log.")
    return data, read_log(data, path.name.split(".")[0])


def _start(path: Path, size: int) -> bytes:
    """Return the first ``size`` bytes of a file, or all if it has less."""
    try:
        if path.is_dir():
            raise RecordingNotFound(f"{path} is a directory.", hint="Give one file in it.")
        with path.open("rb") as stream:
            return stream.read(size)
    except FileNotFoundError as error:
        raise RecordingNotFound(f"There is no file {path}.") from error
    except PermissionError as error:
        raise RecordingNotFound(
            f"{path} may not be read.", hint="Ask for permission to read it, or copy it."
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        raise RecordingNotFound(f"{path} cannot be read: {error}.") from error
