"""Files that are there whole or not at all."""

import errno
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write beside ``path`` and rename, so that no reader and no power cut ever meets half a file.

    What is there and no file, as a device, stays. Raises OSError.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise FileExistsError(errno.EEXIST, "it is there, and not a file")
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as stream:
        temporary = Path(stream.name)
        try:
            stream.write(content)
            stream.close()
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
