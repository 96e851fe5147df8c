from itertools import combinations, pairwise

import pytest

from buzzband_fw import names
from buzzband_fw.core import words
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.core.modes.mode import CODE_WORD
from buzzband_fw.core.words import (
    COUNT,
    DONE,
    END_MS,
    FELL_SHORT,
    ON_TARGET,
    REFUSED,
    SENSOR_OFF,
    SILENCE,
    TOO_FAST,
    WITHHELD,
    duration_ms,
    more_urgent,
    pulses_ms,
)
from doc_pages import page, rows

WORDS = range(1, len(names.WORDS))
PAIRS = list(combinations(WORDS, 2))
PAIR_IDS = [f"{names.WORDS[one]}-{names.WORDS[other]}" for one, other in PAIRS]
STRETCH_MAX_MS = 1000
RATIO_MIN, DIFFERENCE_MIN_MS = 2.0, 100
LONG_GAP_MS = 350


def distance(one, other):
    """How far two words are apart: ``inf`` if they differ in count, else the greatest ratio of a pulse or gap that
    differs by 100 ms and more."""
    first, second = pulses_ms(one), pulses_ms(other)
    if len(first) != len(second):
        return float("inf")
    return max(
        (
            max(pair) / min(pair)
            for pair in zip(first, second, strict=True)
            if abs(pair[0] - pair[1]) >= DIFFERENCE_MIN_MS
        ),
        default=1.0,
    )


def felt(word):
    """Motor on or off in each block of a word, and in the pause that ends it."""
    phases = [*pulses_ms(word), END_MS]
    return [index % 2 == 0 for index, ms in enumerate(phases) for _ in range(ms // BLOCK_MS)]


def test_every_word_has_a_name_and_a_pattern():
    assert len(names.WORDS) == len(set(names.WORDS)) == words.WORDS == words.PHASES.count(0)


def test_names_and_numbers_agree():
    for number, name in enumerate(names.WORDS):
        kind, _, count = name.rpartition("_")
        base = {"count": COUNT, "refused": REFUSED}.get(kind)
        assert number == (getattr(words, name.upper()) if base is None else base + int(count))


def test_silence_takes_no_time():
    assert SILENCE == duration_ms(SILENCE) == 0


def test_a_withheld_word_takes_the_time_of_the_word():
    assert duration_ms(TOO_FAST | WITHHELD) == duration_ms(TOO_FAST) == 640


def test_every_word_fits_beside_the_marks_of_a_code():
    assert max(WORDS) <= CODE_WORD < WITHHELD


@pytest.mark.parametrize("word", WORDS)
def test_pulses_are_whole_blocks_and_end_with_the_motor_on(word):
    pulses = pulses_ms(word)
    assert all(ms > 0 and ms % BLOCK_MS == 0 for ms in pulses)
    assert len(pulses) % 2


@pytest.mark.parametrize("word", WORDS)
def test_no_word_runs_the_motor_for_more_than_a_second_at_a_stretch(word):
    assert max(pulses_ms(word)[::2]) <= STRETCH_MAX_MS


@pytest.mark.parametrize("word", WORDS)
def test_pulses_and_gaps_are_long_enough_to_be_felt(word):
    assert min(pulses_ms(word)) >= 120
    assert min(pulses_ms(word)[1::2], default=140) >= 140


@pytest.mark.parametrize("word", WORDS)
def test_the_pause_that_ends_a_word_is_longer_than_any_in_it(word):
    assert max(pulses_ms(word)[1::2], default=0) <= LONG_GAP_MS < END_MS
    assert END_MS % BLOCK_MS == 0


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=PAIR_IDS)
def test_two_words_differ_in_count_or_by_a_factor_of_two_in_a_pulse_or_gap(one, other):
    assert distance(one, other) >= RATIO_MIN


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=PAIR_IDS)
def test_no_word_is_the_beginning_of_another_within_its_time(one, other):
    short, long = sorted((felt(one), felt(other)), key=len)
    assert long[: len(short)] != short


def test_a_pair_that_is_too_near_is_seen():
    assert distance(ON_TARGET, ON_TARGET) < RATIO_MIN
    assert distance(ON_TARGET, DONE) == 500 / 120
    assert distance(ON_TARGET, FELL_SHORT) == float("inf")


@pytest.mark.parametrize(
    ("lesser", "greater"), list(pairwise((SILENCE, ON_TARGET, FELL_SHORT, TOO_FAST, DONE, SENSOR_OFF)))
)
def test_of_two_words_the_more_urgent_one_is_said(lesser, greater):
    assert more_urgent(lesser, greater) == more_urgent(greater, lesser) == greater


def test_that_a_word_is_withheld_makes_it_no_more_urgent():
    assert more_urgent(ON_TARGET | WITHHELD, TOO_FAST) == TOO_FAST


def test_the_table_in_the_docs_is_the_table_in_the_code():
    told = {
        int(number): (name.strip("`"), tuple(int(ms) for ms in pulses.split()))
        for number, name, pulses, *_ in rows(page("haptics"), "number")
    }
    assert told == {word: (names.WORDS[word], pulses_ms(word)) for word in WORDS}
