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
    squeeze, release, following = [block for block, word in said if word in (SQUEEZE, RELEASE)][:3]
    assert release - squeeze == duration_ms(SQUEEZE) // 10 + 12 + 200
    assert following - release == duration_ms(RELEASE) // 10 + 12 + 100


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
