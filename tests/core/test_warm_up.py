import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband_fw.core.calibration import ELECTRODE_OFF, HUM, MOVED, SATURATED, SLIPPED, WEAK
from buzzband_fw.core.quality import HUM as HUM_FLAG
from buzzband_fw.core.quality import RAIL
from buzzband_fw.core.warm_up import LIFT_MS, REPS_MIN, WarmUp
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


def told(peaks, resting=CLEAN, lifting=CLEAN, rest=REST):
    """What a set of reps with those peaks leads to."""
    made = WarmUp()
    while not made.lifting:
        blocks(made, 1, rest, counts=resting)
    blocks(made, 100, rest, counts=lifting)  # the motor says that it is ready
    for number, peak in enumerate(peaks):
        blocks(made, 50, rest, counts=lifting)
        blocks(made, 1, peak, counts=lifting)
        blocks(made, 50, rest, counts=lifting)
        made.rep(number)
    return made.set_over(), made


@pytest.mark.parametrize(("reps", "refusal"), [(2, WEAK), (3, 0)])
def test_three_reps_are_enough(reps, refusal):
    assert told([9000] * reps)[1].refusal == refusal
    assert REPS_MIN == 3


@pytest.mark.parametrize(
    ("peaks", "refusal"),
    [
        ((5000, 5000, 10_000, 10_000), 0),
        ((4999, 4999, 10_000, 10_000), SLIPPED),
        ((4999, 10_000, 10_000, 10_000), 0),
        ((5000, 5000, 5000, 10_001), 0),
        ((4999, 4999, 5000, 10_000, 10_000), SLIPPED),
        ((4000, 4000, 10_000), SLIPPED),
        ((1000, 9000, 9000, 9000, 20_000), 0),
        ((1000, 1000, 9000, 9000, 9000, 9000, 9000, 20_000), 0),
        ((1000, 1000, 1000, 9000, 9000, 9000, 9000, 20_000), SLIPPED),
    ],
)
def test_the_upper_quartile_of_the_peaks_is_at_most_twice_the_lower(peaks, refusal):
    assert told(peaks)[1].refusal == refusal


@pytest.mark.parametrize(("rest", "provisional"), [(31, 31 + 128), (32, 32 + 128), (33, 33 + 132), (400, 2000)])
def test_the_provisional_span_is_four_times_rest_and_two_steps_of_the_converter_at_least(rest, provisional):
    made = WarmUp()
    blocks(made, 1400, rest)
    assert made.provisional == provisional


@pytest.mark.parametrize("at", ["resting", "lifting"])
@pytest.mark.parametrize(("removed", "refusal"), [(225 * (9000 - REST), HUM), (225 * (9000 - REST) - 256, 0)])
def test_hum_of_one_and_a_half_times_the_span_is_refused(at, removed, refusal):
    assert told([9000] * 3, **{at: (0, removed, 4800)})[1].refusal == refusal


def test_a_word_that_is_said_spoils_neither_peak_nor_window():
    made = WarmUp()
    while not made.lifting:
        blocks(made, 1)
    assert blocks(made, 10, 50_000, counts=(300, 0, 0)) == []
    assert made.provisional == 5 * REST
    assert made._evidence.windows == 0


def test_windows_before_and_after_the_set_are_no_evidence():
    word, made = told([9000] * 3)
    windows = made._evidence.windows
    assert windows > 0
    made.judge((300, 0, 0))
    assert (made._evidence.windows, word) == (windows, COUNT + 3)


@pytest.mark.parametrize(("more", "reference"), [(0, 5000), (1, 5000), (32, 9000)])
def test_of_more_than_32_reps_the_last_count(more, reference):
    assert told([5000] * 32 + [9000] * more)[1].reference == reference


def test_a_rep_without_effort_is_none():
    made, _ = rested()
    for number in range(5):
        made.rep(number)
    assert made.set_over() == REFUSED + WEAK


def test_before_ready_and_after_the_result_reps_and_sets_are_nothing():
    made = WarmUp()
    assert (made.lifting, made.provisional, made.set_over()) == (False, 0, 0)
    word, made = told([9000] * 3)
    assert word
    assert (made.set_over(), made.lifting, blocks(made, 200, 50_000), made.provisional) == (0, False, [], 9000)


def test_the_set_may_take_3_minutes():
    made = WarmUp()
    while not made.lifting:
        blocks(made, 1)
    assert blocks(made, 18_000 - 1) == []
    assert blocks(made, 1) == [REFUSED + WEAK]
    assert LIFT_MS == 180_000


@pytest.mark.parametrize("before", [1, 2, 3, 5, 12])
def test_reps_that_were_no_set_do_not_count(before):
    made, _ = rested()
    for number in range(before):
        blocks(made, 20, 3000)
        made.rep(number)
    made.forget()
    for number, peak in enumerate(PEAKS):
        blocks(made, REP_BLOCKS)
        blocks(made, 20, peak)
        blocks(made, REP_BLOCKS)
        made.rep(number)
    made.set_over()
    assert (made.reference, made.grade) == (10000, lifted()[0].grade)
