"""What the archive changes in the file system: all of it goes through here, so that tests can stop it anywhere."""

import os
from contextlib import suppress
from pathlib import Path


class Disk:
    """Files and folders. All methods raise OSError."""

    def make_folder(self, path: Path) -> None:
        """Make a folder, and those it lies in; one that is there stays."""
        if path.is_dir():
            return
        self.make_folder(path.parent)
        path.mkdir(exist_ok=True)
        _settle_folder(path.parent)

    def append(self, path: Path, data: bytes) -> None:
        """Put bytes behind those of a file, which need not be there yet."""
        with path.open("ab") as file:
            file.write(data)

    def settle(self, path: Path) -> None:
        """Return when a file, and its name, outlast a power cut."""
        if not os.access(path, os.W_OK):
            path.chmod(0o644)  # a copy that was protected before it had its name
        with path.open("r+b") as file:
            os.fsync(file.fileno())
        _settle_folder(path.parent)

    def protect(self, path: Path) -> None:
        """Let nobody write to a file."""
        path.chmod(0o444)

    def rename(self, path: Path, target: Path) -> None:
        """Give a file another name in one step; a file that has that name already goes."""
        if os.name == "nt" and target.exists():
            target.chmod(0o644)  # Windows replaces no file that nobody may write to
        path.replace(target)
        _settle_folder(target.parent)

    def remove(self, path: Path) -> None:
        """Remove a file; one that is not there is no error."""
        if os.name == "nt" and path.exists():
            path.chmod(0o644)
        path.unlink(missing_ok=True)
        _settle_folder(path.parent)


def _settle_folder(path: Path) -> None:
    """Let the names in a folder outlast a power cut, where the system can do that."""
    if os.name == "nt":
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems have no such thing for folders
            os.fsync(folder)
    finally:
        os.close(folder)
