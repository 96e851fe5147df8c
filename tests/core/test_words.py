import pytest

from buzzband_fw.core import words

WORDS = range(len(words.NAMES))


def test_every_word_has_a_name_and_a_pattern():
    assert len(words.NAMES) == len(set(words.NAMES)) == len(words.PULSES_MS)


def test_silence_is_word_0_and_takes_no_time():
    assert words.NAMES[words.SILENCE] == "silence"
    assert words.SILENCE == words.duration_ms(words.SILENCE) == 0


def test_on_target_is_one_pulse_of_120_ms():
    assert words.NAMES[words.ON_TARGET] == "on_target"
    assert words.PULSES_MS[words.ON_TARGET] == (120,)
    assert words.duration_ms(words.ON_TARGET) == 120


@pytest.mark.parametrize("word", WORDS)
def test_pulses_are_whole_blocks_and_end_with_the_motor_on(word):
    pulses = words.PULSES_MS[word]
    assert all(ms > 0 and ms % 10 == 0 for ms in pulses)
    assert len(pulses) % 2 == (1 if pulses else 0)


def test_no_two_words_feel_the_same():
    assert len(set(words.PULSES_MS)) == len(words.PULSES_MS)
