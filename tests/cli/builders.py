"""Running the command line, and files to run it on."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import edfio
import numpy as np
from click.testing import CliRunner, Result
from numpy.typing import ArrayLike

from buzzband.cli import main
from services.builders import bursts

BUZZBAND = Path(sysconfig.get_path("scripts")) / ("buzzband.exe" if sys.platform == "win32" else "buzzband")


def run(*arguments: object) -> Result:
    """Run ``buzzband`` in this process. Whatever happens, it is no traceback, and failures leave stdout clean."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


def subprocess_run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Run the installed ``buzzband`` as a user would."""
    return subprocess.run(
        [str(BUZZBAND), *map(str, arguments)],
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )


def csv_text(columns: Mapping[str, ArrayLike], delimiter: str = ",", decimal: str = ".") -> str:
    rows = np.column_stack([np.asarray(column, np.float64) for column in columns.values()]).tolist()
    lines = [delimiter.join(columns), *(delimiter.join(f"{value:.6f}" for value in row) for row in rows)]
    return "\n".join([lines[0], *(line.replace(".", decimal) for line in lines[1:])]) + "\n"


def timed(samples: ArrayLike, rate_hz: float = 1000.0) -> dict[str, ArrayLike]:
    """A time column and an EMG column."""
    values = np.asarray(samples, np.float64)
    return {"time": np.arange(len(values)) / rate_hz, "EMG": values}


def written(folder: Path, content: str | bytes, name: str = "monday.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def three_bursts(folder: Path, name: str = "monday.csv") -> Path:
    """A CSV file of 10.5 s at 1000 Hz."""
    return written(folder, csv_text(timed(bursts())), name)


def edf(folder: Path, *signals: edfio.EdfSignal, name: str = "monday.edf") -> Path:
    path = folder / name
    edfio.Edf(signals).write(path)
    return path


def edf_signal(samples: ArrayLike, rate_hz: float = 1000.0, label: str = "EMG") -> edfio.EdfSignal:
    return edfio.EdfSignal(np.asarray(samples), rate_hz, label=label, physical_dimension="mV")


def bdf(folder: Path, *signals: edfio.BdfSignal, name: str = "monday.bdf") -> Path:
    path = folder / name
    edfio.Bdf(signals).write(path)
    return path


def bdf_signal(samples: ArrayLike, rate_hz: float = 1000.0, label: str = "EMG") -> edfio.BdfSignal:
    return edfio.BdfSignal(np.asarray(samples), rate_hz, label=label, physical_dimension="mV")
