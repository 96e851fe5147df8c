"""The files of a session in the making: the session's own, and pieces that wait to be merged into it.

littlefs writes a file anew from the block on that has changed: to let one grow by a little costs an erase each time. A
piece of up to 512 bytes lies inside its folder, and every fifth or so costs one. So records go into pieces while the
wearer works, and at rest into the session's file, in steps, each short. A piece is removed only when the session's file
holds what it held and has been seen through. If power fails before, it is merged again: records are numbered, and
one that comes twice counts once.
"""

import gc
import os

from buzzband_fw.core.portable import const
from buzzband_fw.store import session

SIZE_MAX = const(480)


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
        if session.FOLDER not in os.listdir():
            os.mkdir(session.FOLDER)
        self._write(session.path_of(self.session_id), header, length)
        self.committed = length

    def keep(self, records, length):
        """Make a piece of the first ``length`` bytes of ``records``, up to SIZE_MAX. Raises OSError."""
        self._write(session.piece_path(self.session_id, self._end), records, length)
        self._end += 1

    def waiting(self):
        """Return how many pieces there are."""
        return self._end - self._first

    def merge(self):
        """Do one step of merging what there is; return whether there is another. Raises OSError; then it is over."""
        if self._file is not None:
            self._copy()
        elif self._first < self._copied:
            os.remove(session.piece_path(self.session_id, self._first))
            self._first += 1
            self.commits += 1
            self.merging = self._first < self._copied
        elif self._first < self._end:
            self.merging = True
            self._file = open(session.path_of(self.session_id), "ab")
        return self.waiting() > 0

    def _copy(self):
        """Let the session's file take one more piece; behind the last one, see it through."""
        if self._copied < self._end:
            with open(session.piece_path(self.session_id, self._copied), "rb") as piece:
                self._file.write(piece.read())
            self._copied += 1
            return
        file, self._file = self._file, None
        file.close()
        self.committed = session.size_of(self.session_id)
        self.commits += 1

    def _write(self, path, data, length):
        with open(path, "wb") as file:
            file.write(data, length)
        self.commits += 1


def recover(brace):
    """Merge what interrupted sessions have left. ``brace``: is called before each step. Raises OSError."""
    for name, (first, last) in session.unmerged().items():
        left = Pieces(bytes.fromhex(name), first, last + 1)
        while True:
            brace()
            if not left.merge():
                break
            gc.collect()
