"""``make bench``: what core, app and host do and cost, beside what others do. Writes build/bench.json, and the page.

    make bench                      all parts, some minutes
    make bench PART=detection       one of them; the JSON keeps what it has of the others

Every figure is taken in one run beside what it is compared with. Chip figures are cycles of the emulated RP2040 at
125 MHz, the same in every run; cache misses are not modelled, so a real chip is a little slower. Some of them stand
beside C, for which arm-none-eabi-gcc has to be there. Host figures depend on the machine: read the ratios.
docs/benchmarks.md is written when the JSON has all parts.
"""

import json
import platform
import sys
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import app_on_chip
import detection
import envelopes
import host_speed
import kernels_on_chip
import movement_on_chip
import results_page
import sizes
import transfers
import year_of_logs

from buzzband.engines import pico

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build" / "bench.json"
PAGE = ROOT / "docs" / "benchmarks.md"


def on_chip(measure: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is measured there. Raises EngineMissing."""
    if why := pico.missing():
        raise why
    return {"figures": measure()}


def chip() -> dict[str, Any]:
    """Return what kernels cost on the chip. Raises EngineMissing."""
    movement = movement_on_chip.measure()  # first, for it needs a C compiler
    return {**kernels_on_chip.measure(), "movement": movement}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "detection": detection.measure,
    "envelope": envelopes.measure,
    "chip": partial(on_chip, chip),
    "app": partial(on_chip, app_on_chip.measure),
    "transfers": transfers.measure,
    "host": host_speed.measure,
    "year": year_of_logs.measure,
    "size": sizes.measure,
}


def main() -> None:
    """Measure what was asked for, print, write."""
    asked = sys.argv[1:] or list(PARTS)
    if unknown := set(asked) - set(PARTS):
        sys.exit(f"There is no part {', '.join(sorted(unknown))}. The parts are: {', '.join(PARTS)}.")
    warnings.filterwarnings("ignore", module="neurokit2|biosppy|pyemgpipeline")
    for name in asked:
        figures = {**PARTS[name](), "machine": f"{platform.platform()}, CPython {platform.python_version()}"}
        print(results_page.section(name, figures), flush=True)
        _keep(name, figures)


def _keep(name: str, figures: dict[str, Any]) -> None:
    """Put the figures of a part in the JSON, and write the page if that has all of them."""
    result = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    result[name] = figures
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2), encoding="utf-8")
    if set(PARTS) <= set(result):
        PAGE.write_text(results_page.page(result), encoding="utf-8")


if __name__ == "__main__":
    main()
