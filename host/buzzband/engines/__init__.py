"""Engines: interpreters that run the core, or the whole app around it, all with the same result, bit for bit."""

from buzzband.engines import micropython, pico
from buzzband.engines.cpython import CPython
from buzzband.engines.job import Blocks, Engine, Settings, Track
from buzzband.engines.whole_app import MicroPython, Pico

ENGINES: dict[str, type[Engine]] = {"cpython": CPython, "micropython": MicroPython, "pico": Pico}

PICO_PATIENCE_S = 10  # of recording: about a minute on the wall


def best_engine(duration_s: float) -> str:
    """Return the name of the engine nearest to the band that is there and is done in reasonable time."""
    if duration_s <= PICO_PATIENCE_S and pico.missing() is None:
        return Pico.name
    return CPython.name if micropython.missing() else MicroPython.name


__all__ = ["ENGINES", "Blocks", "Engine", "Settings", "Track", "best_engine"]
