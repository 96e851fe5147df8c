"""Writes everything that follows from the netlist and the scripts: `make hardware`.

Harness files and their pictures, schematics, drawings, power budget. An error of the electrical rule check fails it.
"""

import subprocess
import sys
from pathlib import Path

import drawings
import erc
import harness
import power
import schematic
from netlist import HARDWARE, VARIANTS, load

IMAGES = HARDWARE / "images"


def written(path: Path, text: str) -> None:
    """Write a file, if it is not so already, and say so."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {path.relative_to(HARDWARE)}")


def draw_harness(variant: str) -> None:
    """Let WireViz draw a harness. Raises CalledProcessError."""
    source = HARDWARE / f"harness-{variant}.yml"
    command = [str(Path(sys.executable).parent / "wireviz"), "--format", "s", "--output-dir", str(IMAGES), str(source)]
    subprocess.run(command, check=True, capture_output=True)


def main() -> int:
    """Write all; return 1 if the rule check finds errors."""
    for name, text in harness.texts().items():
        written(HARDWARE / name, text)
    written(HARDWARE / "power-budget.md", power.report())
    for name, text in drawings.pictures().items():
        written(IMAGES / name, text)
    for variant in VARIANTS:
        written(IMAGES / f"schematic-{variant}.svg", schematic.draw(load(variant)))
        draw_harness(variant)
    return erc.main()


if __name__ == "__main__":
    sys.exit(main())
