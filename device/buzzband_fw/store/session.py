"""Sessions in flash. ``/log/<id>.bbl`` is one; while it goes on, what is new goes into small files beside it, the
pieces, ``/log/<id>.000`` and so on.

littlefs writes a file anew from the block on that has changed: to let one grow by a little costs an erase each time. A
piece of up to 512 bytes lies inside its folder, and every fifth or so costs one. So records go into pieces while the
wearer works, and at rest into the session's file, in steps, each short. A piece is removed only when the session's file
holds what it held and has been seen through. If power fails before, it is merged again: records are numbered, and
one that comes twice counts once.
"""

import gc
import hashlib
import os

from buzzband_fw.core.portable import const

FOLDER = "log"
SUFFIX = ".bbl"
_ID_SIZE = const(8)
_STEM = const(16)


def new_id(salt):
    """Return 8 bytes that no session in flash has. ``salt``: bytes that differ from band to band and from time to time.

    The chip's random numbers come from a ring oscillator that nobody vouches for, so they are not alone.
    """
    while True:
        salt = hashlib.sha256(os.urandom(_ID_SIZE) + salt).digest()
        if size_of(salt[:_ID_SIZE]) < 0:
            return salt[:_ID_SIZE]


def path_of(session_id):
    """Return the path of the file of a session. ``session_id``: 8 bytes."""
    return FOLDER + "/" + session_id.hex() + SUFFIX


def piece_path(session_id, number):
    """Return the path of a small file of a session. ``session_id``: 8 bytes."""
    return "%s/%s.%03d" % (FOLDER, session_id.hex(), number)


def listing():
    """Return the ids of all sessions in flash in order, 16 hexadecimal digits each."""
    return sorted([name[:_STEM] for name in _names() if name[_STEM:] == SUFFIX])


def unmerged():
    """Return which sessions have small files in flash: a dict of id to the numbers of the first and the last."""
    found = {}
    for name in _names():
        digits = name[_STEM + 1 :]
        if name[_STEM : _STEM + 1] == "." and digits.isdigit():
            number = int(digits)
            first, last = found.get(name[:_STEM], (number, number))
            found[name[:_STEM]] = min(first, number), max(last, number)
    return found


def size_of(session_id):
    """Return the size of a session's file, -1 without one. ``session_id``: 8 bytes."""
    try:
        return os.stat(path_of(session_id))[6]
    except OSError:
        return -1


def remove(session_id):
    """Remove a session's file. ``session_id``: 8 bytes. Raises OSError."""
    os.remove(path_of(session_id))


def free_bytes():
    """Return how much of the flash is free."""
    found = os.statvfs(".")
    return found[0] * found[3]


def _names():
    """Return the names of files that may be of sessions."""
    try:
        return [entry[0] for entry in os.ilistdir(FOLDER) if _is_id(entry[0][:_STEM])]
    except OSError:
        return []


def _is_id(text):
    for character in text:
        if character not in "0123456789abcdef":
            return False
    return len(text) == _STEM


class Pieces:
    """``committed``: bytes of the session's file that are safe. ``commits``: how often flash has been written.

    ``merging``: whether a merge has begun and is not through.
    """

    def __init__(self, session_id, first=0, end=0):
        """``first``, ``end``: numbers of the pieces that there are already."""
        self.session_id = session_id
        self.committed = 0
        self.commits = 0
        self.merging = False
        self._first = self._copied = first
        self._end = end
        self._file = None

    def begin(self, header, length):
        """Make the session's file, of the first ``length`` bytes of ``header``. Raises OSError."""
        if FOLDER not in os.listdir():
            os.mkdir(FOLDER)
        self._write(path_of(self.session_id), header, length)
        self.committed = length

    def keep(self, records, length):
        """Make a piece of the first ``length`` bytes of ``records``, 480 at most. Raises OSError."""
        self._write(piece_path(self.session_id, self._end), records, length)
        self._end += 1

    def waiting(self):
        """Return how many pieces there are."""
        return self._end - self._first

    def merge(self):
        """Do one step of merging what there is; return whether there is another. Raises OSError; then it is over."""
        if self._file is not None:
            self._copy()
        elif self._first < self._copied:
            os.remove(piece_path(self.session_id, self._first))
            self._first += 1
            self.commits += 1
            self.merging = self._first < self._copied
        elif self._first < self._end:
            self.merging = True
            self._file = open(path_of(self.session_id), "ab")
        return self.waiting() > 0

    def _copy(self):
        """Let the session's file take one more piece; behind the last one, see it through."""
        if self._copied < self._end:
            with open(piece_path(self.session_id, self._copied), "rb") as piece:
                self._file.write(piece.read())
            self._copied += 1
            return
        file, self._file = self._file, None
        file.close()
        self.committed = size_of(self.session_id)
        self.commits += 1

    def _write(self, path, data, length):
        with open(path, "wb") as file:
            file.write(data, length)
        self.commits += 1


def recover(brace):
    """Merge what interrupted sessions have left. ``brace``: is called before each step. Raises OSError."""
    for name, (first, last) in unmerged().items():
        left = Pieces(bytes.fromhex(name), first, last + 1)
        while True:
            brace()
            if not left.merge():
                break
            gc.collect()
