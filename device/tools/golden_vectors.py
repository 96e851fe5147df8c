"""Write the checksums that the core gives now into ``core/golden.py``: for a change that is meant to change them.

python device/tools/golden_vectors.py           print what differs
python device/tools/golden_vectors.py --write   take it over
"""

import sys
from pathlib import Path

from buzzband_fw.core import golden


def main(write: bool) -> None:
    """Print every vector that differs, and write it if asked to."""
    path = Path(golden.__file__)
    text = path.read_text(encoding="utf-8")
    for name, expected, found in golden.run():
        if expected != found:
            print(f"{name}: 0x{expected:06X} -> 0x{found:06X}")
            text = text.replace(f'("{name}", 0x{expected:06X},', f'("{name}", 0x{found:06X},')
    if write:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main("--write" in sys.argv[1:])
