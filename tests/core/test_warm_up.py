import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband_fw.core.calibration import ELECTRODE_OFF, HUM, MOVED, SATURATED, SLIPPED, WEAK
from buzzband_fw.core.quality import HUM as HUM_FLAG
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.warm_up import LIFT_MS, WarmUp
from buzzband_fw.core.words import BREATHE_IN, BREATHE_OUT, COUNT, READY, REFUSED
from checked import Checked

REST = 400
PEAKS = (9000, 10000, 11000, 10500, 9500)
CLEAN = (0, 300 * 8 * 20, 300 * 8 * 100, 30)
FLAT = (0, 0, 0, 0)
REP_BLOCKS = 250


def blocks(made, count, envelope=REST, flags=0, speed=0, counts=CLEAN):
    """Step so many blocks and return the words."""
    said = []
    for _ in range(count):
        made.blocks_done = getattr(made, "blocks_done", 0) + 1
        said.append(made.step(envelope, speed, flags))
        if made.blocks_done % 25 == 0:
            made.judge(counts)
    return [word for word in said if word]


def rested(**kwargs):
    made = WarmUp()
    return made, blocks(made, 1400, **kwargs)


def lifted(peaks=PEAKS, **kwargs):
    """A warm-up set of reps with those peaks, each told half a second after it is over; and the last word."""
    made, _ = rested()
    for number, peak in enumerate(peaks):
        blocks(made, REP_BLOCKS, **kwargs)
        blocks(made, 20, peak, **kwargs)
        blocks(made, REP_BLOCKS, **kwargs)
        made.rep(number)
    return made, made.set_over()


def test_two_breaths_then_ready():
    made, said = rested()
    assert said == [BREATHE_IN, BREATHE_OUT] * 2 + [READY]
    assert (made.lifting, made.done, made.rest) == (True, False, REST)


def test_reps_are_first_counted_on_a_scale_that_any_muscle_reaches():
    assert rested()[0].provisional == 5 * REST
    assert rested(envelope=4)[0].provisional == 4 + 128


def test_the_reference_is_the_median_peak():
    made, word = lifted()
    assert (made.reference, made.grade, word, made.done) == (10000, 3, COUNT + 3, True)


def test_the_scale_grows_with_what_the_muscle_does():
    assert lifted()[0].provisional == max(PEAKS)


def test_reps_that_are_told_again_change_nothing():
    made, _ = rested()
    for number in (0, 1, 2):
        blocks(made, 20, 10000)
        made.rep(number)
    for number in (0, 1, 2):
        blocks(made, 20, 3000)
        made.rep(number)
    made.set_over()
    assert (made.reference, made.grade) == (10000, 3)


def test_blocks_with_a_fault_are_no_peaks():
    for flags in (RAIL, HUM_FLAG):
        made, _ = lifted(flags=flags)
        assert (made.reference, made.refusal) == (REST, WEAK)


@pytest.mark.parametrize(
    ("refusal", "how"),
    [
        (WEAK, {"peaks": PEAKS[:2]}),
        (WEAK, {"peaks": ()}),
        (WEAK, {"peaks": (REST * 3 - 1,) * 5}),
        (SLIPPED, {"peaks": (10000, 10000, 10000, 4000, 4000, 4000)}),
        (SLIPPED, {"counts": FLAT}),
        (SATURATED, {"counts": (7, *CLEAN[1:])}),
        (HUM, {"counts": (0, 300 << 19, 300 << 16, 0)}),
    ],
)
def test_each_fault_of_the_set_has_its_own_code(refusal, how):
    made, word = lifted(**how)
    assert (made.grade, made.refusal, word) == (0, refusal, REFUSED + refusal)


@pytest.mark.parametrize(("refusal", "how"), [(MOVED, {"speed": 65 * 25}), (ELECTRODE_OFF, {"counts": FLAT})])
def test_each_fault_of_the_rest_too(refusal, how):
    made, said = rested(**how)
    assert (made.done, made.lifting, made.refusal, said[-1]) == (True, False, refusal, REFUSED + refusal)


def test_one_odd_rep_is_no_slip():
    assert lifted((10000, 10000, 10000, 10000, 3000))[0].grade == 3


def test_a_set_that_is_never_over_is_concluded():
    made, _ = rested()
    assert blocks(made, LIFT_MS // 10) == [REFUSED + WEAK]


def test_more_reps_than_it_keeps_are_no_harm():
    assert lifted((10000,) * 40)[0].reference == 10000


@settings(deadline=None, max_examples=30)
@given(
    envelopes=st.lists(st.integers(0, (1 << 20) - 1), min_size=1, max_size=20),
    counts=st.lists(st.tuples(st.integers(0, 300), *[st.integers(0, 300 << 20)] * 2), min_size=1, max_size=5),
    reps=st.lists(st.integers(1, 400), max_size=50),
)
def test_whatever_comes_it_stays_within_31_bits(envelopes, counts, reps):
    made = WarmUp()
    for index, length in enumerate([1500, *reps]):
        for block in range(length):
            made.step(Checked(envelopes[(block // 20 + index) % len(envelopes)]), Checked(0), 0)
            if block % 25 == 24:
                made.judge([Checked(count) for count in counts[block // 25 % len(counts)]])
        made.rep(index)
    made.set_over()
    assert made.done
