"""Engines: interpreters that run the core, all with the same result, bit for bit."""

from buzzband.engines.cpython import CPython
from buzzband.engines.job import Blocks, Engine, Settings
from buzzband.engines.micropython import MicroPython
from buzzband.engines.pico import Pico

ENGINES: dict[str, type[Engine]] = {"cpython": CPython, "micropython": MicroPython, "pico": Pico}

__all__ = ["ENGINES", "Blocks", "Engine", "Settings"]
