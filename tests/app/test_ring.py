"""The ring of samples: at an address that the DMA can wrap at, wherever the heap has room."""

from array import array

import pytest

from app.bench import band, contractions, core_track, only_log

SIZE = 32768


class Heap:
    """Gives out rings that far behind a multiple of their size; a filler goes where a ring was once gaps are full."""

    def __init__(self, offsets, gaps):
        self.offsets = list(offsets)
        self.gaps = gaps
        self.place = 0

    def addressof(self, thing):
        if not isinstance(thing, bytearray):
            self.place = 0x20000000 + (self.offsets.pop(0) if self.offsets else 0)
        elif self.gaps:
            self.gaps -= 1
            return self.place - SIZE
        return self.place


def misplace(*offsets, gaps=0):
    """A patch: the first rings lie that far behind a multiple of their size."""

    def apply(module):
        module.addressof = Heap(offsets, gaps).addressof

    return {"buzzband_fw.hal.emg_adc": apply}


@pytest.mark.parametrize("offsets", [(), (512,), (512, 96), (512, 96, 4096)])
def test_the_first_place_that_fits_is_taken(offsets):
    with band(patches=misplace(*offsets)) as virtual:
        virtual.run_for(0.5)
        ring = virtual.app.muscle.ring
    assert isinstance(ring, array)
    assert len(ring) * ring.itemsize == SIZE


def test_small_gaps_before_it_are_filled_however_many_there_are():
    with band(patches=misplace(SIZE - 64, gaps=40)) as virtual:
        virtual.run_for(0.5)
        assert isinstance(virtual.app.muscle.ring, array)


@pytest.mark.parametrize("offset", [2, 512, SIZE - 2])
def test_if_none_fits_the_ring_lies_within_room_of_twice_its_size(offset):
    raw = contractions(2)
    with band(raw, patches=misplace(*[offset] * 9)) as virtual:
        virtual.play()
        ring, log = virtual.app.muscle.ring, only_log(virtual)
    room = ring.obj
    start = first_index(room, ring)
    assert len(room) * room.itemsize == 2 * SIZE
    assert (offset + 2 * start) % SIZE == 0
    assert 0 <= start <= SIZE // 2
    assert len(ring) == SIZE // 2
    assert tuple((cue.block, cue.word) for cue in log.cues) == core_track(raw).cues


def first_index(room, view):
    """Return where in ``room`` a view on it begins."""
    room[:] = array("H", bytes(2 * len(room)))
    view[0] = 1
    return room.index(1)
