"""``buzzband image``: one UF2 with MicroPython, the app and settings, to be dragged onto the drive of a new Pico."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import buzzband_fw
from buzzband import uf2
from buzzband.atomic import replace_file
from buzzband.bundle import FLASH_BLOCK_SIZE, band_files, pack_image, used_blocks
from buzzband.errors import OutputFailed
from buzzband.firmware import FILE_SYSTEM_OFFSET, Firmware, doubtful
from buzzband.wording import count

SCHEMA = "buzzband/image/1"


@dataclass(frozen=True)
class Image:
    """A UF2 that was written. ``size``: bytes of it; ``flash_bytes``: what of a Pico's flash it fills."""

    path: str
    size: int
    sha256: str
    flash_bytes: int
    micropython: str
    micropython_sha256: str
    app: str
    files: int
    warning: str


def image(firmware: Firmware, files: Mapping[str, bytes]) -> bytes:
    """Return a UF2 with MicroPython and a file system that holds ``files``. Raises EngineMissing, EngineFailed.

    MicroPython is filled up to whole sectors, and of the file system whole sectors go, because the boot ROM erases by
    number of block. Only those go that have to be as they are: the rest may hold anything.
    """
    blocks = used_blocks(pack_image(files))
    system = [(FILE_SYSTEM_OFFSET + number * FLASH_BLOCK_SIZE, content) for number, content in blocks.items()]
    made = uf2.write([*firmware.pages.sectors(), *system])
    uf2.read(made)
    return made


def write_image(out: Path, firmware: Firmware, settings: Mapping[str, Any] | None = None) -> Image:
    """Write the UF2 of a band. ``settings``: what settings.json is to hold. Raises EngineError, OutputFailed."""
    files = band_files(settings)
    made = image(firmware, files)
    try:
        replace_file(out, made)
    except OSError as error:
        raise OutputFailed(f"{out} cannot be written: {error.strerror or error}.") from error
    return Image(
        str(out),
        len(made),
        sha256(made).hexdigest(),
        len(made) // uf2.BLOCK_SIZE * uf2.PAYLOAD_SIZE,
        firmware.version_text,
        firmware.sha256,
        buzzband_fw.__version__,
        len(files),
        doubtful(firmware.version),
    )


def image_text(done: Image) -> str:
    """Return what ``buzzband image`` prints."""
    lines = [
        f"{done.path}: MicroPython {done.micropython}, app {done.app} and {count(done.files, 'file')} in "
        f"{done.size // 1024} KiB, sha256 {done.sha256}.",
        "Hold BOOTSEL, plug the Pico in, drag the file onto the drive RPI-RP2. It replaces the file system: sessions "
        "and settings that are on the board go.",
    ]
    return "\n".join([*lines, done.warning] if done.warning else lines)


def image_document(done: Image) -> dict[str, Any]:
    """Return the document that ``buzzband image --json`` prints."""
    return {"schema": SCHEMA, **asdict(done)}
