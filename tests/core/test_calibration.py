import itertools
import json
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.bundle import bytecode_files
from buzzband.engines.micropython import run_main
from buzzband_fw.core.calibration import (
    ELECTRODE_OFF,
    HUM,
    LIMIT_MS,
    MOVED,
    SATURATED,
    SLIPPED,
    WEAK,
    Calibration,
    Evidence,
    median,
)
from buzzband_fw.core.words import BREATHE_IN, BREATHE_OUT, COUNT, REFUSED, RELEASE, SQUEEZE, duration_ms
from checked import Checked
from doc_pages import page, rows

REST = 400
FULL = 10000
CLEAN = (0, 300 * 8 * 20, 300 * 8 * 100, 30)
RAILED = (7, *CLEAN[1:])
FLAT = (0, 0, 300 * 16 - 1, 0)
HUM_COUNT = 2 * (FULL - REST) * 225
HUMMING = (0, HUM_COUNT, HUM_COUNT >> 3, 30)
ENVELOPES = st.integers(0, (1 << 20) - 1)
COUNTS = st.tuples(st.integers(0, 300), *[st.integers(0, 300 << 20)] * 2, st.integers(0, 300))


def guided(rest=REST, squeezes=(FULL,) * 3, *, buzz=0, speed=0, counts=lambda phase: CLEAN, blocks=LIMIT_MS // 10):
    """A calibration with a wearer who answers at once: words as (block, word), and the calibration.

    ``rest``, ``speed``: of the block, or a function of it. ``buzz``: what the motor adds while it runs. ``counts``: of
    a window, from 0 at rest or the number of the squeeze.
    """
    made, said, running, squeezed, holding = Calibration(), [], 0, 0, False
    for block in range(blocks):
        envelope = squeezes[squeezed - 1] if holding else rest(block) if callable(rest) else rest
        word = made.step(envelope + (buzz if running else 0), speed(block) if callable(speed) else speed)
        running = max(running - 1, 0)
        if block % 25 == 24:
            made.judge(counts(squeezed if holding else 0))
        if word:
            said.append((block, word))
            running = duration_ms(word) // 10 + 12
            squeezed += word == SQUEEZE
            holding = word == SQUEEZE
        if made.done:
            break
    return made, said


def said_by(*args, **kwargs):
    return [word for _, word in guided(*args, **kwargs)[1]]


def test_refusals_have_the_codes_of_the_docs():
    told = {name: int(code) for code, name, *_ in rows(page("calibration"), "what helps")}
    codes = (SATURATED, HUM, ELECTRODE_OFF, WEAK, MOVED, SLIPPED)
    assert tuple(told.values()) == codes
    assert list(told) == ["saturated", "hum", "electrode off", "weak", "moved", "slipped"]


def test_two_breaths_three_squeezes_and_the_grade():
    breath = [BREATHE_IN, BREATHE_OUT]
    assert said_by() == [*breath, *breath, *[SQUEEZE, RELEASE] * 3, COUNT + 3]


def test_it_is_over_within_its_limit_even_with_a_third_breath():
    made, said = guided(speed=lambda block: 65 * 30 if block < 500 else 0)
    assert made.grade == 3
    assert len(said) == 2 * 3 + 2 * 3 + 1
    assert said[-1][0] * 10 <= LIMIT_MS


def test_nothing_is_said_while_the_motor_still_speaks_or_coasts():
    _, said = guided()
    for (block, word), (following, _) in itertools.pairwise(said):
        assert following - block >= duration_ms(word) // 10 + 12


def test_each_squeeze_is_listened_to_for_2_s_and_followed_by_1_s_of_peace():
    _, said = guided()
    blocks = [block for block, word in said if word in (SQUEEZE, RELEASE)]
    listened = [release - squeeze for squeeze, release in zip(blocks[::2], blocks[1::2], strict=True)]
    rested = [squeeze - release for release, squeeze in zip(blocks[1::2], blocks[2::2], strict=False)]
    assert listened == [duration_ms(SQUEEZE) // 10 + 12 + 200] * 3
    assert rested == [duration_ms(RELEASE) // 10 + 12 + 100] * 2


def test_somebody_who_fidgets_a_third_of_the_time_is_not_still():
    assert guided(rest=lambda block: REST * (4 if block // 100 % 3 == 0 else 1))[0].refusal == MOVED


def test_rest_is_the_mean_of_what_is_still_and_reference_the_median_squeeze():
    made, _ = guided(squeezes=(9000, 12000, 10000))
    assert (made.rest, made.reference, made.contrast) == (REST, 10000, 250)


def test_what_the_motor_adds_is_in_no_measurement_but_the_leak():
    made, _ = guided(buzz=960)
    assert (made.rest, made.reference, made.leak_permille) == (REST, FULL, 100)


@pytest.mark.parametrize(("contrast", "grade"), [(3, 1), (5.9, 1), (6, 2), (11.9, 2), (12, 3)])
def test_the_grade_is_the_contrast(contrast, grade):
    assert guided(squeezes=(round(contrast * REST),) * 3)[0].grade == grade


def test_half_as_much_hum_as_would_be_refused_costs_a_grade():
    half = HUM_COUNT * 3 // 8
    made, _ = guided(counts=lambda phase: (0, half, half >> 1, 30))
    assert (made.grade, made.refusal) == (2, 0)


@pytest.mark.parametrize(
    ("refusal", "how"),
    [
        (SATURATED, {"counts": lambda phase: RAILED}),
        (SATURATED, {"counts": lambda phase: RAILED if phase else CLEAN}),
        (ELECTRODE_OFF, {"counts": lambda phase: FLAT}),
        (HUM, {"counts": lambda phase: HUMMING}),
        (HUM, {"counts": lambda phase: HUMMING if phase else CLEAN}),
        (WEAK, {"squeezes": (REST * 3 - 1,) * 3}),
        (WEAK, {"rest": 5, "squeezes": (68,) * 3}),
        (MOVED, {"speed": 65 * 25}),
        (MOVED, {"rest": lambda block: REST * (1 + 3 * (block // 40 % 2))}),
        (SLIPPED, {"squeezes": (FULL, FULL, FULL // 2 - 100)}),
        (SLIPPED, {"squeezes": (FULL, REST, REST)}),
        (SLIPPED, {"counts": lambda phase: FLAT if phase > 1 else CLEAN}),
    ],
)
def test_each_fault_is_refused_with_its_own_code(refusal, how):
    made, said = guided(**how)
    assert (made.done, made.grade, made.refusal, said[-1][1]) == (True, 0, refusal, REFUSED + refusal)


@pytest.mark.parametrize("counts", [RAILED, FLAT])
def test_a_dead_sensor_is_refused_without_squeezes(counts):
    assert SQUEEZE not in said_by(counts=lambda phase: counts)


def test_a_pop_is_no_saturation():
    railed = iter([RAILED, CLEAN, CLEAN, CLEAN, CLEAN, CLEAN])
    assert guided(counts=lambda phase: next(railed, CLEAN))[0].grade == 3


def test_it_waits_for_stillness_but_not_for_ever():
    patient, _ = guided(speed=lambda block: 65 * 30 if block < 300 else 0)
    made, said = guided(speed=65 * 30)
    assert (patient.grade, made.refusal) == (3, MOVED)
    assert said[-1][0] == 50 + 1200


def test_zero_crossings_are_those_of_the_squeezes():
    assert guided(counts=lambda phase: (0, *CLEAN[1:3], 33 if phase else 60))[0].crossings_hz == 132


def test_a_squeeze_in_which_the_muscle_did_nothing_has_no_zero_crossings():
    made, _ = guided(squeezes=(FULL, REST * 2, FULL), counts=lambda phase: (0, *CLEAN[1:3], 60 if phase == 2 else 33))
    assert made.crossings_hz == 132


def in_rest_and_squeezes(squeezes, counts=CLEAN, rest=REST):
    """A calibration whose squeezes are functions of the block since the motor was silent."""
    made, squeezed, heard, deaf = Calibration(), -1, -1, 0
    for block in range(LIMIT_MS // 10):
        holding = heard >= 0 and not deaf
        word = made.step(squeezes[squeezed](heard) if holding else rest, 0)
        heard += holding
        deaf = max(deaf - 1, 0)
        if block % 25 == 24:
            made.judge(counts(block) if callable(counts) else counts)
        if word:
            deaf = duration_ms(word) // 10 + 12
            squeezed += word == SQUEEZE
            heard = 0 if word == SQUEEZE else -1
        if made.done:
            break
    return made


@pytest.mark.parametrize(("blocks", "first"), [(50, 0), (50, 30), (50, 150), (60, 55)])
def test_the_best_half_second_of_a_squeeze_is_what_it_reached(blocks, first):
    made = in_rest_and_squeezes([lambda block: FULL if first <= block < first + blocks else 5000] * 3)
    assert made.reference == FULL


@pytest.mark.parametrize("first", [0, 20, 160])
def test_what_is_shorter_than_half_a_second_counts_by_its_part_of_it(first):
    made = in_rest_and_squeezes([lambda block: FULL if first <= block < first + 40 else 5000] * 3)
    assert made.reference == (4 * FULL + 5000) // 5


def test_each_squeeze_begins_anew():
    made = in_rest_and_squeezes(
        [lambda block: FULL, lambda block: FULL // 2 if block < 40 else REST, lambda block: FULL // 2]
    )
    assert made.refusal == SLIPPED
    assert made.reference == FULL // 2


def test_the_pause_after_the_last_squeeze_is_that_of_a_word():
    _, said = guided()
    (release, _), (count, _) = said[-2:]
    assert count - release == duration_ms(RELEASE) // 10 + 12 + 40


def test_after_its_result_it_says_and_takes_nothing():
    made, _ = guided()
    before = (made.grade, made.reference, made.crossings_hz, made.contrast)
    assert [made.step(50000, 0) for _ in range(300)] == [0] * 300
    made.judge(RAILED)
    assert (made.grade, made.reference, made.crossings_hz, made.contrast) == before


def test_before_its_result_there_is_none():
    made = Calibration()
    assert (made.done, made.grade, made.refusal, made.rest, made.reference) == (False, 0, 0, 0, 0)
    assert (made.leak_permille, made.contrast, made.crossings_hz) == (0, 0, 0)


@pytest.mark.parametrize(
    ("rest", "squeeze", "refusal"), [(5, 69, 0), (5, 68, WEAK), (0, 64, 0), (100, 300, 0), (100, 299, WEAK)]
)
def test_a_reference_is_three_times_rest_and_a_step_of_the_converter_above_it(rest, squeeze, refusal):
    assert guided(rest=rest, squeezes=(squeeze,) * 3)[0].refusal == refusal


@pytest.mark.parametrize(("rest", "contrast"), [(0, 20000), (1, 20000), (2, 10000), (3, 6666)])
def test_contrast_is_told_in_tenths_of_a_rest_of_1_at_least(rest, contrast):
    assert guided(rest=rest, squeezes=(2000,) * 3)[0].contrast == contrast


@pytest.mark.parametrize(("others", "refusal"), [(5000, 0), (4999, SLIPPED)])
def test_squeezes_agree_to_within_a_factor_of_two(others, refusal):
    assert guided(squeezes=(others, FULL, FULL))[0].refusal == refusal
    assert guided(squeezes=(FULL, FULL, others))[0].refusal == refusal


def test_squeezes_that_all_did_nothing_are_weak_and_have_not_slipped():
    assert guided(squeezes=(3 * REST - 1, REST // 2, REST // 2))[0].refusal == WEAK
    assert guided(squeezes=(3 * REST, REST // 2, REST // 2))[0].refusal == SLIPPED


@pytest.mark.parametrize(("removed", "refusal"), [(225 * (FULL - REST), HUM), (225 * (FULL - REST) - 256, 0)])
def test_hum_in_the_squeezes_is_measured_by_their_span(removed, refusal):
    made, _ = guided(counts=lambda phase: (0, removed, 4800, 30) if phase else CLEAN)
    assert made.refusal == refusal


@pytest.mark.parametrize(("removed", "refusal"), [(225 * (FULL - REST), HUM), (225 * (FULL - REST) - 256, 0)])
def test_hum_at_rest_is_measured_by_the_largest_squeeze(removed, refusal):
    made, _ = guided(squeezes=(6000, 6000, FULL), counts=lambda phase: CLEAN if phase else (0, removed, 4800, 30))
    assert made.refusal == refusal


def test_windows_between_squeezes_are_no_evidence():
    said = dict(guided()[1])
    released = [block for block, word in said.items() if word == RELEASE]
    made = in_rest_and_squeezes(
        [lambda block: FULL] * 3, lambda block: RAILED if any(0 <= block - at < 200 for at in released) else CLEAN
    )
    assert made.grade == 3


@pytest.mark.parametrize(("mean", "crossings_hz"), [(3 * REST, 120), (3 * REST - 1, 0)])
def test_windows_with_three_times_the_rest_have_their_zero_crossings_counted(mean, crossings_hz):
    assert guided(squeezes=(mean,) * 3)[0].crossings_hz == crossings_hz


@pytest.mark.parametrize(("counts", "crossings_hz"), [((300, 300, 300), 1200), ((34, 34, 33), 134), ((0, 0, 1), 1)])
def test_zero_crossings_are_told_by_the_second_rounded_down(counts, crossings_hz):
    assert guided(counts=lambda phase: (*CLEAN[:3], counts[phase - 1]))[0].crossings_hz == crossings_hz


def test_without_a_count_of_zero_crossings_there_are_none():
    assert guided(counts=lambda phase: CLEAN[:3])[0].crossings_hz == 0


@pytest.mark.parametrize(("buzz", "leak_permille"), [(959, 99), (960, 100), (9600, 1000)])
def test_the_leak_is_told_in_permille_of_the_span(buzz, leak_permille):
    assert guided(buzz=buzz)[0].leak_permille == leak_permille


def test_evidence_over_hours_stays_within_31_bits():
    evidence = Evidence()
    for _ in range(5000):
        evidence.take([Checked(300), Checked(300 << 20), Checked(300 << 20)])
        evidence.is_hum(Checked((1 << 20) - 1))
    assert evidence.is_railed()


def test_median_of_an_even_count_is_the_lower():
    assert [median([5, 1, 9, 7], count) for count in (1, 2, 3, 4)] == [5, 1, 5, 5]


@settings(deadline=None, max_examples=40)
@given(
    envelopes=st.lists(ENVELOPES, min_size=1, max_size=40),
    speeds=st.lists(st.integers(0, 8191), min_size=1, max_size=10),
    counts=st.lists(COUNTS, min_size=1, max_size=10),
    held=st.integers(1, 200),
)
def test_whatever_comes_it_ends_within_the_limit_and_within_31_bits(envelopes, speeds, counts, held):
    made = Calibration()
    for block in range(LIMIT_MS // 10 + 1):
        if made.done:
            break
        made.step(Checked(envelopes[block // held % len(envelopes)]), Checked(speeds[block // held % len(speeds)]))
        if block % 25 == 24:
            made.judge([Checked(count) for count in counts[block // 25 % len(counts)]])
    assert made.done
    assert (made.grade == 0) == (made.refusal > 0)
    assert made.grade == 0 or made.reference > made.rest >= 0


PROGRAM = """
import json
from array import array
from micropython import heap_lock, heap_unlock
from buzzband_fw.core.calibration import Calibration

with open("envelopes.bin", "rb") as file:
    envelopes = array("i", file.read())
made, counts, said = Calibration(), array("i", (0, 48000, 240000, 30)), bytearray(len(envelopes))

def run(first, end):
    for block in range(first, end):
        said[block] = made.step(envelopes[block], 0)
        if block % 25 == 24:
            made.judge(counts)

heap_lock()
try:
    run(0, len(envelopes) - 1)
finally:
    heap_unlock()
run(len(envelopes) - 1, len(envelopes))
with open("told.json", "w") as file:
    json.dump([list(said), made.grade, made.rest, made.reference, made.leak_permille, made.crossings_hz], file)
"""


@pytest.mark.usefixtures("micropython_port")
def test_on_micropython_it_allocates_nothing_up_to_its_result_and_finds_the_same():
    envelopes, words_at, squeezing = [], dict(guided()[1]), False
    for block in range(max(words_at) + 1):
        envelopes.append((FULL if squeezing else REST) + 7 * block % 100)
        squeezing = words_at.get(block, SQUEEZE if squeezing else 0) == SQUEEZE
    made, said = Calibration(), []
    for block, envelope in enumerate(envelopes):
        said.append(made.step(envelope, 0))
        if block % 25 == 24:
            made.judge(CLEAN)
    files = {"envelopes.bin": array("i", envelopes).tobytes(), "main.py": PROGRAM.encode()}
    told = json.loads(run_main({**bytecode_files(), **files})["told.json"])
    assert made.grade == 3
    assert told == [said, made.grade, made.rest, made.reference, made.leak_permille, made.crossings_hz]
