import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.recordings import synth

TURNS = st.tuples(*[st.floats(-400, 400)] * 3)


def rotation(*turn_deg):
    return synth.rotations(np.array([turn_deg], float))[0]


@settings(deadline=None, max_examples=100)
@given(TURNS)
def test_any_turn_is_a_rotation_that_leaves_its_own_axis(turn):
    found = rotation(*turn)
    assert found.T @ found == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(found) == pytest.approx(1)
    assert found @ turn == pytest.approx(np.array(turn), abs=1e-6)


@pytest.mark.parametrize(
    ("turn", "where_x_goes"), [((0, 0, 90), (0, 1, 0)), ((0, -90, 0), (0, 0, 1)), ((90, 0, 0), (1, 0, 0))]
)
def test_turns_are_right_handed(turn, where_x_goes):
    assert rotation(*turn) @ [1, 0, 0] == pytest.approx(where_x_goes, abs=1e-12)


def test_half_a_turn_twice_is_none():
    half = rotation(0, 108, -144)
    assert half @ half == pytest.approx(np.eye(3), abs=1e-12)


def test_no_turn_is_the_identity():
    assert np.array_equal(rotation(0, 0, 0), np.eye(3))
