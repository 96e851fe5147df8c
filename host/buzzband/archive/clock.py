"""When a session was: a band has no clock of the day, only one that counts from its last power-on.

Whenever a host meets a band it tells the time, and both note what the band's clock said: a mark. A mark of the same
power-on places a session exactly; otherwise marks, inventories and other sessions say between which moments it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

WRAP_MS = 1 << 30  # the band's clock begins anew, every 12.4 days
DRIFT_PPM = 100  # of the band's crystal (±30 ppm and its temperature) and the host's clock together
TOLERANCE_MS = 60_000  # by which a host's clock may be put right between two syncs
EARLIEST_MS = 1_577_836_800_000  # 2020: a host that says less has no idea
LATEST_MS = 4_102_444_800_000  # 2100


@dataclass(frozen=True)
class Mark:
    """A band's clock said ``t_ms`` in its power-on ``boot`` when a host's said ``utc_ms``, within the round trip."""

    boot: int
    t_ms: int
    utc_ms: int
    round_trip_ms: int = 0


@dataclass(frozen=True)
class Run:
    """What is known of the place of a session in time; None or nothing where it is not.

    ``start_t_ms``: the band's clock at its start. ``inside``: marks that it has recorded itself. ``before``: the last
    mark that the band knew when it began. ``absent_ms``: an inventory did not have it then, ``seen_ms``: one had it.
    """

    boot: int | None = None
    start_t_ms: int | None = None
    duration_ms: int = 0
    inside: tuple[Mark, ...] = ()
    before: Mark | None = None
    absent_ms: int | None = None
    seen_ms: int | None = None


@dataclass(frozen=True)
class Exact:
    """It began at ``start_ms``, give or take ``within_ms``. Times in ms since 1970, UTC."""

    start_ms: int
    within_ms: int


@dataclass(frozen=True)
class Between:
    """It began between these moments; None: nobody knows."""

    earliest_ms: int | None
    latest_ms: int | None


Placement = Exact | Between


def place(runs: Sequence[Run], marks: Iterable[Mark]) -> tuple[Placement, ...]:
    """Return when each of the sessions of one band was. ``marks``: those that hosts have noted."""
    known = [mark for mark in marks if _is_sane(mark)]
    known += [mark for run in runs for mark in _told_by(run)]
    exact = [_exact(run, known) for run in runs]
    return tuple(found or _between(run, runs, exact, known) for run, found in zip(runs, exact, strict=True))


def _exact(run: Run, marks: Sequence[Mark]) -> Exact | None:
    """Return the best of the exact places, if there is one."""
    if run.start_t_ms is None:
        return None
    found = [*_from_inside(run, run.start_t_ms), *_from_before(run, run.start_t_ms)]
    if not found and run.boot is not None:
        found = list(_from_same_boot(run, run.start_t_ms, [mark for mark in marks if mark.boot == run.boot]))
    return min(found, key=lambda place: place.within_ms, default=None)


def _from_inside(run: Run, start_t_ms: int) -> Iterator[Exact]:
    for mark in filter(_is_sane, run.inside):
        since_ms = (mark.t_ms - start_t_ms) % WRAP_MS
        yield Exact(mark.utc_ms - since_ms, _within_ms(mark, since_ms))


def _from_before(run: Run, start_t_ms: int) -> Iterator[Exact]:
    if run.before and run.before.boot == run.boot and _is_sane(run.before):
        since_ms = (start_t_ms - run.before.t_ms) % WRAP_MS
        yield Exact(run.before.utc_ms + since_ms, _within_ms(run.before, since_ms))


def _from_same_boot(run: Run, start_t_ms: int, marks: Sequence[Mark]) -> Iterator[Exact]:
    """Yield where marks place the session, whichever came first; where the clock wrapped, inventories decide."""
    for mark in marks:
        ahead_ms = (start_t_ms - mark.t_ms) % WRAP_MS
        fitting = [offset for offset in (ahead_ms - WRAP_MS, ahead_ms) if _fits(run, mark.utc_ms + offset)]
        if fitting:
            offset_ms = min(fitting, key=abs)
            yield Exact(mark.utc_ms + offset_ms, _within_ms(mark, abs(offset_ms)))


def _fits(run: Run, start_ms: int) -> bool:
    """Return whether the inventories allow a session to have begun then."""
    if run.absent_ms is not None and start_ms < run.absent_ms - TOLERANCE_MS:
        return False
    return run.seen_ms is None or start_ms <= run.seen_ms + TOLERANCE_MS


def _between(run: Run, runs: Sequence[Run], exact: Sequence[Exact | None], marks: Sequence[Mark]) -> Between:
    earliest = [] if run.absent_ms is None else [run.absent_ms]
    latest = [] if run.seen_ms is None else [run.seen_ms]
    told = Between(max(earliest, default=None), min(latest, default=None))
    if run.boot is None:
        return told
    earliest += [mark.utc_ms for mark in marks if mark.boot < run.boot]
    latest += [mark.utc_ms - run.duration_ms for mark in marks if mark.boot > run.boot]
    for other, found in zip(runs, exact, strict=True):
        if found and other.boot is not None and other.boot < run.boot:
            earliest.append(found.start_ms + other.duration_ms - found.within_ms)
        if found and other.boot is not None and other.boot > run.boot:
            latest.append(found.start_ms - run.duration_ms + found.within_ms)
    if earliest and latest and max(earliest) > min(latest):
        return told  # the band has lost count of its power-ons, or a host had the wrong time
    return Between(max(earliest, default=None), min(latest, default=None))


def _told_by(run: Run) -> Iterator[Mark]:
    if run.before and _is_sane(run.before):
        yield run.before
    if run.boot is not None:
        yield from filter(_is_sane, run.inside)


def _is_sane(mark: Mark) -> bool:
    return EARLIEST_MS <= mark.utc_ms <= LATEST_MS


def _within_ms(mark: Mark, distance_ms: int) -> int:
    return 1 + mark.round_trip_ms + distance_ms * DRIFT_PPM // 1_000_000
