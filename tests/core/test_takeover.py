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


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_one_step_is_enough_and_nothing_is_left_of_what_was_compared_before(calls):
    takeover = Takeover()
    for _ in range(calls):
        takeover.add(900, 100)
        takeover.happened()
    for own, other, happened in ((500, 501, True), (500, 500, False), (0, 150, False), (0, 151, True)):
        takeover.add(own, other)
        assert takeover.happened() == happened


def test_all_steps_of_a_rep_are_compared():
    takeover = Takeover()
    takeover.add(100, 900)
    takeover.add(500, 400)
    assert takeover.happened()


@pytest.mark.parametrize(("steps", "happened"), [(5999, True), (6000, False)])
def test_after_two_minutes_without_a_rep_it_begins_anew(steps, happened):
    takeover = Takeover()
    for _ in range(steps):
        takeover.add(0, 900)
    takeover.add(501, 500)
    assert takeover.happened() == happened
