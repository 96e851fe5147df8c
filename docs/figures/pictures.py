"""Writes every picture of the documentation from the code: `make figures`.

Plots, drawings of the `.dot` files if graphviz is there, and a screenshot of the demo's page if Chromium is.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import chain_plot
import cue_plot
import filter_plot
import reps_plot
import wiring_plot
import words_plot

DOCS = Path(__file__).parents[1]
IMAGES = DOCS / "images"

PLOTS: Mapping[str, Callable[[], str]] = {
    "chain": chain_plot.draw,
    "cue": cue_plot.draw,
    "filter": filter_plot.draw,
    "reps": reps_plot.draw,
    "wiring": wiring_plot.draw,
    "words": words_plot.draw,
}
DRAWINGS = ("architecture", "control")


def write_plots() -> None:
    """Write the plots, and say which have changed."""
    for name, draw in PLOTS.items():
        path, text = IMAGES / f"{name}.svg", draw()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path.relative_to(DOCS)}")


def write_drawings() -> None:
    """Let graphviz draw the `.dot` files. Another version of it may move every box: look before you commit."""
    if not shutil.which("dot"):
        print("graphviz is missing: its drawings stay as they are. On Debian and Ubuntu: sudo apt install graphviz")
        return
    for name in DRAWINGS:
        source, drawing = DOCS / f"{name}.dot", IMAGES / f"{name}.svg"
        subprocess.run(["dot", "-Tsvg", str(source), "-o", str(drawing)], check=True)


def main() -> int:
    """Write all that can be written here."""
    write_plots()
    write_drawings()
    if "--no-screenshot" not in sys.argv[1:]:
        import screenshot

        screenshot.write(IMAGES / "report.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
