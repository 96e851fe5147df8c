import pytest

from buzzband_fw.core.takeover import ON_PERMILLE, Takeover


def compared(own, other, steps=50):
    takeover = Takeover()
    for _ in range(steps):
        takeover.add(own, other)
    return takeover.happened()


@pytest.mark.parametrize(("own", "other", "happened"), [(500, 501, True), (500, 500, False), (500, 100, False)])
def test_the_other_muscle_took_over_if_it_did_more_on_average(own, other, happened):
    assert compared(own, other) is happened


def test_muscles_at_rest_do_not_take_over():
    assert not compared(20, ON_PERMILLE)
    assert compared(20, ON_PERMILLE + 1)


def test_each_rep_is_compared_by_itself():
    takeover = Takeover()
    takeover.add(100, 900)
    assert takeover.happened()
    takeover.add(500, 400)
    assert not takeover.happened()


def test_nothing_was_done_nothing_happened():
    assert not Takeover().happened()


def test_hours_without_a_rep_stay_in_range():
    takeover = Takeover()
    for _ in range(20_000):
        takeover.add(4000, 4000)
    assert max(takeover._sums) < 2**30
