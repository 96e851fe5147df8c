"""MicroPython for the Pico: the pinned UF2 in the user cache."""

import hashlib
import os
from pathlib import Path

from buzzband import cache
from buzzband.errors import FirmwareMissing

UF2_NAME = "RPI_PICO-20241129-v1.24.1.uf2"
UF2_SHA256 = "a41b7dbadfe4f399a10bd344002b365427ad033de993cf372c29c884b33a4cdf"
UF2_URL = f"https://micropython.org/resources/firmware/{UF2_NAME}"
UF2_VARIABLE = "BUZZBAND_UF2"
UF2_MAGIC = b"UF2\nWQ]\x9e"  # 0x0A324655, 0x9E5D5157


def micropython_uf2() -> Path:
    """Return the UF2 that ``BUZZBAND_UF2`` names, or the pinned one in the cache. Raises FirmwareMissing."""
    named = os.environ.get(UF2_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise FirmwareMissing(
                f"{UF2_VARIABLE} names {named}, which is not a file.", f"Correct or unset {UF2_VARIABLE}."
            )
        with Path(named).open("rb") as file:
            if file.read(len(UF2_MAGIC)) != UF2_MAGIC:
                raise FirmwareMissing(f"{named} is not a UF2.", f"Correct or unset {UF2_VARIABLE}.")
        return Path(named)
    cached = cache.folder("firmware") / UF2_NAME
    if not cached.is_file():
        raise FirmwareMissing(
            "MicroPython for the Pico is not in the cache.",
            f"Download {UF2_URL} to {cached}, or set {UF2_VARIABLE} to a UF2 that you have.",
        )
    if hashlib.sha256(cached.read_bytes()).hexdigest() != UF2_SHA256:
        raise FirmwareMissing(
            f"{cached} is damaged: its sha256 is not the pinned one.", f"Download it again: {UF2_URL}"
        )
    return cached
