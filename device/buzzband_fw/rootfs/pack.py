"""A pack as MicroPython mounts it: an app in one file, /a.app or /b.app. link/updating.py has the format."""

from binascii import crc32
from struct import calcsize, unpack, unpack_from

MAGIC = b"BBA1"
FOOTER = "<4sIHH32sI"  # magic, where the names begin, their size, how many; a SHA-256; CRC-32 of names and all before
PLACE = "<II"  # behind each name: where the module begins, its size
PACKAGE = "/buzzband_fw/"
FOLDER, FILE = 0x4000, 0x8000
NO_ENTRY = 2


class Pack:
    """A pack as a file system that holds modules and nothing else. Raises OSError if it is none."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            file.seek(-calcsize(FOOTER), 2)
            footer = file.read()
            magic, start, size, _, _, crc = unpack(FOOTER, footer)
            if magic == MAGIC:
                file.seek(start)
                self.names = file.read(size)
        if magic != MAGIC or crc32(footer[:-4], crc32(self.names)) != crc:
            raise OSError(NO_ENTRY)

    def mount(self, _readonly, _mkfs):
        """See MicroPython."""

    def umount(self):
        """See MicroPython."""

    def place(self, path):
        """Return where a module begins, and its size. Raises OSError."""
        name = b"\0" + path[len(PACKAGE) : -4].encode() + b"\0"
        at = self.names.find(name) if path.startswith(PACKAGE) and path.endswith(".mpy") else -1
        if at < 0:
            raise OSError(NO_ENTRY)
        return unpack_from(PLACE, self.names, at + len(name))

    def stat(self, path):
        """See MicroPython."""
        if path + "/" == PACKAGE or (path.startswith(PACKAGE) and self._holds_folder(path[len(PACKAGE) :])):
            return (FOLDER, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        return (FILE, 0, 0, 0, 0, 0, self.place(path)[1], 0, 0, 0)

    def _holds_folder(self, name):
        return b"\0" + name.encode() + b"/" in self.names

    def open(self, path, _mode):
        """See MicroPython. The file goes on behind the module, whose end its reader knows."""
        start, _ = self.place(path)
        file = open(self.path, "rb")
        file.seek(start)
        return file
