"""What a band's cue was told of the movement, and when: tops, reps and sets, as the log has them."""

from dataclasses import dataclass
from struct import error, unpack_from

from buzzband.recordings.framing import intact_records, numbered
from buzzband.recordings.lifting import Rep, Set
from buzzband_fw.store import records


@dataclass(frozen=True)
class Top:
    """A rep had reached its top. ``number``: of how many tops of the set it was the last.

    ``ago_ms``: for how long the lift had been over. Activation in permille, ``peak`` in the swing that led there,
    ``lift_peak`` in the lift.
    """

    number: int
    ago_ms: int
    peak: int
    lift_peak: int


@dataclass(frozen=True)
class Telling:
    """What the cue was told when ``block`` was the last that was over, ``ahead`` blocks after the end of its step.

    ``muscle_told``: whether the electrodes could be trusted all through the set. ``alike``: whether its reps so far
    were as regular as those of a set.
    """

    block: int
    ahead: int
    muscle_told: bool
    alike: bool
    told: Top | Rep | Set


_KINDS: dict[int, tuple[str, int, type[Top] | type[Rep] | type[Set]]] = {
    records.TOP: (records.TOP_FORMAT, records.TOP_SIZE, Top),
    records.REP: (records.REP_FORMAT, records.REP_SIZE, Rep),
    records.SET: (records.SET_FORMAT, records.SET_SIZE, Set),
}


def tellings(data: bytes, session_id: str) -> tuple[Telling, ...]:
    """Return every telling in the file of a session, in order; what does not say when it was told is left out."""
    found = []
    for record in numbered(tuple(intact_records(data, session_id))).values():
        if record.kind in _KINDS:
            layout, size, kind = _KINDS[record.kind]
            try:
                block, ahead, marks = unpack_from(records.TOLD_FORMAT, record.payload, size)
            except error:
                continue
            told = kind(*unpack_from(layout, record.payload))
            found.append(Telling(block, ahead, bool(marks & records.MUSCLE_TOLD), bool(marks & records.ALIKE), told))
    return tuple(found)
