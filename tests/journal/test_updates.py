"""Power may fail at any operation of an update, in five ways: there is always an app that works."""

import os
from collections import Counter

import pytest

from builders import tell
from counts import count
from journal.journal import Memory
from journal.test_simulated import spread
from journal.updates import UPDATES, Model, check, image
from pico_bench import PicoBench
from twin.bench import TwinBench, wait_for_prompt

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


STARTS = int(os.environ.get("BUZZBAND_STARTS", "24"))  # of torn images, on the chip
FEW = 2
START_S = 0.5  # of chip time


@pytest.mark.parametrize(
    "starts",
    [
        pytest.param(FEW, marks=pytest.mark.pico(FEW * START_S)),
        pytest.param(STARTS, marks=[pytest.mark.long, pytest.mark.timeout(7200), pytest.mark.pico(STARTS * START_S)]),
    ],
)
def test_the_chip_starts_the_app_that_the_model_starts(pico_bench: PicoBench, starts: int) -> None:
    images = [cut.image for name in UPDATES for cut in UPDATES[name]().cuts()]
    bench = TwinBench(pico_bench.left_s)
    try:
        for each in spread(images, starts):
            twin = bench.boot(image=each, pty=False, erase_ms=0)
            wait_for_prompt(twin)
            board = Model(Memory(each))
            assert board.start()
            assert twin.files()["ran.txt"].decode() == "{} {:d} {:d} {}".format(*board.ran[0])
    finally:
        bench.close()
    count("update, power cut, chip", started=starts)


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
