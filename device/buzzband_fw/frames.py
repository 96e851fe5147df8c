"""Frames: where MicroPython finds room for those of larger functions.

It keeps small ones on its stack. A larger one comes from the heap, from the first gap that is large enough, and to find
one behind everything else takes up to 0.3 ms, at every call. So a gap is held from the start on, in front of what is
loaded after it, and released when nothing more is made that stays.
"""

import gc

from buzzband_fw.core.portable import const

_WORDS = const(254)  # 1 KB: a tuple is one piece, so that its id is where the gap begins
_COVER_WORDS = const(190)  # less than that, for some frames lie there already
_HOLES_MAX = const(512)


class Frames:
    """A gap of 1 KB, held or released."""

    def __init__(self):
        self._gap = self._holes = self._cover = None
        self.hold()

    def hold(self):
        """Take the gap, before anything is made that stays."""
        self._holes = None
        if self._gap is None:
            self._gap = (None,) * _WORDS

    def cover(self):
        """Keep what is made from now on out of the gap, though it is released: it would stay until it is swept up."""
        try:
            self._cover = [None] * _COVER_WORDS
        except MemoryError:
            self._cover = []  # what is made needs less, perhaps

    def uncover(self):
        """Let frames have the gap again, at once: a list that is cleared gives its room back, nothing else does."""
        self._cover.clear()
        self._cover = None

    def release(self):
        """Let go of the gap, and fill the holes before it, for there the search begins."""
        place = id(self._gap)
        self._gap = None
        gc.collect()
        holes = ()  # each is 16 bytes, the least that the heap gives out
        for _ in range(_HOLES_MAX):
            if id(holes) >= place:
                break
            holes = (holes,)
        self._holes = holes and holes[0]  # without the one that lies in the gap
