"""A picture of the demo's report, as Chromium shows it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from buzzband.services.demo import write_demo

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WINDOW = (900, 700)  # pixels
COLOURS = 255  # of the palette: enough for every line, and the file half as large


def write(path: Path) -> None:
    """Write the picture to ``path``; without Chromium say so, and leave it as it is."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"Chromium is missing: {path.name} stays as it is.")
        return
    with tempfile.TemporaryDirectory() as folder:
        page, shot = write_demo(Path(folder), seed=1).page, Path(folder) / "shot.png"
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
        size = f"--window-size={WINDOW[0]},{WINDOW[1]}"
        command = [browser, *options, size, f"--screenshot={shot}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        Image.open(shot).convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            path, optimize=True
        )
