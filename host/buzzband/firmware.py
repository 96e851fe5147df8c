"""MicroPython for the Pico: the pinned UF2 in the user cache, and which versions a band runs on."""

import hashlib
import os
import re
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from buzzband import cache, uf2
from buzzband.atomic import replace_file
from buzzband.errors import DownloadFailed, FirmwareMissing, HashMismatch, WrongFirmware
from buzzband.progress import Progress, no_progress

UF2_NAME = "RPI_PICO-20241129-v1.24.1.uf2"
UF2_SHA256 = "a41b7dbadfe4f399a10bd344002b365427ad033de993cf372c29c884b33a4cdf"
UF2_URL = f"https://micropython.org/resources/firmware/{UF2_NAME}"
UF2_VARIABLE = "BUZZBAND_UF2"
UF2_MAGIC = b"UF2\nWQ]\x9e"  # 0x0A324655, 0x9E5D5157
UF2_SIZE = 666_624  # bytes

MACHINE = "Raspberry Pi Pico with RP2040"
FILE_SYSTEM_OFFSET = 0xA0000  # from the begin of flash, on that machine
OLDEST_MICROPYTHON = (1, 23)

_DOUBTFUL = ((1, 26), (1, 27))  # micropython #18800
_VERSION = re.compile(rb"MicroPython v(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?")
_MACHINE = re.compile(rb"([A-Za-z][ -~]{0,60} with (?:RP2|ESP|STM|SAM|MIMX|NRF)[ -~]{0,30})\0")
_TIMEOUT_S = 30.0
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Firmware:
    """MicroPython for the Pico, checked. ``data``: the UF2; ``pages``: what it puts into flash."""

    data: bytes
    pages: uf2.Pages
    version: tuple[int, ...]

    @property
    def sha256(self) -> str:
        """Return the hash of the UF2, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def version_text(self) -> str:
        """Return the version as people write it."""
        return ".".join(map(str, self.version))


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
    cached = _cached()
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


def fetched_uf2(progress: Progress = no_progress) -> Path:
    """Return the UF2 as ``micropython_uf2`` does; what the cache lacks, or has damaged, is downloaded first.

    Raises FirmwareMissing, DownloadFailed, HashMismatch.
    """
    if not os.environ.get(UF2_VARIABLE):
        try:
            return micropython_uf2()
        except FirmwareMissing:
            _fetch(_cached(), progress)
    return micropython_uf2()


def read_firmware(path: Path) -> Firmware:
    """Read a UF2 with MicroPython for the Pico, whole and with every check.

    Raises FirmwareMissing (no such file), BadUf2, WrongFirmware (another machine, a version that is too old, or a
    file system besides).
    """
    try:
        with path.open("rb") as file:
            data = file.read(uf2.SIZE_MAX + 1)
    except OSError as error:
        raise FirmwareMissing(
            f"{path} cannot be read: {error.strerror or error}.", "Check the path; without --uf2 the tool has its own."
        ) from error
    return checked(data)


def checked(data: bytes) -> Firmware:
    """Return MicroPython from the bytes of a UF2. Raises BadUf2, WrongFirmware."""
    pages = uf2.read(data)
    content = pages.content
    version = _VERSION.search(content)
    if version is None:
        raise WrongFirmware("The UF2 holds no MicroPython.")
    machines = {found.decode() for found in _MACHINE.findall(content)}
    if MACHINE not in machines:
        raise WrongFirmware(f"The UF2 is not for the {MACHINE}, but for {', '.join(sorted(machines)) or 'another'}.")
    if pages.reaches(FILE_SYSTEM_OFFSET):
        raise WrongFirmware(
            "The UF2 holds a file system besides MicroPython; it would overwrite what is on the board.",
            "For a Pico out of its bag drag it onto the drive; otherwise give a UF2 with MicroPython alone.",
        )
    firmware = Firmware(data, pages, tuple(int(part) for part in version.groups() if part is not None))
    if why := unsupported(firmware.version):
        raise WrongFirmware(f"The UF2 holds MicroPython {firmware.version_text}, which is {why}.")
    return firmware


def unsupported(version: tuple[int, ...]) -> str:
    """Return why the app does not run on that version of MicroPython; nothing if it does."""
    if version >= OLDEST_MICROPYTHON:
        return ""
    return "too old: it has another format of .mpy files and of the file system, and no DMA that the app could use"


def doubtful(version: tuple[int, ...]) -> str:
    """Return what to know about a version that the app runs on; nothing if there is nothing."""
    if version[:2] not in _DOUBTFUL:
        return ""
    return (
        f"MicroPython {'.'.join(map(str, version))} compiles arrays in viper wrongly. The app comes compiled and is "
        "not touched by it, but 1.24.1, 1.25 and 1.28 are what it is tested with."
    )


def _cached() -> Path:
    return cache.folder("firmware") / UF2_NAME


def _fetch(into: Path, progress: Progress) -> None:
    try:
        data = _downloaded(progress)
    except (OSError, HTTPException) as error:
        raise DownloadFailed(
            f"{UF2_URL} could not be fetched: {error}.", f"Check the network, or download it yourself to {into}."
        ) from error
    if (found := hashlib.sha256(data).hexdigest()) != UF2_SHA256:
        raise HashMismatch(f"{UF2_NAME} has the sha256 {found}; {UF2_SHA256} was pinned.")
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        replace_file(into, data)
    except OSError as error:
        raise DownloadFailed(
            f"{into} cannot be written: {error}.", hint="Make room there, or mend its permissions."
        ) from error


def _downloaded(progress: Progress) -> bytes:
    data = bytearray()
    with urlopen(UF2_URL, timeout=_TIMEOUT_S) as response:
        while len(data) <= UF2_SIZE and (chunk := response.read(_CHUNK)):
            data += chunk
            progress(min(1.0, len(data) / UF2_SIZE))
    return bytes(data)
