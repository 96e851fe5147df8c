import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from buzzband_fw.core.activation import PERMILLE_MAX, SPAN_MIN, envelope_at, new_scale, permille, span_of
from checked import checked

ENVELOPE_END = 2**20
envelopes = st.integers(0, ENVELOPE_END - 1)
scales = st.tuples(envelopes, envelopes).map(lambda pair: new_scale(*pair))


@given(envelopes, scales)
@example(2**20 - 1, new_scale(0, 2**18))
@example(2**20 - 1, new_scale(0, 2**20 - 1))
def test_permille_is_the_share_of_the_span_rounded_down_and_clamped(envelope, scale):
    rest, span = scale
    assert checked(permille)(envelope, scale) == min(max((envelope - rest) * 1000 // span, 0), PERMILLE_MAX)


def test_rest_is_0_and_reference_1000():
    scale = new_scale(300, 20_000)
    assert permille(300, scale) == 0
    assert permille(20_000, scale) == 1000


def test_one_step_below_a_permille_does_not_count_as_it():
    scale = new_scale(0, 1000)
    assert permille(499, scale) == 499
    scale = new_scale(0, 3000)
    assert permille(1499, scale) == 499
    assert permille(1500, scale) == 500


def test_below_rest_is_0():
    assert permille(10, new_scale(300, 20_000)) == 0


def test_more_than_four_times_the_span_is_4000():
    scale = new_scale(100, 1100)
    assert permille(100 + 3999, scale) == 3999
    assert permille(100 + 4000, scale) == 4000
    assert permille(ENVELOPE_END - 1, scale) == 4000


@pytest.mark.parametrize("reference", [0, 500, 500 + SPAN_MIN - 1])
def test_a_reference_that_is_not_clearly_above_rest_gives_the_least_span(reference):
    assert span_of(new_scale(500, reference)) == SPAN_MIN


@given(st.integers(1, PERMILLE_MAX), scales)
@example(500, new_scale(0, 64))
@example(333, new_scale(7, 1007))
def test_envelope_at_is_the_least_envelope_of_a_permille(wanted, scale):
    envelope = envelope_at(wanted, scale)
    assume(envelope < ENVELOPE_END)
    assert permille(envelope, scale) >= wanted
    assert permille(envelope - 1, scale) < wanted


@given(scales)
def test_envelope_at_0_is_rest(scale):
    assert envelope_at(0, scale) == scale[0]
