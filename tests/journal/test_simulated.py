"""Power may fail at any operation on flash, in five ways: the simulated band, on a littlefs of its own."""

from typing import TypeVar

import pytest

from builders import tell
from counts import count
from journal.kept import Check, Found
from journal.pulled import boot_and_cut
from journal.scenarios import SCENARIOS

T = TypeVar("T")

SEEDS = 10
STARTS = 5


def found_in(name: str, seed: int = 0) -> Found:
    scene = SCENARIOS[name]()
    return Check(scene.journal, scene.felt, scene.changing).run(seed)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_cut_of_power_takes_nothing_that_it_must_not(name: str) -> None:
    found = found_in(name)
    tell(f"{name}: {found.figures()}")
    count(f"flash journal, simulated: {name}", **found.figures())
    assert found.images == 5 * found.operations > 0


@pytest.mark.parametrize("starts", [STARTS, pytest.param(None, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_band_starts_from_what_is_left_merges_it_and_loses_nothing_in_a_second_cut(
    name: str, starts: int | None
) -> None:
    images = spread(list(found_in(name).states.values()), starts)
    found = boot_and_cut(images)
    tell(f"{name}: {len(images)} starts, {found.figures()}")
    count(f"second cut, simulated: {name}", starts=len(images), **found.figures())


def spread(things: list[T], wanted: int | None) -> list[T]:
    """Return so many of them, as far apart as can be; None: all."""
    if wanted is None or wanted >= len(things):
        return things
    return [things[index * len(things) // wanted] for index in range(wanted)]


@pytest.mark.long
@pytest.mark.parametrize("name", SCENARIOS)
def test_it_does_whatever_is_torn_how(name: str) -> None:
    found = Found()
    for seed in range(1, SEEDS + 1):
        found.add(found_in(name, seed))
    count(f"flash journal, simulated, {SEEDS} ways: {name}", **found.figures())
