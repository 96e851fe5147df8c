"""Placing sessions in time: exact where a mark says so, and never wrong."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.archive.clock import WRAP_MS, Between, Exact, Mark, Placement, Run, place

NOW = 1_763_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR


def one(run: Run, *marks: Mark) -> Placement:
    return place([run], marks)[0]


def test_a_mark_of_the_same_power_on_places_a_session_exactly() -> None:
    assert one(Run(3, 1000), Mark(3, 61_000, NOW)) == Exact(NOW - 60_000, 7)


def test_a_session_after_the_mark_is_placed_too() -> None:
    assert one(Run(3, 61_000), Mark(3, 1000, NOW)) == Exact(NOW + 60_000, 7)


def test_its_own_mark_goes_before_one_that_a_host_noted() -> None:
    run = Run(3, 1000, 60_000, inside=(Mark(3, 11_000, NOW, 4),))
    assert one(run, Mark(3, 1000, NOW + DAY)) == Exact(NOW - 10_000, 6)


def test_the_mark_that_it_knew_when_it_began_places_it() -> None:
    assert one(Run(3, 50_000, before=Mark(3, 20_000, NOW))) == Exact(NOW + 30_000, 4)


def test_the_nearest_mark_counts() -> None:
    assert one(Run(3, 0), Mark(3, 10_000_000, NOW), Mark(3, 10_000, NOW - 9_990_000)) == Exact(NOW - 10_000_000, 2)


def test_where_the_clock_wrapped_it_is_the_shorter_way() -> None:
    assert one(Run(3, WRAP_MS - 1000), Mark(3, 1000, NOW)) == Exact(NOW - 2000, 1)


def test_where_the_shorter_way_cannot_be_it_is_the_longer_one() -> None:
    run = Run(3, 5 * DAY, absent_ms=NOW - 8 * DAY, seen_ms=NOW)
    placed = one(run, Mark(3, 0, NOW))
    assert isinstance(placed, Exact)
    assert placed.start_ms == NOW + 5 * DAY - WRAP_MS


def test_a_mark_that_the_inventories_contradict_does_not_count() -> None:
    run = Run(3, 1000, absent_ms=NOW - DAY, seen_ms=NOW)
    assert one(run, Mark(3, 2000, NOW - 100 * DAY)) == Between(NOW - DAY, NOW)


def test_without_such_a_mark_it_lies_between_those_of_earlier_and_later_power_ons() -> None:
    marks = (Mark(1, 0, NOW), Mark(2, 0, NOW + DAY), Mark(4, 0, NOW + 2 * DAY), Mark(5, 0, NOW + 3 * DAY))
    assert one(Run(3, 0, HOUR), *marks) == Between(NOW + DAY, NOW + 2 * DAY - HOUR)


def test_other_sessions_that_are_placed_bound_it_too() -> None:
    earlier = Run(2, 0, HOUR, before=Mark(2, 0, NOW))
    later = Run(4, 0, HOUR, before=Mark(4, 0, NOW + DAY))
    _, placed, _ = place([earlier, Run(3, 0, HOUR), later], ())
    assert placed == Between(NOW + HOUR - 1, NOW + DAY - HOUR)


def test_what_was_seen_and_not_seen_bounds_it() -> None:
    assert one(Run(None, None, absent_ms=NOW, seen_ms=NOW + DAY)) == Between(NOW, NOW + DAY)


def test_nothing_is_known_of_what_nothing_tells() -> None:
    assert one(Run()) == Between(None, None)


def test_contradicting_bounds_leave_what_was_seen() -> None:
    run = Run(50, 0, seen_ms=NOW)
    assert one(run, Mark(40, 0, NOW - DAY), Mark(3, 0, NOW + 100 * DAY)) == Between(None, NOW)


@pytest.mark.parametrize("utc_ms", [0, 1 << 62])
def test_a_host_that_has_no_idea_of_the_time_does_not_count(utc_ms: int) -> None:
    assert one(Run(3, 1000, inside=(Mark(3, 1000, utc_ms),)), Mark(3, 1000, utc_ms)) == Between(None, None)


@dataclass
class World:
    """What really was: sessions with their starts, and what is known of it."""

    runs: list[Run]
    starts: list[int]
    marks: list[Mark]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Months with a band that is switched on and off, worn, and synced now and then, its clock 40 ppm off at most."""
    ppm = draw(st.integers(-40, 40))
    now, boot = NOW, draw(st.integers(1, 50))
    runs: list[tuple[Run, int]] = []
    waiting: list[int] = []  # runs that no inventory has had yet
    marks: list[Mark] = []
    last_seen: int | None = None
    known: Mark | None = None
    t0 = draw(st.integers(0, WRAP_MS - 1))
    booted = now

    def clock(utc_ms: int) -> int:
        elapsed = utc_ms - booted
        return (t0 + elapsed + elapsed * ppm // 1_000_000) % WRAP_MS

    for step in draw(st.lists(st.sampled_from(["boot", "session", "sync", "wait"]), max_size=25)):
        now += draw(st.integers(60_000, 5 * DAY if step == "wait" else 5 * HOUR))
        if step == "boot":
            boot, booted, t0 = boot + 1, now, draw(st.integers(0, 60_000))
        elif step == "session":
            length = draw(st.integers(1000, 3 * HOUR))
            told = ()
            if draw(st.booleans()):
                at = now + draw(st.integers(0, length))
                told = (Mark(boot, clock(at), at, draw(st.integers(0, 50))),)
            waiting.append(len(runs))
            runs.append((Run(boot, clock(now), length, told, known, last_seen), now))
            now += length
        elif step == "sync":
            known = Mark(boot, clock(now), now, draw(st.integers(0, 50)))
            marks.append(known)
            for index in waiting:
                runs[index] = (replace(runs[index][0], seen_ms=now), runs[index][1])
            waiting, last_seen = [], now
    return World([run for run, _ in runs], [start for _, start in runs], marks)


@given(worlds())
@settings(max_examples=400, deadline=None)
def test_no_session_is_ever_placed_where_it_was_not(world: World) -> None:
    for start, placed in zip(world.starts, place(world.runs, world.marks), strict=True):
        if isinstance(placed, Exact):
            assert abs(placed.start_ms - start) <= placed.within_ms + 60
        else:
            assert placed.earliest_ms is None or placed.earliest_ms <= start
            assert placed.latest_ms is None or start <= placed.latest_ms


@given(worlds())
@settings(max_examples=100, deadline=None)
def test_a_session_with_a_mark_of_its_own_is_always_placed_exactly(world: World) -> None:
    for run, placed in zip(world.runs, place(world.runs, world.marks), strict=True):
        assert isinstance(placed, Exact) or not run.inside


@given(worlds(), st.randoms())
@settings(max_examples=50, deadline=None)
def test_the_order_in_which_marks_are_known_does_not_matter(world: World, random: object) -> None:
    shuffled = list(world.marks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert place(world.runs, shuffled) == place(world.runs, world.marks)
