"""What is fuzzed: each target is a module of this folder.

It has ``one_input(data)``, which raises for what must not be, and ``BYTES_MAX``, beyond which inputs bring nothing new;
where it helps, ``DICTIONARY``, words of its language.
"""

from pathlib import Path

TARGETS = ("band_log", "host_link", "band_link", "uf2_file", "settings", "edf", "csv_input")
CORPUS = Path(__file__).parent / "corpus"
CORPUS_MAX = 50 << 10  # bytes, of each target
