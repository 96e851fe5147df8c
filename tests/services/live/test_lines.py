"""What is shown as lines."""

import json
from dataclasses import replace

import pytest

from buzzband.services.live.items import Note, Said, Standing
from buzzband.services.live.lines import Lines, first_line
from buzzband_fw.core.cue import BLANKED
from buzzband_fw.core.quality import HUM
from buzzband_fw.core.words import FELL_SHORT, ON_TARGET
from services.live.builders import REP, RUNNING, reading, readings


def lines(*items):
    made = Lines()
    return [line for item in items for line in made.take(item)]


def test_a_second_has_ten_lines_each_with_the_highest_of_its_tenth():
    found = [line.document() for line in lines(*[reading(0.02 * step, 10 * step) for step in range(51)])]
    assert [line["t_s"] for line in found] == pytest.approx([0.1 * tenth for tenth in range(11)])
    assert [line["permille"] for line in found] == [50 * tenth for tenth in range(11)]


def test_flags_of_any_reading_in_between_are_told():
    (_, second) = lines(reading(0.0), reading(0.04, 1, HUM), reading(0.1, 300, BLANKED))
    assert second.document()["flags"] == ("hum", "blanked")
    assert "hum" in second.text()


def test_words_marks_and_notes_have_a_line_of_their_own_at_once():
    told = lines(
        Said(1.5, ON_TARGET), Said(2.0, FELL_SHORT, True), Note(3.0, "Marked 0:03.", mark=True), Note(4.0, "x")
    )
    assert [line.document() for line in told] == [
        {"t_s": 1.5, "kind": "word", "word": "on target", "withheld": False},
        {"t_s": 2.0, "kind": "word", "word": "fell short", "withheld": True},
        {"t_s": 3.0, "kind": "mark", "text": "Marked 0:03."},
        {"t_s": 4.0, "kind": "note", "text": "x"},
    ]
    assert told[1].text().endswith("fell short (withheld)")


def test_a_rep_is_told_when_it_is_new_and_once():
    before = replace(RUNNING, rep=None, told=2)
    told = lines(before, RUNNING, replace(RUNNING, degrees=40), replace(RUNNING, told=4, rep=replace(REP, number=4)))
    assert [line.document()["number"] for line in told if line.kind == "rep"] == [3, 4]
    assert "set 1 rep 3   71 %  1.2-0.3-1.8 s  on target" in told[1].text().replace("\xa0", " ")


def test_what_was_told_before_anybody_watched_is_no_news():
    assert [line.kind for line in lines(RUNNING)] == ["state"]


def test_the_state_is_told_when_it_changes_and_only_then():
    changed = replace(RUNNING, next_target_permille=550)
    found = lines(RUNNING, replace(RUNNING, reps=4, phase="lower", degrees=9), changed)
    assert [line.kind for line in found] == ["state", "state"]
    assert "55 % from the next session on" in found[1].text().replace("\xa0", " ")


@pytest.mark.parametrize("text", ["\x1b[2Jx", "a\nb", "\x9b31m", "\u202eevil", "\r\x07", "[bold]x[/]"])
def test_no_text_steers_a_terminal_or_begins_a_line(text):
    (note, state) = lines(Note(1.0, text), Standing(0.0, text, faults=(text,)))
    for line in (note.text(), state.text()):
        assert not set(line) & set("\x1b\x9b\x07\r\n\u202e")
    assert json.loads(json.dumps(note.document()))["text"] == text


def test_lines_are_json_and_the_first_says_of_what():
    assert json.loads(json.dumps(first_line("monday"))) == {"schema": "buzzband/monitor/1", "source": "monday"}
    for line in lines(RUNNING, *readings(0.2), Said(0.3, 250)):
        assert json.loads(json.dumps(line.document(), allow_nan=False))["kind"] == line.kind
