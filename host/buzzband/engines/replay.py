"""The files that ``buzzband_fw.replay`` reads and writes, seen from the host."""

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from buzzband.engines.job import Blocks, Settings, block_count
from buzzband.errors import EngineFailed
from buzzband_fw.core.chain import BLOCK_RAW, BLOCK_SAMPLES

ERROR_FILE = "error.txt"

# The errors go to a file: what a program prints before the host has opened the port is lost.
MAIN = """\
import sys

try:
    {body}
except Exception as error:
    with open("error.txt", "w") as file:
        sys.print_exception(error, file)
"""

_BLOCK = np.dtype([("envelope", "<i4"), ("gated", "<i4"), ("flags", "u1"), ("word", "u1")])


def main_source(body: str) -> bytes:
    """Return a ``main.py`` that runs ``body`` and leaves a traceback if it fails."""
    return MAIN.format(body=body.replace("\n", "\n    ")).encode()


def job_file(settings: Settings, trace: bool) -> bytes:
    """Return ``job.json``."""
    return json.dumps({**settings.as_dict(), "trace": trace}).encode()


def raw_bytes(raw: NDArray[np.uint16]) -> bytes:
    """Return the whole blocks of ``raw`` as the replay reads them."""
    return raw[: block_count(raw) * BLOCK_RAW].astype("<u2").tobytes()


def raise_error(results: Mapping[str, bytes]) -> None:
    """Raise EngineFailed if the program left a traceback."""
    if ERROR_FILE in results:
        text = results[ERROR_FILE].decode(errors="replace").strip()
        raise EngineFailed(f"The core raised on the engine:\n{text}")


def read_results(results: Mapping[str, bytes], blocks: int, trace: bool) -> Blocks:
    """Return what the replay wrote. Raises EngineFailed if it wrote an error, or less than ``blocks``."""
    raise_error(results)
    table = np.frombuffer(results.get("blocks.bin", b""), _BLOCK)
    if len(table) != blocks:
        raise EngineFailed(f"The engine stopped after {len(table)} of {blocks} blocks.")
    samples = np.frombuffer(results["samples.bin"], "<i4").reshape(-1, 2, BLOCK_SAMPLES) if trace else None
    times_us = np.frombuffer(results["times.bin"], "<u2")
    return Blocks(
        envelope=table["envelope"],
        gated=table["gated"],
        flags=table["flags"],
        word=table["word"],
        samples=samples,
        times_us=times_us,
    )
