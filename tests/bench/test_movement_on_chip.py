"""The set that the kernels are measured in is a set, and no difference in what comes of it passes."""

import pytest
from movement_on_chip import KERNELS, REPS, all_kernels, check, curls, played

from buzzband.errors import EngineFailed
from buzzband_fw.core.sets import REP

TALLIES = {name: [3, 100, 7] for name in KERNELS}


def test_the_set_has_all_its_reps() -> None:
    blocks, _, events, *_ = played(all_kernels(), *curls())
    assert events.count(REP) == REPS
    assert blocks > 100 * REPS


def test_the_same_from_everywhere_passes_whatever_it_cost() -> None:
    check([1, 2], [([1, 2], TALLIES), ([1, 2], {name: [3, 20, 7] for name in KERNELS})])


@pytest.mark.parametrize(("viper", "c"), [([1, 3], [1, 3]), ([1, 3], [1, 2]), ([1, 2], [1, 3])])
def test_a_set_that_comes_to_something_else_does_not_pass(viper: list[int], c: list[int]) -> None:
    with pytest.raises(EngineFailed, match="in Python"):
        check([1, 2], [(viper, TALLIES), (c, TALLIES)])


@pytest.mark.parametrize("tally", [[4, 100, 7], [3, 100, 8]])
def test_a_kernel_that_is_called_otherwise_or_tells_otherwise_does_not_pass(tally: list[int]) -> None:
    with pytest.raises(EngineFailed, match="put tells"):
        check([1], [([1], TALLIES), ([1], {**TALLIES, "put": tally})])
