"""Firmware for tests that lock the heap."""

from buzzband.bundle import bytecode_files


def writing_apart() -> dict[str, bytes]:
    """The firmware, with the heap open while the keeper writes files, for those take room."""
    sources = bytecode_files()
    sources["buzzband_fw/keeper.py"] += b"""
from micropython import heap_lock, heap_unlock

def apart(work):
    def run(self, clear_ms=0):
        heap_unlock()
        work(self, clear_ms)
        heap_lock()

    return run

Keeper.commit = apart(Keeper.commit)
Keeper.tidy = apart(Keeper.tidy)
Keeper.keep_part = apart(Keeper.keep_part)
"""
    return sources
