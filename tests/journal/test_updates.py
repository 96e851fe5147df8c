"""Power may fail at any operation of an update, in five ways: there is always an app that works."""

from collections import Counter

import pytest

from builders import tell
from counts import count
from journal.journal import Memory
from journal.updates import UPDATES, Model, check, image

RUNS = {"into an empty slot": {"1", "2?", "2"}, "one module appended": {"1", "2?", "2"}, "rollback": {"1", "0?", "0"}}
SEEDS = 10


@pytest.mark.parametrize("name", UPDATES)
def test_whatever_a_cut_of_power_leaves_an_app_runs(name: str) -> None:
    found = Counter(check(cut) for cut in UPDATES[name]().cuts())
    tell(f"{name}: {dict(found)}")
    count(f"update, power cut: {name}", images=found.total(), operations=len(UPDATES[name]().operations))
    assert set(found) == RUNS[name]


@pytest.mark.long
@pytest.mark.parametrize("name", UPDATES)
def test_it_does_whatever_is_torn_how(name: str) -> None:
    images = sum(1 for seed in range(1, SEEDS + 1) for cut in UPDATES[name]().cuts(seed) if check(cut))
    count(f"update, power cut, {SEEDS} ways: {name}", images=images)


@pytest.mark.parametrize(
    ("slots", "chosen", "ran"),
    [
        ({"a": 1}, b"", ("a", False, False, 1)),
        ({"b": 1}, b"", ("b", False, False, 1)),
        ({"a": 0, "b": 1}, b"b", ("b", False, False, 1)),
        ({"a": 0, "b": 1}, b"b?", ("b", False, True, 1)),
        ({"a": 0}, b"b?", ("a", False, False, 0)),
        ({"a": 0, "b": 1}, b"\xff?", ("a", False, True, 0)),
        ({"a": 0, "b": 1}, b"x", ("a", False, False, 0)),
    ],
)
def test_the_slot_that_is_named_runs_if_it_holds_an_app(slots, chosen, ran) -> None:
    memory = Memory(image(**slots))
    board = Model(memory)
    with board.flash.open("slot.txt", "wb") as file:
        file.write(chosen)
    assert board.start()
    assert board.ran[0] == ran


def test_an_app_that_crashes_again_and_again_gives_way_to_the_other_in_safe_mode() -> None:
    board = Model(Memory(image(a=1, b=0)), bad=(1,))
    assert board.start()
    assert board.ran == [("b", True, False, 0)]


def test_where_both_crash_again_and_again_there_is_the_prompt() -> None:
    board = Model(Memory(image(a=1, b=0)), bad=(0, 1))
    assert not board.start()
