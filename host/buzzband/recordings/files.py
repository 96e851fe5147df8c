"""Opening a recording, whatever its format."""

from pathlib import Path

from buzzband.errors import RecordingNotFound, UnknownFormat
from buzzband.recordings.csv_file import read_csv
from buzzband.recordings.edf_file import BDF_MAGIC, EDF_MAGIC, read_edf
from buzzband.recordings.model import Recording

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
    start = _start(path)
    if start in (EDF_MAGIC, BDF_MAGIC):
        return read_edf(path)
    for magic, kind in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise UnknownFormat(f"{path.name} is {kind}.", hint="Save it as CSV in UTF-8, as EDF or as BDF.")
    return read_csv(path, rate_hz)


def _start(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise RecordingNotFound(f"{path} is a directory.", hint="Give one file in it.")
        with path.open("rb") as stream:
            return stream.read(len(EDF_MAGIC))
    except FileNotFoundError as error:
        raise RecordingNotFound(f"There is no file {path}.") from error
    except PermissionError as error:
        raise RecordingNotFound(
            f"{path} may not be read.", hint="Ask for permission to read it, or copy it."
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        raise RecordingNotFound(f"{path} cannot be read: {error}.") from error
