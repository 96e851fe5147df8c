"""``make fuzz``: throws what leads to new branches at one target, until it fails or its time is over.

    python -m fuzz TARGET [option of libFuzzer | folder of inputs]...

It begins with the corpus. What it finds is written into the first folder, build/fuzz/TARGET if none is given; an input
that fails goes to build/fuzz/TARGET-crash-…, and is run again when it is given in the place of a folder.
"""

import importlib
import sys
import warnings
from pathlib import Path

import atheris

from fuzz.targets import CORPUS, TARGETS

BUILD = Path(__file__).parents[2] / "build" / "fuzz"


def main(name: str, *options: str) -> None:
    """Fuzz until libFuzzer ends the process."""
    warnings.simplefilter("ignore")
    with atheris.instrument_imports(include=["buzzband", "buzzband_fw", "edfio"], enable_loader_override=False):
        target = importlib.import_module(f"fuzz.{name}")
    found = BUILD / name
    found.mkdir(parents=True, exist_ok=True)
    given = [f"-max_len={target.BYTES_MAX}", f"-artifact_prefix={found}-", "-timeout=30", "-len_control=0"]
    if words := getattr(target, "DICTIONARY", ()):
        given.append(f"-dict={_dictionary(found.with_suffix('.dict'), words)}")
    if not any(not option.startswith("-") for option in options):
        options += (str(found), str(CORPUS / name))
    again = f"{sys.executable} -m fuzz {name}"  # which libFuzzer runs to merge
    atheris.Setup([again, *given, *options], target.one_input)
    atheris.Fuzz()


def _dictionary(path: Path, words: tuple[object, ...]) -> Path:
    """Write a dictionary as libFuzzer reads it."""
    quoted = ("".join(f"\\x{byte:02x}" for byte in str(word).encode()) for word in words)
    path.write_text("".join(f'"{word}"\n' for word in quoted))
    return path


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"Name a target: {', '.join(TARGETS)}.")
    main(*sys.argv[1:])
