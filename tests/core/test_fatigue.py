import pytest

from builders import RATE_HZ, sine, white
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.fatigue import CROSSINGS, FIRST_REPS, RISE_MAX_PERMILLE, Fatigue
from buzzband_fw.core.lowpass import CROSSINGS as COUNTED
from buzzband_fw.core.lowpass import lowpass, new_state
from checked import checked

TARGET = 500
EFFORT, REST = 900, 100


def window(crossings):
    counts = [0, 0, 0, 0]
    counts[CROSSINGS] = crossings
    return counts


def rep(fatigue, rate_hz, windows=4):
    for _ in range(windows):
        fatigue.take(window(rate_hz // 4), EFFORT)
    return fatigue.rep_over()


def tired(*rates_hz, scales=True):
    fatigue = Fatigue(new_scale(0, 1000), TARGET, scales)
    return fatigue, [rep(fatigue, rate_hz) for rate_hz in rates_hz]


def crossings(samples):
    state = new_state()
    lowpass([round(sample) for sample in samples], len(samples), state)
    return state[COUNTED]


@pytest.mark.parametrize("hz", [25, 60, 120])
def test_a_sine_crosses_zero_twice_a_period(hz):
    assert crossings(sine(hz, 4, 3000, RATE_HZ)) == pytest.approx(8 * hz, abs=3)


def test_the_count_does_not_go_by_how_loud_it_is():
    noise = white(1, 1, 5)[: 4 * RATE_HZ]
    assert crossings(1000 * noise) == pytest.approx(crossings(16_000 * noise), rel=0.02)


def test_small_noise_on_a_large_wave_adds_no_crossings():
    wave = sine(25, 4, 10_000, RATE_HZ)
    assert crossings(wave + 500 * white(1, 1, 6)[: len(wave)]) == crossings(wave)


def test_counting_stays_in_range_at_full_scale():
    square = [60_000 if n // 10 % 2 else -60_000 for n in range(2000)]
    checked(lowpass)(square, len(square), new_state())


@pytest.mark.parametrize(("rate_hz", "target"), [(299, 504), (300, 500), (310, 500), (290, 511)])
def test_the_target_follows_the_rate_to_the_permille(rate_hz, target):
    """A quarter of what one rep is off counts: of 300 Hz, 299 are 4 permille less, rounded up, and 297 are 10."""
    assert rep(tired(300, 300, 300)[0], rate_hz) == target


def test_the_rate_of_a_rep_is_that_of_its_windows_of_effort():
    fatigue = Fatigue(new_scale(0, 1000), TARGET)
    for crossed, envelope in ((10, REST), (30, EFFORT), (34, EFFORT), (90, REST)):
        fatigue.take(window(crossed), envelope)
    fatigue.rep_over()
    assert fatigue.rate_hz == 4 * 32


def test_a_rep_of_less_than_half_a_second_tells_no_rate():
    fatigue = Fatigue(new_scale(0, 1000), TARGET)
    rep(fatigue, 120, windows=1)
    assert fatigue.rate_hz == 0


def test_the_first_reps_tell_what_is_fresh_and_move_nothing():
    fatigue, targets = tired(116, 120, 124)
    assert targets == [TARGET] * FIRST_REPS
    assert fatigue.first_hz == 120


def test_a_rate_that_is_21_percent_lower_raises_the_target_by_48_percent():
    _, targets = tired(*[1000] * 3, *[788] * 30)
    assert targets[-1] == pytest.approx(TARGET * 1.48, rel=0.01)
    assert targets == sorted(targets)


def test_the_target_rises_no_further_than_was_ever_seen():
    _, targets = tired(*[1000] * 3, *[400] * 30)
    assert targets[-1] == TARGET * (1000 + RISE_MAX_PERMILLE) // 1000


def test_a_rate_that_rises_does_not_lower_the_target():
    _, targets = tired(*[100] * 3, *[140] * 10)
    assert set(targets) == {TARGET}


def test_unless_asked_for_the_target_stands_and_the_rate_is_told():
    fatigue, targets = tired(*[1000] * 3, *[600] * 10, scales=False)
    assert set(targets) == {TARGET}
    assert fatigue.rate_hz == 600


def test_after_a_set_the_muscle_counts_as_fresh():
    fatigue, _ = tired(*[1000] * 3, *[600] * 10)
    assert fatigue.set_over() == TARGET
    assert rep(fatigue, 1000) == TARGET


@pytest.mark.parametrize(
    ("rate_hz", "rise_permille"), [(993, 16), (986, 32), (950, 114), (860, 320), (790, 480), (600, 480)]
)
def test_for_7_permille_that_the_rate_has_fallen_the_target_rises_by_16(rate_hz, rise_permille):
    fatigue = Fatigue(new_scale(0, 1000), 1000, scales_target=True)
    for _ in range(3):
        rep(fatigue, 4000)
    for _ in range(60):
        target = rep(fatigue, 4 * rate_hz)
    assert target == 1000 + rise_permille


def test_a_quarter_of_the_rate_of_one_rep_counts():
    fatigue = Fatigue(new_scale(0, 1000), 1000, scales_target=True)
    for _ in range(3):
        rep(fatigue, 4000)
    assert rep(fatigue, 4000 - 4 * 4 * 7) == 1016


def test_the_target_rises_by_48_percent_at_most():
    assert RISE_MAX_PERMILLE == 480


def test_unless_told_otherwise_the_target_stands():
    fatigue = Fatigue(new_scale(0, 1000), TARGET)
    for rate_hz in (1000, 1000, 1000, 400):
        rep(fatigue, rate_hz)
    assert rep(fatigue, 400) == TARGET


def test_before_the_first_rep_no_rate_is_known():
    fatigue = Fatigue(new_scale(0, 1000), TARGET)
    assert (fatigue.rate_hz, fatigue.first_hz) == (0, 0)
    assert fatigue.set_over() == TARGET
    assert fatigue.first_hz == 0


@pytest.mark.parametrize(("gated", "rate_hz"), [(199, 0), (200, 120)])
def test_effort_is_40_percent_of_the_target(gated, rate_hz):
    fatigue = Fatigue(new_scale(0, 1000), TARGET)
    for _ in range(2):
        fatigue.take(window(30), gated)
    fatigue.rep_over()
    assert fatigue.rate_hz == rate_hz
